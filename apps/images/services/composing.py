"""Pictures made for those who keep them themselves: nothing of them stays here but a count."""

from __future__ import annotations

from time import monotonic
from typing import BinaryIO

from apps.accounts.models import Account
from apps.images.renderer import inspect_original
from apps.images.studio import RendererStudio
from apps.imaging.montage import Finish, Montage, compose
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceInfo
from apps.usage.services import count_render

# For all steps of a montage together; who is still waiting then waits for nothing a browser would show.
_COMPOSE_SECONDS = 60


def inspect_picture(*, account: Account, file: BinaryIO) -> SourceInfo:
    """Return what a picture is, after decoding all of it. Raises imaging's errors."""
    return inspect_original(file, max_bytes=account.max_upload_bytes)


def compose_picture(*, account: Account, montage: Montage, finish: Finish) -> Rendered:
    """Make a picture in the renderer, and count it as one rendition, however many steps it took.

    No audit event tells of it, for nothing of the account changes. Raises imaging's errors.
    """
    rendered = compose(montage, finish, RendererStudio(due_at=monotonic() + _COMPOSE_SECONDS))
    count_render(account=account, size_bytes=len(rendered.data))
    return rendered
