"""The demo account: made once by `manage.py up`, so that there is something to look at.

Its secrets are kept in `demo.json` in the data folder, readable by its owner only, for the board to show.
A start that was killed half-way is completed by the next; a demo that was made is never made again.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Scope, User
from apps.accounts.services import create_account, create_user, set_password
from apps.accounts.tokens import create_token
from apps.images.models import DeliveryHost, Image
from apps.images.services import add_host, upload_image
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.samples import draw_samples
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from images_platform.private_file import write_private

EMAIL = "demo@example.com"
PRIVATE_SAMPLE = "lighthouse.jpg"
SHOWN_IMAGES = 20


@dataclass(frozen=True, slots=True)
class Demo:
    """What a visitor needs; field names are the board's."""

    account_id: str
    account_hash: str
    token: str
    login: dict[str, str]
    signing_key: dict[str, str]
    images: list[str]
    private_image: str | None


def demo_path() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def make_demo() -> Demo:
    """Make the demo account if there is none, and return what is true of it now.

    What its owner changed since (a rotated key, a deleted picture) stays changed.
    """
    kept = _read_kept()
    account = _find_account(kept)
    if account is None or kept is None:
        account = _make_account()
        _make_variants(account)
        _make_images(account)
        _make_host(account)
        kept = _make_secrets(account)
    demo = _describe(account, token=kept["token"], login=kept["login"])
    write_private(demo_path(), json.dumps(asdict(demo), indent=2))
    return demo


def _read_kept() -> dict[str, Any] | None:
    """Return what only the file knows (token and password), unless it is gone or damaged."""
    try:
        kept = json.loads(demo_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and {"account_id", "token", "login"} <= kept.keys() else None


def _find_account(kept: Mapping[str, Any] | None) -> Account | None:
    return Account.objects.filter(public_id=kept["account_id"]).first() if kept else None


def _make_account() -> Account:
    """Return the account an interrupted start has made, or a new one."""
    with transaction.atomic():
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            user = create_user(email=EMAIL, password=None, name="Demo")
        return Account.objects.of_member(user).first() or create_account(
            name="Demo", owner=user, actor=SYSTEM
        )


def _make_variants(account: Account) -> None:
    if not Variant.objects.in_account(account).filter(name="thumbnail").exists():
        recipe = Recipe(width=320, height=320, fit=Fit.COVER)
        create_variant(
            account=account, name="thumbnail", options=recipe, is_rendered_ahead=True, actor=SYSTEM
        )
    set_delivery_policy(account=account, is_flexible=True, actor=SYSTEM)


def _make_images(account: Account) -> None:
    for sample in draw_samples():
        if not Image.objects.in_account(account).live().filter(filename=sample.filename).exists():
            upload_image(
                account=account,
                file=io.BytesIO(sample.data),
                filename=sample.filename,
                is_private=sample.filename == PRIVATE_SAMPLE,
                actor=SYSTEM,
            )


def _make_host(account: Account) -> None:
    """Make delivery's own address the demo's, so that its remote sources can be tried out."""
    name = urlsplit(settings.DELIVERY_URL).hostname or ""
    if not DeliveryHost.objects.filter(name=name).exists():
        add_host(account=account, name=name, actor=SYSTEM)


def _make_secrets(account: Account) -> dict[str, Any]:
    password = secrets.token_urlsafe(12)
    set_password(user=User.objects.get(email=EMAIL), password=password)
    _, token = create_token(account=account, name="Demo", scopes=[Scope.READ, Scope.EDIT], actor=SYSTEM)
    return {"token": token, "login": {"email": EMAIL, "password": password}}


def _describe(account: Account, *, token: str, login: dict[str, str]) -> Demo:
    key = SigningKey.objects.in_account(account).first()
    if key is None:
        raise RuntimeError("an account always has a signing key")
    images = list(Image.objects.in_account(account).live().newest()[:SHOWN_IMAGES])
    private = next((image.public_id for image in images if image.is_private), None)
    return Demo(
        account_id=account.public_id,
        account_hash=account.hash,
        token=token,
        login=login,
        signing_key={"name": key.name, "value": reveal_value(key)},
        images=[image.public_id for image in images],
        private_image=private,
    )
