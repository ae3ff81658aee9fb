"""F18: keys are added, used and deleted under signed traffic; live ones open, deleted ones are dead."""

from __future__ import annotations

import http.client
import io
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.accounts.services import create_account
from apps.images.links import write_signed_link
from apps.images.models import Image
from apps.images.services import upload_image
from apps.imaging.samples import draw_samples
from apps.signing.models import SigningKey
from apps.signing.services import create_signing_key, delete_signing_key, reveal_value
from tests.bench.effort import FULL, Effort
from tests.bench.stack import OURS, serving
from tests.edges import find_free_port

_CLIENTS = 20
_PAUSE_SECONDS = 0.1  # of each client: two hundred requests a second together
_ROUND_SECONDS = 1.0


class Ring:
    """The link signed with the key in use; whoever asks with an older one is waited for before it goes."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._asking: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self) -> Iterator[str]:
        with self._changed:
            target = self.target
            self._asking[target] += 1
        yield target
        with self._changed:
            self._asking[target] -= 1
            self._changed.notify_all()

    def change(self, target: str) -> None:
        """Have all who ask from now on use another key, and wait until nobody asks with the one before."""
        with self._changed:
            former, self.target = self.target, target
            self._changed.wait_for(lambda: self._asking[former] == 0)


def run(effort: Effort) -> dict[str, Any]:
    """Return requests and false refusals, and for how long a deleted key lived on in any process (ms)."""

    rounds = 20 if effort is FULL else 3
    account, image = make_picture()
    ports = [find_free_port(), find_free_port()]
    names = itertools.cycle(["one", "two"])
    delete_after = "default"
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(serving(OURS, port))
        ring = Ring(sign(image, account, "default"))
        ends = threading.Event()
        threads = stack.enter_context(ThreadPoolExecutor(_CLIENTS))
        clients = [
            threads.submit(ask_again_and_again, ports[number % 2], ring, ends) for number in range(_CLIENTS)
        ]
        lived_on, began = [], time.monotonic()
        for _ in range(rounds):
            time.sleep(_ROUND_SECONDS)
            name, dying = next(names), ring.target
            create_signing_key(account=account, name=name, actor=SYSTEM)
            ring.change(sign(image, account, name))
            delete_signing_key(account=account, name=delete_after, actor=SYSTEM)
            lived_on.append(max(wait_until_dead(port, dying) for port in ports))
            delete_after = name
        seconds = time.monotonic() - began
        ends.set()
        statuses = [status for client in clients for status in client.result()]
    return {
        "rounds": rounds,
        "asked": len(statuses),
        "asked_per_second": round(len(statuses) / seconds),
        "false_refusals": sum(status == 403 for status in statuses),
        "other_than_200": sum(status != 200 for status in statuses),
        "lived_on_ms": round(max(lived_on) * 1000, 1),
    }


def make_picture() -> tuple[Account, Image]:

    account = create_account(name="Keys", owner=None, actor=SYSTEM)
    data = io.BytesIO(draw_samples()[0].data)
    return account, upload_image(account=account, file=data, is_private=True, actor=SYSTEM)


def sign(image: Image, account: Account, name: str) -> str:

    key = reveal_value(SigningKey.objects.in_account(account).get(name=name))
    return write_signed_link(account.hash, image.public_id, "public", key=key)


def ask_again_and_again(port: int, ring: Ring, ends: threading.Event) -> list[int]:
    statuses = []
    while not ends.is_set():
        began = time.monotonic()
        with ring.taken() as target:
            statuses.append(ask(port, target))
        time.sleep(max(0, began + _PAUSE_SECONDS - time.monotonic()))
    return statuses


def wait_until_dead(port: int, target: str) -> float:
    """Return for how long a process still let a key open something, in seconds: 0 when it never did."""
    began, lived_on = time.monotonic(), 0.0
    while ask(port, target) == 200 and lived_on < 10:
        lived_on = time.monotonic() - began
    return lived_on


def ask(port: int, target: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        return response.status
