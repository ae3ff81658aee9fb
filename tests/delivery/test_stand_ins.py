"""Stand-ins: another format for an AVIF that is late, or for whatever cannot be made just now."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.images.models import Image, Rendition
from apps.imaging.errors import RendererTimeout, RendererUnavailable
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered
from apps.variants.models import Variant
from apps.variants.services import create_variant
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import CountingRenderer, link, signed_link
from tests.delivery.test_claims import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

BOTH, AVIF_ONLY = "image/avif,image/webp,*/*", "image/avif,*/*"


class LateRenderer(CountingRenderer):
    """Does not answer with formats that are held, late fails with some, and has none while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.held = {OutputFormat.AVIF}
        self.timed_out: set[OutputFormat] = set()
        self.is_down = False
        self.begun: list[OutputFormat] = []

    async def render(self, *args: Any, **kwargs: Any) -> Rendered:
        if self.is_down:
            raise RendererUnavailable
        self.begun.append(args[2])
        rendered = await super().render(*args, **kwargs)
        while args[2] in self.held:
            await asyncio.sleep(0.01)
        if args[2] in self.timed_out:
            raise RendererTimeout
        return rendered

    async def wait_until_begun(self, *outputs: OutputFormat) -> None:
        async with asyncio.timeout(30):
            while self.begun != list(outputs):
                await asyncio.sleep(0.01)


@pytest.fixture
def renderer() -> LateRenderer:
    return LateRenderer()


@pytest.fixture
def variant(transactional_db: None, orchard: Account) -> Variant:
    return create_variant(
        account=orchard, name="thumbnail", options={"width": 40}, avif_deadline_ms=300, actor=SYSTEM
    )


def is_stored(output: str) -> bool:
    return Rendition.objects.filter(format=output).exists()


