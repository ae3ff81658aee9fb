"""The demo account: made once by `manage.py up`, so that there is something to look at.

Its secrets are kept in `demo.json` in the data folder, readable by its owner only, for the board to show.
Every step can be repeated: a start that was killed half-way is completed by the next.
"""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Scope, User
from apps.accounts.services import create_account, create_user
from apps.accounts.tokens import create_token
from apps.images.models import Image
from apps.images.services import set_access, upload_image
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.samples import draw_samples
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from images_platform.private_file import write_private

EMAIL = "demo@example.com"
PRIVATE_SAMPLE = "lighthouse.jpg"


@dataclass(frozen=True, slots=True)
class Demo:
    """What a visitor needs; field names are the board's."""

    account_id: str
    account_hash: str
    token: str
    login: dict[str, str]
    signing_key: dict[str, str]
    images: list[str]
    private_image: str


def demo_path() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def make_demo() -> Demo:
    """Make what is missing of the demo account and return all of it."""
    account = _make_account()
    _make_variants(account)
    images = _make_images(account)
    return _read_secrets(account) or _write_secrets(account, images)


def _make_account() -> Account:
    with transaction.atomic():
        user = User.objects.filter(email=EMAIL).first()
        if user is not None:
            return Account.objects.of_member(user).get()
        user = create_user(email=EMAIL, password=None, name="Demo")
        return create_account(name="Demo", owner=user, actor=SYSTEM)


def _make_variants(account: Account) -> None:
    if not Variant.objects.in_account(account).filter(name="thumbnail").exists():
        recipe = Recipe(width=320, height=320, fit=Fit.COVER)
        create_variant(
            account=account, name="thumbnail", options=recipe, is_rendered_ahead=True, actor=SYSTEM
        )
    set_delivery_policy(account=account, is_flexible=True, actor=SYSTEM)


def _make_images(account: Account) -> list[Image]:
    images = []
    for sample in draw_samples():
        image = Image.objects.in_account(account).live().filter(filename=sample.filename).first()
        if image is None:
            image = upload_image(
                account=account, file=io.BytesIO(sample.data), filename=sample.filename, actor=SYSTEM
            )
        if sample.filename == PRIVATE_SAMPLE and not image.is_private:
            image, _ = set_access(image=image, is_private=True, actor=SYSTEM)
        images.append(image)
    return images


def _read_secrets(account: Account) -> Demo | None:
    """Return the demo as kept, unless the file is gone or tells of another database."""
    try:
        demo = Demo(**json.loads(demo_path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return demo if demo.account_id == account.public_id else None


def _write_secrets(account: Account, images: list[Image]) -> Demo:
    password = secrets.token_urlsafe(12)
    user = User.objects.get(email=EMAIL)
    user.set_password(password)
    user.save(update_fields=["password"])
    _, token = create_token(account=account, name="Demo", scopes=[Scope.READ, Scope.EDIT], actor=SYSTEM)
    key = SigningKey.objects.in_account(account).first()
    if key is None:
        raise RuntimeError("an account is made with a signing key")
    demo = Demo(
        account_id=account.public_id,
        account_hash=account.hash,
        token=token,
        login={"email": EMAIL, "password": password},
        signing_key={"name": key.name, "value": reveal_value(key)},
        images=[image.public_id for image in images],
        private_image=next(image.public_id for image in images if image.is_private),
    )
    write_private(demo_path(), json.dumps(asdict(demo), indent=2))
    return demo
