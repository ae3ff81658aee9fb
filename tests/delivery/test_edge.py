"""The whole way: a viewer asks Varnish, Varnish asks delivery; the next viewer sees what an owner changed."""

from __future__ import annotations

import itertools
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
from apps.signing.services import create_signing_key, delete_signing_key, reveal_value
from apps.variants.models import Variant
from apps.variants.services import delete_variant, edit_variant, set_delivery_policy
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


ACCEPTS = ("image/avif,image/webp", "image/webp", "")


def ask_for_everything(viewer: Server, targets: list[str], etags: set[str]) -> set[int]:
    """Ask for each target in every way a viewer could, and return the statuses that came."""
    known = ", ".join(etags) or '"another"'
    conditions: list[dict[str, str]] = [{}, {"range": "bytes=0-9"}, {"if_none_match": known}]
    return {
        viewer.ask(target, method, accept=accept, **condition)[0]
        for target in targets
        for accept in ACCEPTS
        for condition in conditions
        for method in ("GET", "HEAD")
    }


@pytest.mark.parametrize("is_private", [False, True])
def test_a_deleted_image_is_gone_from_every_address(
    viewer: Server, orchard: Account, thumbnail: Variant, open_thumbnail: Variant, key: str, is_private: bool
) -> None:
    """From the acknowledgement on: plain, signed, whole or in part, and for who knows its ETag."""
    set_delivery_policy(account=orchard, is_flexible=True, has_signed_options=True, actor=SYSTEM)
    image = upload(orchard, is_private=is_private)
    segments = ("thumbnail", "open", "width=33")
    signed = [signed_link(image, key, segment) for segment in segments]
    signed += [f"/cdn-cgi/imagedelivery{target}" for target in signed]
    plain = [target.partition("?")[0] for target in signed]
    etags = {viewer.ask(target, accept=accept)[1]["etag"] for target in signed for accept in ACCEPTS}
    assert ask_for_everything(viewer, signed, set()) == {200, 206}
    assert ask_for_everything(viewer, signed, etags) == {200, 206, 304}
    ask_for_everything(viewer, plain, etags)
    assert delete_image(image=image, actor=SYSTEM) == "done"
    assert ask_for_everything(viewer, [*signed, *plain], etags) == {404}


def test_a_deleted_variant_shows_nothing_more(
    viewer: Server, photo: Image, thumbnail: Variant, key: str
) -> None:
    targets = [link(photo), signed_link(photo, key)]
    etags = {viewer.ask(link(photo), accept=accept)[1]["etag"] for accept in ACCEPTS}
    assert ask_for_everything(viewer, targets, etags) == {200, 206, 304}
    assert delete_variant(variant=thumbnail, actor=SYSTEM) == "done"
    assert ask_for_everything(viewer, targets, etags) == {403}, (
        "as the contract has it for an unknown variant"
    )


def test_a_deleted_key_is_dead_in_every_process(
    transactional_db: None, stores: Path, secret_photo: Image, thumbnail: Variant, orchard: Account
) -> None:
    """A key added, used and deleted, round after round: no process needs to be told."""
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)}
    first, second = find_free_port(), find_free_port()
    with running(make_delivery(first, environment)), running(make_delivery(second, environment)):
        servers = Server(first), Server(second)
        names = itertools.cycle(["one", "two"])
        active = create_signing_key(account=orchard, name=next(names), actor=SYSTEM)
        delete_signing_key(account=orchard, name="default", actor=SYSTEM)
        for _ in range(5):
            following = create_signing_key(account=orchard, name=next(names), actor=SYSTEM)
            alive, dying = (signed_link(secret_photo, reveal_value(which)) for which in (following, active))
            assert {server.status(target) for server in servers for target in (alive, dying)} == {200}
            delete_signing_key(account=orchard, name=active.name, actor=SYSTEM)
            assert [server.status(dying) for server in servers] == [403, 403]
            assert [server.status(alive) for server in servers] == [200, 200]
            active = following
