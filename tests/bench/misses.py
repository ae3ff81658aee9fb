"""Misses under load: what hits feel of a queue of them, and a herd after a flush (threat test F31).

The herd is 50 clients, each of which wants all of 1,000 pictures that nobody has, over six connections as a
browser does, from two delivery processes. Who is told to come back does so after the time it was told.
"""

from __future__ import annotations

import asyncio
import io
import os
import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any

from tests.bench.effort import QUICK, Effort
from tests.bench.load import measure
from tests.bench.stack import OURS, serving, set_up_django
from tests.services import running_services

PORTS = (18821, 18822)
KEYS, CLIENTS, CONNECTIONS = 1_000, 50, 6
QUEUED = 200
SECONDS = 3.0
# An account's share of a queue is half of it: so many misses wait, and none is sent away.
ROOM = "512"


def run(effort: Effort) -> dict[str, Any]:
    """Return the slowest hundredth of hits, idle and beside the queue, and how a herd was served."""
    with running_services():
        link, count_renders = prepare()
        crowd = measure_crowd(link, rounds=min(effort.rounds, 7))
        print(crowd, flush=True)
        begun = count_renders()
        keys = KEYS // 5 if effort == QUICK else KEYS
        herd = send_herd([link(20_000 + number) for number in range(keys)])
        herd["renders"] = count_renders() - begun
        print(herd, flush=True)
    return {"crowd": crowd, "herd": herd}


def measure_crowd(link: Any, *, rounds: int) -> dict[str, Any]:
    os.environ["RENDER_QUEUE"] = ROOM
    idle, busy = [], []
    with serving(OURS, PORTS[0]) as port, ProcessPoolExecutor(1) as process:
        process.submit(int).result()  # forked before there are threads
        hit = link(10)
        asyncio.run(_ask_once(port, hit))
        for number in range(rounds):
            idle.append(measure(port, hit, seconds=SECONDS, connections=4).p99_milliseconds)
            targets = [link(1_000 * (1 + number) + each) for each in range(1_000)]
            queue = process.submit(_keep_queued, port, targets, SECONDS + 2)
            time.sleep(1)
            busy.append(measure(port, hit, seconds=SECONDS, connections=4).p99_milliseconds)
            queue.result()
    del os.environ["RENDER_QUEUE"]
    ratios = [one / other for one, other in zip(busy, idle, strict=True)]
    return {
        "queued": QUEUED,
        "idle_p99_ms": round(statistics.median(idle), 1),
        "busy_p99_ms": round(statistics.median(busy), 1),
        "ratio": [round(each, 2) for each in (min(ratios), statistics.median(ratios), max(ratios))],
    }


def send_herd(targets: list[str]) -> dict[str, Any]:
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(OURS, port)) for port in PORTS]
        process = stack.enter_context(ProcessPoolExecutor(1))
        return process.submit(_drive_herd, ports, targets).result()


def _keep_queued(port: int, targets: list[str], seconds: float) -> None:
    """Have so many misses wait all the time."""

    async def live() -> None:
        ends_at = time.monotonic() + seconds
        left = iter(targets)

        async def ask() -> None:
            while time.monotonic() < ends_at and (target := next(left, None)):
                await _ask_once(port, target)

        await asyncio.gather(*(ask() for _ in range(QUEUED)))

    asyncio.run(live())


def _drive_herd(ports: list[int], targets: list[str]) -> dict[str, Any]:
    return asyncio.run(_live_herd(ports, targets))


async def _live_herd(ports: list[int], targets: list[str]) -> dict[str, Any]:
    began = time.monotonic()
    statuses: dict[int, int] = {}
    waited_at = [began]

    async def want_all(number: int) -> None:
        wanted = random.Random(number).sample(targets, len(targets))  # noqa: S311  # an order
        await asyncio.gather(*(want(number, wanted) for _ in range(CONNECTIONS)))

    async def want(number: int, wanted: list[str]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[number % len(ports)])
        while wanted:
            target = wanted.pop(0)
            status, is_stored, wait_seconds = await _ask(reader, writer, target)
            statuses[status] = statuses.get(status, 0) + 1
            if not is_stored:
                waited_at.append(time.monotonic())
            if status != 200:
                wanted.append(target)
                await asyncio.sleep(wait_seconds)
        writer.close()

    await asyncio.gather(*(want_all(number) for number in range(CLIENTS)))
    return {
        "keys": len(targets),
        "clients": CLIENTS,
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        # Since then everything was answered from the store.
        "recovered_seconds": round(max(waited_at) - began, 1),
        "served_seconds": round(time.monotonic() - began, 1),
    }


async def _ask_once(port: int, target: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return (await _ask(reader, writer, target))[0]
    finally:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str
) -> tuple[int, bool, float]:
    """Return the status, whether it was there already, and the seconds to wait before another try."""
    writer.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\nAccept: image/webp\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    is_stored = fields.get("cf-resized", "").startswith("internal=ok/h")
    return int(head.split()[1]), is_stored, float(fields.get("retry-after", "0"))


def prepare() -> tuple[Any, Any]:
    """Make an account with one picture; return what writes a link by width, and what counts renders."""
    set_up_django()
    from django.db import connection

    from apps.accounts.actor import SYSTEM
    from apps.accounts.services import create_account
    from apps.images.links import write_link
    from apps.images.services import upload_image
    from apps.imaging.samples import draw_samples
    from apps.variants.services import set_delivery_policy

    account = create_account(name="Bench", owner=None, actor=SYSTEM)
    set_delivery_policy(account=account, is_flexible=True, actor=SYSTEM)
    data = draw_samples()[0].data
    image = upload_image(account=account, file=io.BytesIO(data), actor=SYSTEM)

    def link(number: int) -> str:
        """Return a link to a small picture; each number is another one."""
        return write_link(
            account.hash, image.public_id, f"w={100 + number % 300},blur={1 + number // 300 % 250}"
        )

    def count_renders() -> int:
        """Each render takes a number in the outbox before its file is written, one that comes second too."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_value FROM outbox_job_id_seq")
            return int(cursor.fetchone()[0])

    return link, count_renders
