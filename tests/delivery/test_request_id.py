"""Every delivery answer bears an id, and so does what is logged about it; timings are told when asked to."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from apps.accounts.request_id import current_request_id, current_trace_id
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.images.models import Image
from apps.images.storage import originals
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link

ID = "abcdef-123456"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Ear(logging.Handler):
    """Hears under which ids something was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append((current_request_id.get(), current_trace_id.get()))


def test_it_works(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    targets = [link(photo), link(photo, "none"), "/", "/healthz"]
    ids = {delivery.get(target, x_request_id=ID).headers["x-request-id"] for target in targets * 2}
    assert len(ids) == 8
    assert ID not in ids, "nobody is trusted"


def test_a_trusted_proxys_id_is_taken_and_logged(
    photo: Image, thumbnail: Variant, stores: Any, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    originals().delete(photo.storage_key)
    ear, logger = Ear(), logging.getLogger("apps.delivery.errors")
    logger.addHandler(ear)
    try:
        with DeliveryClient(DeliveryApplication(open_ports)) as client:
            trace = f"00-{TRACE}-00f067aa0ba902b7-01"
            answer = client.get(link(photo), x_request_id=ID, traceparent=trace)
    finally:
        logger.removeHandler(ear)
    assert (answer.status, answer.headers["x-request-id"]) == (502, ID)
    assert ear.heard == [(ID, TRACE)]


def test_threads_know_the_request(delivery: DeliveryClient) -> None:
    from apps.delivery.threads import DatabaseThreads

    async def ask() -> str:
        threads = DatabaseThreads(1)
        current_request_id.set("of this task")
        try:
            return await threads.run(current_request_id.get)
        finally:
            threads.close()

    assert delivery.run(ask()) == "of this task"


@pytest.mark.usefixtures("thumbnail", "stores")
def test_timings_are_told_with_pictures_alone(photo: Image, secret_photo: Image, settings: Any) -> None:
    settings.SERVER_TIMING = True
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        made, stored = (client.get(link(photo)).headers["server-timing"] for _ in range(2))
        refused = [client.get(target) for target in (link(secret_photo), link(photo, "none"), "/a/b/c", "/")]
    assert [each.partition(";dur=")[0] for each in made.split(", ")] == ["lookup", "decide", "file", "make"]
    assert [each.partition(";dur=")[0] for each in stored.split(", ")] == ["lookup", "decide", "file"]
    assert all("server-timing" not in answer.headers for answer in refused)


def test_unasked_no_timing_is_told(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    assert "server-timing" not in delivery.get(link(photo)).headers
