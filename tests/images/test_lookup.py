"""The one statement about a link, as Django's own connection runs it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.decide import Facts
from apps.images.links import parse_link, write_link
from apps.images.lookup import look_up
from apps.images.models import Image
from apps.images.services import upload_image
from apps.signing.models import SigningKey
from apps.signing.services import create_signing_key, reveal_value
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(orchard: Account, stores: Path) -> Image:
    return upload_image(account=orchard, file=io.BytesIO(jpeg()), is_private=True, actor=SYSTEM)


def ask(image: Image, segment: str = "public") -> Facts:
    link = parse_link(write_link(image.account.hash, image.public_id, segment).encode())
    facts = look_up(link, settings.FIELD_KEYS)
    assert facts is not None
    return facts


def test_it_works(secret: Image) -> None:
    facts = ask(secret)
    key = SigningKey.objects.get(account=secret.account)
    assert facts.image is not None
    assert facts.variant is not None
    assert (facts.image.pk, facts.image.is_private) == (secret.pk, True)
    assert facts.signing_keys == (reveal_value(key),)


def test_public_images_need_no_key(photo: Image) -> None:
    assert ask(photo).signing_keys == ()


def test_a_key_that_cannot_be_read_leaves_the_others_working(
    secret: Image, caplog: pytest.LogCaptureFixture
) -> None:
    SigningKey.objects.update(encrypted_value="gibberish")
    second = create_signing_key(account=secret.account, name="second", actor=SYSTEM)
    assert ask(secret).signing_keys == (reveal_value(second),)
    assert "FIELD_KEYS" in caplog.text


def test_another_accounts_image_is_not_found(secret: Image, elsewhere: Account) -> None:
    secret.account = elsewhere
    facts = ask(secret)
    assert (facts.account_pk, facts.image) == (elsewhere.pk, None)