def shape(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.headers.get("content-type", ""), answer.headers["cache-control"]


PASSING = "public, max-age=5, stale-while-revalidate=0"
LASTING = "public, max-age=172800, stale-while-revalidate=7200"


def test_it_works(delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer) -> None:
    late = delivery.get(link(photo), accept=BOTH)
    assert shape(late) == (200, "image/webp", PASSING)
    assert late.headers["vary"] == "Accept"
    assert Picture.open(io.BytesIO(late.body)).format == "WEBP"
    assert not is_stored("avif")
    again = delivery.get(link(photo), accept=BOTH, if_none_match=late.headers["etag"])
    assert (again.status, again.headers["cache-control"]) == (304, PASSING)
    renderer.held.clear()
    wait_until(lambda: is_stored("avif"))  # nobody asks: the flight goes on
    made = delivery.get(link(photo), accept=BOTH, if_none_match=late.headers["etag"])
    assert shape(made) == (200, "image/avif", LASTING)
    assert Picture.open(io.BytesIO(made.body)).format == "AVIF"
    assert made.headers["etag"] != late.headers["etag"]
    assert renderer.begun.count(OutputFormat.AVIF) == 1


def test_a_stand_in_is_the_picture_that_others_get(
    delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer
) -> None:
    """It is under its own key: who asks for that very format gets the same bytes, for as long as any."""
    late = delivery.get(link(photo), accept=BOTH)
    theirs = delivery.get(link(photo), accept="image/webp")
    assert shape(theirs) == (200, "image/webp", LASTING)
    assert (theirs.body, theirs.headers["etag"]) == (late.body, late.headers["etag"])
    assert renderer.begun == [OutputFormat.AVIF, OutputFormat.WEBP]


def test_what_is_stored_is_preferred_to_what_is_better(
    delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer
) -> None:
    delivery.get(link(photo))
    assert shape(delivery.get(link(photo), accept=BOTH)) == (200, "image/jpeg", PASSING)
    assert renderer.begun == [OutputFormat.JPEG, OutputFormat.AVIF]


def test_a_client_gets_only_what_it_accepts(
    delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer
) -> None:
    delivery.get(link(photo), accept="image/webp")
    assert shape(delivery.get(link(photo), accept=AVIF_ONLY)) == (200, "image/jpeg", PASSING)


def test_avif_that_is_made_in_time_is_sent(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: LateRenderer
) -> None:
    renderer.held.clear()
    assert shape(delivery.get(link(photo), accept=BOTH)) == (200, "image/avif", LASTING)
    assert renderer.begun == [OutputFormat.AVIF]


def test_who_asks_for_avif_by_name_waits_for_it(
    delivery: DeliveryClient, photo: Image, orchard: Account, renderer: LateRenderer
) -> None:
    options = {"width": 40, "format": "avif"}
    create_variant(account=orchard, name="avif", options=options, avif_deadline_ms=100, actor=SYSTEM)

    async def story() -> Answer:
        asked = asyncio.create_task(delivery.ask(link(photo, "avif"), accept=BOTH))
        await asyncio.sleep(0.5)
        assert not asked.done()
        renderer.held.clear()
        return await asked

    assert shape(delivery.run(story())) == (200, "image/avif", LASTING)


def test_what_will_be_late_is_not_waited_for(
    delivery: DeliveryClient, photo: Image, orchard: Account, renderer: LateRenderer
) -> None:
    """As of a large original, whose cost is told by what is known of it."""
    create_variant(
        account=orchard, name="thumbnail", options={"width": 40}, avif_deadline_ms=30_000, actor=SYSTEM
    )
    delivery.get(link(photo), accept="image/webp")
    Image.objects.update(format="heic", size_bytes=400_000_000)  # 48 s by our figures

    async def story() -> Answer:
        return await asyncio.wait_for(delivery.ask(link(photo), accept=BOTH), timeout=20)

    assert shape(delivery.run(story())) == (200, "image/webp", PASSING)


def test_where_nothing_is_made_in_time_the_cheapest_stands_in(
    delivery: DeliveryClient, photo: Image, orchard: Account, renderer: LateRenderer
) -> None:
    """Four megapixels of WebP take twice the deadline by our figures, and of JPEG half as long."""
    options = {"width": 2000, "height": 2000, "fit": "cover"}
    create_variant(account=orchard, name="large", options=options, avif_deadline_ms=100, actor=SYSTEM)
    assert shape(delivery.get(link(photo, "large"), accept=BOTH)) == (200, "image/jpeg", PASSING)


def test_a_stand_in_that_is_under_way_is_waited_for_when_avif_fails(
    delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer
) -> None:
    renderer.held.add(OutputFormat.WEBP)
    renderer.timed_out.add(OutputFormat.AVIF)

    async def story() -> Answer:
        asked = asyncio.create_task(delivery.ask(link(photo), accept=BOTH))
        await renderer.wait_until_begun(OutputFormat.AVIF, OutputFormat.WEBP)
        renderer.held.remove(OutputFormat.AVIF)
        await asyncio.sleep(0.3)
        renderer.held.clear()
        return await asked

    assert shape(delivery.run(story())) == (200, "image/webp", PASSING)


def test_when_both_fail_it_is_told_why_avif_did(
    delivery: DeliveryClient, photo: Image, variant: Variant, renderer: LateRenderer
) -> None:
    renderer.timed_out |= {OutputFormat.AVIF, OutputFormat.WEBP}

    async def story() -> Answer:
        asked = asyncio.create_task(delivery.ask(link(photo), accept=BOTH))
        await renderer.wait_until_begun(OutputFormat.AVIF, OutputFormat.WEBP)
        renderer.held.clear()
        return await asked

    assert delivery.run(story()).status == 504


def test_a_private_stand_in_is_private(
    delivery: DeliveryClient, secret_photo: Image, variant: Variant, key: str, renderer: LateRenderer
) -> None:
    answer = delivery.get(signed_link(secret_photo, key), accept=BOTH)
    assert shape(answer) == (200, "image/webp", "private, max-age=5")
    assert delivery.get(link(secret_photo), accept=BOTH).status == 403


def test_while_the_renderer_is_down_what_is_stored_stands_in(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: LateRenderer
) -> None:
    delivery.get(link(photo))
    renderer.is_down = True
    for accept in (BOTH, "image/webp"):
        assert shape(delivery.get(link(photo), accept=accept)) == (200, "image/jpeg", PASSING)
    renderer.is_down = False
    assert shape(delivery.get(link(photo), accept="image/webp")) == (200, "image/webp", LASTING)


def test_while_the_renderer_is_down_nothing_that_is_not_accepted_stands_in(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: LateRenderer
) -> None:
    delivery.get(link(photo), accept="image/webp")
    renderer.is_down = True
    answer = delivery.get(link(photo))
    assert (answer.status, answer.headers["cf-resized"]) == (503, "err=9522")
    assert answer.is_stored_by_nobody


def test_a_former_version_never_stands_in(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: LateRenderer
) -> None:
    delivery.get(link(photo))
    renderer.is_down = True
    Image.objects.update(version=2)
    assert delivery.get(link(photo), accept=BOTH).status == 503


def test_a_picture_that_cannot_be_made_has_no_stand_in(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: LateRenderer, stores: Path
) -> None:
    delivery.get(link(photo))
    path = stores / "originals" / photo.storage_key
    path.write_bytes(path.read_bytes()[:200])
    assert delivery.get(link(photo), accept=BOTH).status == 422


@pytest.fixture
def crowded(
    photo: Image, variant: Variant, renderer: LateRenderer, settings: Any
) -> Iterator[DeliveryClient]:
    """A delivery plane with one turn for each account."""
    settings.RENDERS_AT_ONCE = 2
    with DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))) as client:
        yield client


