"""An upload as people see it: the limits told before, and what became of each file after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.dashboard.messages import DOMAIN_ERRORS, Refusal, explain
from apps.images.models import Image
from apps.images.services import upload_image
from apps.imaging.limits import Limits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: an image, or why not."""

    filename: str
    image: Image | None = None
    refusal: Refusal | None = None


def upload_files(
    *, account: Account, files: Iterable[UploadedFile[Any]], is_private: bool, actor: Actor
) -> list[Outcome]:
    """Upload one file after the other; stop where the rest would meet the same refusal."""
    outcomes = []
    for file in files:
        outcome = _upload_file(account, file, is_private, actor)
        outcomes.append(outcome)
        if outcome.refusal is not None and outcome.refusal.is_final:
            break
    return outcomes


def describe_limits(account: Account) -> str:
    """Return in words what an upload may be."""
    limits = Limits(max_bytes=account.max_upload_bytes)
    return (
        f"JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF or BMP, up to {filesizeformat(limits.max_bytes)}, "
        f"{limits.max_side:,} pixels a side and {limits.max_pixels // 10**6} megapixels."
    )


def _upload_file(account: Account, file: UploadedFile[Any], is_private: bool, actor: Actor) -> Outcome:
    name = file.name or "unnamed"
    try:
        image = upload_image(
            account=account, file=cast(BinaryIO, file.file), filename=name, is_private=is_private, actor=actor
        )
    except DOMAIN_ERRORS as error:
        return Outcome(name, refusal=explain(error))
    return Outcome(name, image=image)
