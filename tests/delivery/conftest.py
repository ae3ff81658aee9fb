"""What the delivery room's tests need: pictures of Orchard's, its key, and the real application."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from PIL import Image as Picture
from PIL import ImageDraw

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import make_renderer, open_ports
from apps.images.links import write_link, write_signed_link
from apps.images.models import Image
from apps.images.services import upload_image
from apps.imaging.rendered import Rendered
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import Answer, DeliveryClient


class CountingRenderer:
    """The real renderer's client, a count of its renders, and room for something to happen meanwhile."""

    def __init__(self) -> None:
        self.client = make_renderer()
        self.asked = 0
        self.told: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], object] | None = None

    async def render(self, *args: Any, **kwargs: Any) -> Rendered:
        self.asked += 1
        self.told.append(kwargs)
        rendered = await self.client.render(*args, **kwargs)
        if (act := self.meanwhile) is not None:
            self.meanwhile = None
            await asyncio.to_thread(_act_and_leave, act)
        return rendered


def _act_and_leave(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


def draw_picture(image_format: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (120, 80)) -> bytes:
    picture = Picture.new(mode, size, "teal")
    ImageDraw.Draw(picture).ellipse((10, 10, 70, 70), fill="orange")
    buffer = io.BytesIO()
    picture.save(buffer, image_format)
    return buffer.getvalue()


def upload(account: Account, data: bytes | None = None, **options: Any) -> Image:
    return upload_image(account=account, file=io.BytesIO(data or draw_picture()), actor=SYSTEM, **options)


@pytest.fixture
def photo(transactional_db: None, orchard: Account, stores: Path) -> Image:
    return upload(orchard)


@pytest.fixture
def secret_photo(transactional_db: None, orchard: Account, stores: Path) -> Image:
    return upload(orchard, is_private=True)


@pytest.fixture
def thumbnail(transactional_db: None, orchard: Account) -> Variant:
    return create_variant(account=orchard, name="thumbnail", options={"width": 40}, actor=SYSTEM)


@pytest.fixture
def open_thumbnail(transactional_db: None, orchard: Account) -> Variant:
    """A variant that never needs a signature."""
    return create_variant(account=orchard, name="open", options={"width": 20}, is_public=True, actor=SYSTEM)


@pytest.fixture
def flexible(transactional_db: None, orchard: Account) -> None:
    set_delivery_policy(account=orchard, is_flexible=True, actor=SYSTEM)


@pytest.fixture
def key(transactional_db: None, orchard: Account) -> str:
    """Orchard's signing key in clear."""
    return reveal_value(SigningKey.objects.in_account(orchard).get())


def link(image: Image, segment: str = "thumbnail") -> str:
    return write_link(image.account.hash, image.public_id, segment)


def signed_link(image: Image, key: str, segment: str = "thumbnail", expires_at: int | None = None) -> str:
    return write_signed_link(image.account.hash, image.public_id, segment, key=key, expires_at=expires_at)


def assert_refused(answer: Answer, name: object) -> None:
    assert 400 <= answer.status < 500, name
    assert answer.is_stored_by_nobody, name
    assert answer.headers["content-type"] == "text/plain; charset=utf-8", name
    assert "etag" not in answer.headers, name


@pytest.fixture
def renderer() -> CountingRenderer:
    return CountingRenderer()


@pytest.fixture
def delivery(transactional_db: None, stores: Path, renderer: CountingRenderer) -> Iterator[DeliveryClient]:
    with DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))) as client:
        yield client
