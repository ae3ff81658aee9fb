"""The whole way: a viewer asks Varnish, Varnish asks delivery; the next viewer sees what an owner changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.cdn.leases import renew_leases
from apps.images.models import Image
from apps.images.services import delete_image, set_access
from apps.variants.models import Variant
from apps.variants.services import edit_variant
from images_platform.parts import make_delivery
from tests.delivery.conftest import link, signed_link, upload
from tests.delivery.running import running
from tests.delivery.test_granian import Server, database_url
from tests.edges import SECRET, find_free_port, running_varnish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.edge]


@pytest.fixture
def viewer(transactional_db: None, stores: Path, tmp_path: Path, settings: Any) -> Iterator[Server]:
    """Serve the test's database and stores, with an edge in front that hears of purges."""
    origin_port = find_free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)}
    folder = tmp_path / "varnish"
    folder.mkdir()
    with (
        running(make_delivery(origin_port, environment)),
        running_varnish(folder, origin_port=origin_port) as port,
    ):
        settings.PURGE_BACKEND, settings.PURGE_SECRET = "varnish", SECRET
        settings.VARNISH_NODES = [f"http://127.0.0.1:{port}"]
        assert renew_leases() == settings.VARNISH_NODES
        yield Server(port)


def test_it_works(viewer: Server, photo: Image, thumbnail: Variant) -> None:
    """Seen, kept, changed, and seen as changed: 40 pixels wide, then 30, then gone."""
    status, headers, first = viewer.ask(link(photo), Accept="image/webp")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert headers["cache-control"].startswith("public")
    assert "surrogate-key" not in headers
    assert viewer.ask(link(photo), Accept="image/webp")[2] == first
    thumbnail, purge = edit_variant(variant=thumbnail, options={"width": 30}, actor=SYSTEM)
    assert purge == "done"
    assert viewer.ask(link(photo), Accept="image/webp")[2] != first
    assert delete_image(image=photo, actor=SYSTEM) == "done"
    assert viewer.ask(link(photo), Accept="image/webp")[0] == 404


def test_a_kept_picture_is_not_asked_for_again(
    viewer: Server, photo: Image, thumbnail: Variant, stores: Path
) -> None:
    first = viewer.ask(link(photo))[2]
    for file in (stores / "renditions").rglob("*"):
        if file.is_file():
            file.write_bytes(b"x" * file.stat().st_size)
    assert viewer.ask(link(photo))[2] == first


def test_what_became_private_needs_a_signature_at_once(
    viewer: Server, photo: Image, thumbnail: Variant, key: str
) -> None:
    old_link = link(photo)
    assert viewer.ask(old_link)[0] == 200
    photo, purge = set_access(image=photo, is_private=True, actor=SYSTEM)
    assert purge == "done"
    assert viewer.ask(old_link)[0] == 404, "its id is another one now"
    assert viewer.ask(link(photo))[0] == 403
    status, headers, _ = viewer.ask(signed_link(photo, key))
    assert (status, headers["cache-control"].split(",")[0]) == (200, "private")
    assert viewer.ask(link(photo))[0] == 403


def test_a_picture_in_place_of_a_missing_one(viewer: Server, orchard: Account, thumbnail: Variant) -> None:
    """A 404 is kept by nobody: who uploads is seen."""
    target = f"/{orchard.hash}/pear/thumbnail"
    assert viewer.ask(target)[0] == 404
    upload(orchard, image_id="pear")
    assert viewer.ask(target)[0] == 200
