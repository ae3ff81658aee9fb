"""A bent link opens nothing and is kept by nobody; a valid one opens, however it is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import Ports, open_ports
from apps.images.models import Image
from apps.signing.models import SigningKey
from apps.signing.services import create_signing_key, delete_signing_key, put_signing_key, reveal_value
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import assert_refused, signed_link, upload
from tests.delivery.mutations import LINES, NOW, Scene, Try

pytestmark = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def open_ports_at_now() -> AsyncIterator[Ports]:
    async with open_ports() as ports:
        yield replace(ports, now=lambda: NOW)


@pytest.fixture
def delivery(transactional_db: None, stores: Path) -> Iterator[DeliveryClient]:
    """Answer as if it were always the same second."""
    with DeliveryClient(DeliveryApplication(open_ports_at_now)) as client:
        yield client


@pytest.fixture
def scene(
    delivery: DeliveryClient,
    secret_photo: Image,
    thumbnail: Variant,
    flexible: None,
    orchard: Account,
    elsewhere: Account,
    key: str,
) -> Scene:
    deleted = reveal_value(create_signing_key(account=orchard, name="deleted", actor=SYSTEM))
    delete_signing_key(account=orchard, name="deleted", actor=SYSTEM)
    former = reveal_value(put_signing_key(account=orchard, name="second", actor=SYSTEM))
    second = reveal_value(put_signing_key(account=orchard, name="second", actor=SYSTEM))
    create_variant(account=elsewhere, name="thumbnail", options={"width": 40}, actor=SYSTEM)
    return Scene(
        image=secret_photo,
        sibling=upload(orchard, is_private=True),
        foreign=upload(elsewhere, is_private=True),
        accented=upload(orchard, image_id="caf\u00e9"),
        key=key,
        second=second,
        former=former,
        deleted=deleted,
        foreign_key=reveal_value(SigningKey.objects.in_account(elsewhere).get()),
        etag=delivery.get(signed_link(secret_photo, key)).headers["etag"],
    )


def ask(delivery: DeliveryClient, attempt: Try) -> Answer:
    return delivery.get(attempt.target, attempt.method, **attempt.headers)


@pytest.mark.parametrize("has_signed_options", [False, True])
def test_every_line_has_its_verdict(
    delivery: DeliveryClient, scene: Scene, orchard: Account, has_signed_options: bool
) -> None:
    """Whether the account signs options changes none of them."""
    set_delivery_policy(account=orchard, has_signed_options=has_signed_options, actor=SYSTEM)
    original = delivery.get(scene.valid)
    asked = 0
    for line, write in LINES.items():
        for attempt in write(scene):
            answer = ask(delivery, attempt)
            name = line, attempt
            assert answer.status == attempt.status, name
            if answer.status >= 400:
                assert_refused(answer, name)
            elif answer.status == 204:
                assert answer.is_stored_by_nobody, name
                assert "etag" not in answer.headers, name
            elif scene.image.public_id in str(attempt.target):
                assert answer.headers["cache-control"].startswith("private"), name
                assert answer.body == original.body * (answer.status == 200), name
            asked += 1
    assert asked > 150
