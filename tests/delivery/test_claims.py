"""Claims: of all processes that are asked for a picture one makes it, and the dead hold up nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from apps.accounts.actor import SYSTEM
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.claims import Claims
from apps.delivery.ports import open_ports
from apps.delivery.threads import DatabaseThreads
from apps.images.models import Flight, Image
from apps.images.services import claim_flight, delete_image
from apps.images.services.flights import CLAIM_SECONDS
from apps.images.storage import originals
from apps.imaging.rendered import Rendered
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import CountingRenderer, link

pytestmark = pytest.mark.django_db(transaction=True)

DIGEST = b"d" * 32
_BREAK_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def planes(photo: Image, thumbnail: Variant, renderer: CountingRenderer) -> Iterator[list[DeliveryClient]]:
    """Two delivery planes, each as a process of its own has it, but for the count of renders."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))))
            for _ in range(2)
        ]


def ask_both(planes: list[DeliveryClient], target: str, times: int) -> list[Any]:
    with ThreadPoolExecutor(len(planes)) as threads:
        answers = threads.map(lambda plane: plane.get_all([target] * times), planes)
        return [answer for each in answers for answer in each]


def test_it_works(planes: list[DeliveryClient], photo: Image, renderer: CountingRenderer) -> None:
    # More would wait for a connection longer than allowed on a busy machine; test_processes has two hundred.
    answers = ask_both(planes, link(photo), 30)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert renderer.asked == 1
    assert not Flight.objects.exists()


class SlowRenderer(CountingRenderer):
    """Takes so long that a claim lapses unless it is renewed."""

    async def render(self, *args: Any, **kwargs: Any) -> Rendered:
        rendered = await super().render(*args, **kwargs)
        await asyncio.sleep(CLAIM_SECONDS + 1)
        return rendered


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


class HeldRenderer(CountingRenderer):
    """Does not answer while it is held."""

    is_held = False

    async def render(self, *args: Any, **kwargs: Any) -> Rendered:
        rendered = await super().render(*args, **kwargs)
        while self.is_held:
            await asyncio.sleep(0.01)
        return rendered


def test_who_takes_long_is_waited_for(photo: Image, thumbnail: Variant) -> None:
    renderer = SlowRenderer()
    with ExitStack() as stack:
        planes = [
            stack.enter_context(DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))))
            for _ in range(2)
        ]
        answers = ask_both(planes, link(photo), 3)
    assert {answer.status for answer in answers} == {200}
    assert renderer.asked == 1


def test_who_waits_for_others_holds_no_thread_and_no_connection(
    photo: Image, thumbnail: Variant, flexible: None
) -> None:
    """More wait for another process than there are threads and connections; hits go on beside them."""
    renderer = HeldRenderer()
    targets = [link(photo, f"width={width}") for width in range(1, 31)]
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))))
            for _ in range(2)
        )
        assert first.get(link(photo)).status == 200
        renderer.is_held = True
        with ThreadPoolExecutor(2) as threads:
            making = threads.submit(first.get_all, targets)
            wait_until(lambda: Flight.objects.count() == len(targets))
            waiting = threads.submit(second.get_all, targets)
            time.sleep(0.3)
            assert {second.get(link(photo)).status for _ in range(50)} == {200}
            assert not waiting.done()
            renderer.is_held = False
            answers = making.result() + waiting.result()
    assert {answer.status for answer in answers} == {200}
    assert renderer.asked == 1 + len(targets)


def test_a_database_that_restarts_meanwhile_costs_no_render(photo: Image, thumbnail: Variant) -> None:
    """Every connection breaks, of who makes and of who waits."""
    renderer = HeldRenderer()
    renderer.is_held = True
    with ExitStack() as stack:
        planes = [
            stack.enter_context(DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer))))
            for _ in range(2)
        ]
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(ask_both, planes, link(photo), 10)
            wait_until(lambda: renderer.asked > 0)
            time.sleep(0.2)
            with connection.cursor() as cursor:
                cursor.execute(_BREAK_ALL)
            time.sleep(1.2)  # for a renewal, too
            renderer.is_held = False
            answers = asked.result()
    assert {answer.status for answer in answers} == {200}
    assert renderer.asked == 1


def test_a_failure_is_told_to_other_processes(
    planes: list[DeliveryClient], photo: Image, renderer: CountingRenderer
) -> None:
    path = Path(originals().path(photo.storage_key))
    path.write_bytes(path.read_bytes()[:200])
    answers = ask_both(planes, link(photo), 3)
    assert {(answer.status, answer.headers["cf-resized"]) for answer in answers} == {(422, "err=9516")}
    assert renderer.asked == 1


def test_a_dead_process_is_passed_over(
    planes: list[DeliveryClient], photo: Image, renderer: CountingRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim is nobody's to renew, and lapses."""
    monkeypatch.setattr("apps.images.services.flights.CLAIM_SECONDS", 0.5)
    monkeypatch.setattr("apps.delivery.renditions.make_digest", lambda key: DIGEST)
    assert claim_flight(digest=DIGEST, holder=uuid4())
    began = time.monotonic()
    assert planes[0].get(link(photo)).status == 200
    assert time.monotonic() - began >= 0.4  # not before it lapsed
    assert renderer.asked == 1


def test_what_became_of_a_picture_elsewhere_is_seen(
    planes: list[DeliveryClient], photo: Image, renderer: CountingRenderer
) -> None:
    renderer.meanwhile = lambda: delete_image(image=photo, actor=SYSTEM)
    answers = ask_both(planes, link(photo), 3)
    assert {answer.status for answer in answers} == {404}


def run(story: Callable[[Claims, Claims], Awaitable[None]]) -> None:
    async def live() -> None:
        threads = DatabaseThreads(2)
        mine, theirs = Claims(threads), Claims(threads)
        try:
            await story(mine, theirs)
        finally:
            await mine.close()
            await theirs.close()
            threads.close()

    asyncio.run(live())


def test_a_claim_is_one_processs() -> None:
    async def story(mine: Claims, theirs: Claims) -> None:
        assert await mine.take(DIGEST)
        assert not await theirs.take(DIGEST)
        waiting = asyncio.create_task(theirs.wait(DIGEST))
        await theirs.land(DIGEST)  # not theirs to give up
        assert not await theirs.take(DIGEST)
        await mine.land(DIGEST)
        assert await waiting is None
        assert await theirs.take(DIGEST)

    run(story)


def test_a_fault_is_told_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.images.services.flights.FAULT_SECONDS", 0.3)

    async def story(mine: Claims, theirs: Claims) -> None:
        assert await mine.take(DIGEST)
        await mine.land(DIGEST, {"fault": "crashed"})
        assert not await theirs.take(DIGEST)
        assert await theirs.wait(DIGEST) == {"fault": "crashed"}
        await asyncio.sleep(0.4)
        assert await theirs.wait(DIGEST) is None
        assert await theirs.take(DIGEST)

    run(story)