def test_a_queue_is_not_made_longer_by_stand_ins(
    crowded: DeliveryClient, photo: Image, renderer: LateRenderer
) -> None:
    async def story() -> Answer:
        asked = asyncio.create_task(crowded.ask(link(photo), accept=BOTH))
        await asyncio.sleep(0.8)
        assert not asked.done()
        renderer.held.clear()
        return await asked

    assert shape(crowded.run(story())) == (200, "image/avif", LASTING)
    assert renderer.begun == [OutputFormat.AVIF]


@pytest.fixture
def limited(
    photo: Image, variant: Variant, renderer: LateRenderer, settings: Any
) -> Iterator[DeliveryClient]:
    """A delivery plane where a client of the public internet may have one new picture a minute."""
    settings.MISSES_PER_MINUTE, settings.TRUSTED_PROXIES = 1, 1
    with DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))) as client:
        yield client


def test_a_stand_in_is_a_miss_of_whoever_has_it_made(
    limited: DeliveryClient, photo: Image, renderer: LateRenderer
) -> None:
    """One who may have no more waits with the others for the AVIF, and costs no render."""
    renderer.held.add(OutputFormat.JPEG)

    async def story() -> Answer:
        theirs = asyncio.create_task(limited.ask(link(photo), accept=AVIF_ONLY))
        await renderer.wait_until_begun(OutputFormat.AVIF, OutputFormat.JPEG)
        client = {"x_forwarded_for": "9.9.9.9"}
        await limited.ask(link(photo, "small"), accept="image/webp", **client)
        asked = asyncio.create_task(limited.ask(link(photo), accept=BOTH, **client))
        await asyncio.sleep(0.8)
        assert not asked.done()
        renderer.held.clear()
        await theirs
        return await asked

    create_variant(account=photo.account, name="small", options={"width": 20}, actor=SYSTEM)
    assert shape(limited.run(story())) == (200, "image/avif", LASTING)
    assert renderer.begun == [OutputFormat.AVIF, OutputFormat.JPEG, OutputFormat.WEBP]
