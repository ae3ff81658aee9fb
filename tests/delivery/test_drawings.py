"""An SVG's link answers a drawing that does nothing, as a document that may do nothing, and no raster."""

from __future__ import annotations

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image
from apps.variants.models import Variant
from apps.variants.services import create_variant
from tests import pictures
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def drawing(transactional_db: None, orchard: Account, stores: object) -> Image:
    return upload(orchard, pictures.drawing_svg(), filename="card.svg")


def test_it_works(delivery: DeliveryClient, drawing: Image, thumbnail: Variant) -> None:
    assert (drawing.format, drawing.width, drawing.height) == ("svg", 60, 40)
    for accept in ("", "image/avif,image/webp,*/*"):
        answer = delivery.get(link(drawing), accept=accept)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert answer.body == pictures.drawing_svg().replace(b"<script>alert(1)</script>", b"")


def test_it_may_do_nothing(delivery: DeliveryClient, drawing: Image, thumbnail: Variant) -> None:
    headers = delivery.get(link(drawing)).headers
    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert policy >= {"sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"}
    assert headers["x-content-type-options"] == "nosniff"


def test_a_raster_format_is_refused(delivery: DeliveryClient, orchard: Account, drawing: Image) -> None:
    options = {"width": 20, "format": "webp"}
    create_variant(account=orchard, name="webp", options=options, is_rendered_ahead=True, actor=SYSTEM)
    answer = delivery.get(link(drawing, "webp"))
    words = "Could not resize the image: Conversion between SVG and raster formats is not supported"
    assert (answer.status, answer.body.decode()) == (415, f"ERROR 9412: {words}\n")
    assert answer.headers["cf-resized"] == "err=9412"
    another = upload(orchard, pictures.drawing_svg())
    assert another.format == "svg", "what is rendered ahead keeps no upload from happening"
