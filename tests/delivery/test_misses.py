"""Misses: one render however many ask, and what happens when there is no render to be had."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image as PillowImage

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery import ports
from apps.delivery.renditions import Picture
from apps.images.decide import decide
from apps.images.links import parse_link
from apps.images.models import Image, Rendition
from apps.images.renderer import RENDER_LIMITS
from apps.images.services import delete_image, replace_original, set_access
from apps.images.sources import read_focal_points
from apps.images.storage import originals
from apps.imaging.geometry.focus import UNKNOWN
from apps.imaging.recipe.gravity import Seek
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.usage.models import DailyUsage
from apps.variants.models import Variant
from apps.variants.services import create_variant
from images_platform.parts import make_renderer as make_renderer_part
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import CountingRenderer, draw_picture, link, upload
from tests.delivery.running import running

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer, stores: Path
) -> None:
    answers = delivery.get_all([link(photo)] * 50)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert renderer.asked == 1
    assert Rendition.objects.count() == 1
    assert DailyUsage.objects.get(account=photo.account).renders == 1
    assert len([path for path in (stores / "renditions").rglob("*") if path.is_file()]) == 1


def test_where_the_subject_is_is_found_once(
    delivery: DeliveryClient, photo: Image, flexible: None, renderer: CountingRenderer
) -> None:
    assert delivery.get(link(photo, "w=30,h=30,fit=cover,g=face")).status == 200
    photo.refresh_from_db()
    found = read_focal_points(photo.focal_points)
    assert found.find(Seek.FACE)
    assert delivery.get(link(photo, "w=20,h=20,fit=cover,g=auto")).status == 200
    assert [each["known"] for each in renderer.told] == [UNKNOWN, found]


def test_who_looked_before_another_flight_landed_does_not_fly_again(
    photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    """Fifty at once meet this now and then: a miss was seen, and is none any more."""

    async def story() -> tuple[Picture | None, Picture | None]:
        async with ports.open_ports(renderer=renderer) as opened:
            parsed = parse_link(link(photo).encode())
            facts = await opened.look_up(parsed)
            decision = decide(parsed, facts, accept="", now=0, limits=RENDER_LIMITS, finds_faces=True)
            make = partial(opened.renditions.make, decision, admit=lambda: None)
            return await make(), await make()

    first, second = asyncio.run(story())
    assert first is not None
    assert second is not None
    assert first.rendition == second.rendition
    assert renderer.asked == 1


def test_different_pictures_are_made_side_by_side(
    delivery: DeliveryClient, photo: Image, flexible: None, renderer: CountingRenderer
) -> None:
    answers = delivery.get_all([link(photo, f"width={width}") for width in range(10, 26)] * 2)
    assert {answer.status for answer in answers} == {200}
    assert renderer.asked == 16


def test_a_client_that_goes_away_leaves_the_others_theirs(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    async def story() -> int:
        first = asyncio.create_task(delivery.ask(link(photo)))
        while not renderer.asked:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(delivery.ask(link(photo)))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).status

    assert delivery.run(story()) == 200
    assert renderer.asked == 1


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A place for a renderer's socket; pytest's own folders have names too long for one."""
    with TemporaryDirectory(prefix="images-") as folder:
        yield Path(folder) / "renderer.sock"


def test_without_a_renderer_there_is_a_503_until_it_is_back(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer, socket_path: Path
) -> None:
    renderer.client = AsyncRendererClient(socket_path)
    for _ in range(2):
        answer = delivery.get(link(photo))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.is_stored_by_nobody
        assert answer.headers["cf-resized"] == "err=9522"
        assert str(socket_path).encode() not in answer.body
        with running(make_renderer_part(socket_path, "--allow-open-cage", workers=1)):
            assert delivery.get(link(photo)).status == 200
        Rendition.objects.all().delete()


def test_what_is_stored_needs_no_renderer(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer, socket_path: Path
) -> None:
    delivery.get(link(photo))
    renderer.client = AsyncRendererClient(socket_path)
    assert delivery.get(link(photo)).status == 200


