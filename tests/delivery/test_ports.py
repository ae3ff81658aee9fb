"""Ports: what is told to end lets go of what others wait for at once, and waits for the rest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.images.models import Flight, Image
from apps.images.services import add_host
from apps.usage.models import DailyUsage
from apps.variants.models import Variant
from apps.variants.services import set_delivery_policy
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import draw_picture, link, upload
from tests.delivery.origins import HOST, remote, serving
from tests.delivery.test_claims import HeldRenderer, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_closing_keeps_no_claim_and_no_count_for_a_fetch_under_way(
    orchard: Account, photo: Image, thumbnail: Variant, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR, settings.FETCH_SECONDS = tmp_path / "incoming", 60
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    add_host(account=orchard, name=HOST, actor=SYSTEM)
    renderer, other = HeldRenderer(), upload(orchard)
    asked, answered = threading.Event(), threading.Event()
    with serving(settings) as origin, ThreadPoolExecutor(3) as pool, ExitStack() as stack:
        stack.callback(answered.set)
        origin.think = lambda: (asked.set(), answered.wait(50))
        target = remote("w=60", origin.put("/pear.jpg", draw_picture()))
        plane = ExitStack()
        client = plane.enter_context(
            DeliveryClient(DeliveryApplication(lambda: open_ports(renderer=renderer)))
        )
        assert client.get(link(photo)).status == 200
        renderer.is_held = True
        for asked_for in (target, link(other)):
            pool.submit(client.get, asked_for, host=HOST)
        assert asked.wait(20)
        wait_until(Flight.objects.exists)
        closing = pool.submit(plane.close)
        wait_until(lambda: not Flight.objects.exists() and DailyUsage.objects.get().requests == 1)
        assert not closing.done()
        answered.set()
        closing.result(30)
