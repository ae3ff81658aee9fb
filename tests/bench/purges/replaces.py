"""F15: a picture is replaced ten times a second while it is asked for; its pixels show the version."""

from __future__ import annotations

import bisect
import http.client
import io
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.services import create_account
from apps.images.links import write_link
from apps.images.models import Image
from apps.images.services import replace_original, upload_image
from tests.bench.effort import FULL, Effort
from tests.bench.stack import OURS, edge_before, serving
from tests.edges import find_free_port

_PER_SECOND = 10
_VIEWERS = 10
_PAUSE_SECONDS = 0.1  # of each viewer: a hundred requests a second together
_SQUARE = 16
_BITS = 16


def run(effort: Effort) -> dict[str, Any]:
    """Return replacements and views, the rates reached, views of an old version, and what each took (ms)."""
    seconds = 60 if effort is FULL else 6
    origin_port = find_free_port()
    image, target = make_picture()
    with serving(OURS, origin_port), edge_before(origin_port) as port:
        ends_at = time.monotonic() + seconds
        acknowledged: list[float] = []  # the time at which version n was acknowledged, by n
        with ThreadPoolExecutor(_VIEWERS) as threads:
            views = [threads.submit(watch, port, target, ends_at) for _ in range(_VIEWERS)]
            took = replace_until(image, ends_at, acknowledged)
        seen = [view for viewer in views for view in viewer.result()]
    old = sum(
        version < bisect.bisect_right(acknowledged, began) for began, _, version in seen if version >= 0
    )
    return {
        "replaced": len(took),
        "replaced_per_second": round(len(took) / seconds, 1),
        "replace_median_ms": round(statistics.median(took) * 1000),
        "viewed": len(seen),
        "viewed_per_second": round(len(seen) / seconds),
        "view_median_ms": round(statistics.median(took for _, took, _ in seen) * 1000, 1),
        "not_answered": dict(Counter(-version for _, _, version in seen if version < 0)),
        "old": old,
    }


def make_picture() -> tuple[Image, str]:
    account = create_account(name="Replaced", owner=None, actor=SYSTEM)
    image = upload_image(account=account, file=io.BytesIO(draw(0)), actor=SYSTEM)
    return image, write_link(account.hash, image.public_id, "public")


def replace_until(image: Image, ends_at: float, acknowledged: list[float]) -> list[float]:
    """Replace the picture as often as it should be, and note when each version was acknowledged as purged."""

    took = []
    while (began := time.monotonic()) < ends_at:
        data = io.BytesIO(draw(len(acknowledged) + 1))
        image, purge = replace_original(image=image, file=data, actor=SYSTEM)
        if purge != "done":
            raise RuntimeError("a purge is pending")
        acknowledged.append(time.monotonic())
        took.append(acknowledged[-1] - began)
        time.sleep(max(0, began + 1 / _PER_SECOND - time.monotonic()))
    return took


def watch(port: int, target: str, ends_at: float) -> list[tuple[float, float, int]]:
    """Ask for the picture again and again; return when, how long it took, and the version or -status."""
    seen = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while (began := time.monotonic()) < ends_at:
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read()
            version = read(body) if response.status == 200 else -response.status
            seen.append((began, time.monotonic() - began, version))
            time.sleep(max(0, began + _PAUSE_SECONDS - time.monotonic()))
    return seen


def draw(version: int) -> bytes:
    """Return a picture whose squares, black or white, are the bits of a number."""
    picture = Picture.new("L", (_SQUARE * _BITS, _SQUARE), 0)
    for bit in range(_BITS):
        if version >> bit & 1:
            picture.paste(255, (bit * _SQUARE, 0, (bit + 1) * _SQUARE, _SQUARE))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def read(data: bytes) -> int:
    picture = Picture.open(io.BytesIO(data)).convert("L")
    middle = _SQUARE // 2
    return sum((picture.getpixel((bit * _SQUARE + middle, middle)) > 127) << bit for bit in range(_BITS))