def test_a_picture_that_cannot_be_made_is_not_tried_by_everyone(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    path = Path(originals().path(photo.storage_key))
    path.write_bytes(path.read_bytes()[:200])
    for _ in range(3):
        answer = delivery.get(link(photo))
        assert (answer.status, answer.headers["cf-resized"]) == (422, "err=9516")
        assert answer.is_stored_by_nobody
    assert renderer.asked == 1


def test_a_lost_original_is_told(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    Path(originals().path(photo.storage_key)).unlink()
    answer = delivery.get(link(photo))
    assert (answer.status, answer.headers["cf-resized"]) == (502, "err=9505")


def test_when_half_the_seats_are_an_accounts_its_next_is_asked_to_come_back(
    delivery: DeliveryClient, photo: Image, flexible: None, settings: Any
) -> None:
    targets = [link(photo, f"width={width}") for width in range(10, 10 + settings.RENDER_QUEUE)]
    answers = delivery.get_all(targets)
    assert {answer.status for answer in answers} == {200, 503}
    half = settings.RENDER_QUEUE // 2
    assert [answer.status for answer in answers].count(200) >= half
    assert {answer.headers["retry-after"] for answer in answers if answer.status == 503} == {"1"}
    assert {answer.status for answer in delivery.get_all(targets[-half:])} == {200}


def test_a_flood_of_one_account_does_not_hold_up_another(
    delivery: DeliveryClient, photo: Image, flexible: None, elsewhere: Account, settings: Any
) -> None:
    """What Elsewhere asks for is made before most of what Orchard asked for earlier."""
    create_variant(account=elsewhere, name="thumbnail", options={"width": 40}, actor=SYSTEM)
    theirs = upload(elsewhere)
    order: list[int] = []

    async def ask(target: str) -> int:
        answer = await delivery.ask(target)
        order.append(len(order) if target == link(theirs) else -1)
        return answer.status

    async def story() -> list[int]:
        flood = [ask(link(photo, f"width={width}")) for width in range(10, 10 + settings.RENDER_QUEUE)]
        tasks = [asyncio.create_task(each) for each in flood]
        await asyncio.sleep(0.2)
        return [await ask(link(theirs)), *await asyncio.gather(*tasks)]

    statuses = delivery.run(story())
    assert statuses[0] == 200
    made_before = max(order) - statuses.count(503)
    assert made_before < statuses.count(200) / 2


@pytest.fixture
def counting(settings: Any) -> None:
    settings.MISSES_PER_MINUTE = 3
    settings.TRUSTED_PROXIES = 1


def test_a_client_may_have_so_many_pictures_made_in_a_minute(
    counting: None, delivery: DeliveryClient, photo: Image, flexible: None, renderer: CountingRenderer
) -> None:
    def ask(width: int, client: str = "9.9.9.9") -> Answer:
        return delivery.get(link(photo, f"width={width}"), x_forwarded_for=f"6.6.6.6, {client}")

    assert {ask(width).status for width in (10, 11, 12)} == {200}
    refused = ask(13)
    assert (refused.status, refused.headers["cf-resized"]) == (429, "err=9522")
    assert 0 < int(refused.headers["retry-after"]) <= 20
    assert refused.is_stored_by_nobody
    assert {ask(width).status for width in (10, 11, 12)} == {200}  # stored ones are not counted
    assert ask(13, "9.9.9.8").status == 200
    assert ask(13).status == 200
    assert ask(14, "10.1.2.3").status == 200
    assert renderer.asked == 5


def test_a_picture_that_goes_meanwhile_is_not_shown(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    renderer.meanwhile = lambda: delete_image(image=photo, actor=SYSTEM)
    assert delivery.get(link(photo)).status == 404
    assert not Rendition.objects.exists()


def test_a_picture_made_private_meanwhile_is_not_shown(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer, key: str
) -> None:
    renderer.meanwhile = lambda: set_access(image=photo, is_private=True, actor=SYSTEM)
    assert delivery.get(link(photo)).status == 404
    assert not Rendition.objects.exists()


def test_a_picture_replaced_meanwhile_is_shown_as_it_is_now(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    """The renders under way are of the old bytes: nobody is served them once the new are acknowledged."""
    tall = draw_picture(size=(80, 160))
    renderer.meanwhile = lambda: replace_original(image=photo, file=io.BytesIO(tall), actor=SYSTEM)
    answers = delivery.get_all([link(photo)] * 10)
    assert {answer.status for answer in answers} == {200}
    assert {PillowImage.open(io.BytesIO(answer.body)).size for answer in answers} == {(40, 80)}
    assert set(Rendition.objects.values_list("image_version", "height")) == {(2, 80)}


def test_a_renderer_that_says_nothing_is_told(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer, socket_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.bind(str(socket_path))
        silent.listen()
        renderer.client = AsyncRendererClient(socket_path, total_seconds=0.2)
        answer = delivery.get(link(photo))
    assert answer.status in {503, 504}
    assert "retry-after" in answer.headers
