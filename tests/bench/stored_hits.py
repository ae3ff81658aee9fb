"""Stored hits from the origin against a bare skeleton, in one run: ratios, of rates and of processor time.

Absolute rates are the machine's; the ratio is ours. Rounds alternate, so that both meet the same noise.
"""

from __future__ import annotations

import io
import statistics
import urllib.request
from contextlib import ExitStack
from typing import Any

from tests.bench.effort import Effort
from tests.bench.load import Rate, measure
from tests.bench.stack import OURS, serving, set_up_django
from tests.services import running_services

SECONDS = 2.0
BARE = "tests.bench.skeleton:application"


def run(effort: Effort) -> dict[str, Any]:
    """Return requests a second, the slowest hundredth, and the ratio's median and range."""
    rounds = min(effort.rounds, 7)
    with running_services(), ExitStack() as stack:
        targets = prepare()
        ports = {
            name: stack.enter_context(serving(name, port)) for name, port in ((OURS, 18811), (BARE, 18812))
        }
        for target in targets.values():
            with urllib.request.urlopen(make_request(ports[OURS], target)) as response:  # noqa: S310  # ours
                size = len(response.read())  # the first answer is a miss
        rates: dict[str, list[Rate]] = {name: [] for name in ("bare", *targets)}
        for _ in range(rounds):
            rates["bare"].append(measure(ports[BARE], targets["private"], seconds=SECONDS))
            for name, target in targets.items():
                rates[name].append(measure(ports[OURS], target, seconds=SECONDS))
    figures = {name: sum_up(measured, rates["bare"]) for name, measured in rates.items()}
    show(figures, size)
    return figures


def make_request(port: int, target: str) -> urllib.request.Request:
    return urllib.request.Request(f"http://127.0.0.1:{port}{target}", headers={"Accept": "image/webp"})


def sum_up(measured: list[Rate], bare: list[Rate]) -> dict[str, Any]:
    pairs = list(zip(measured, bare, strict=True))
    ratios = [one.per_second / other.per_second for one, other in pairs]
    cpu_ratios = [other.cpu_microseconds / one.cpu_microseconds for one, other in pairs]
    return {
        "per_second": round(statistics.median(rate.per_second for rate in measured)),
        "p99_ms": round(statistics.median(rate.p99_milliseconds for rate in measured), 1),
        "of_bare": spread(ratios),
        "cpu_us": round(statistics.median(rate.cpu_microseconds for rate in measured)),
        "cpu_of_bare": spread(cpu_ratios),
    }


def spread(ratios: list[float]) -> list[float]:
    """Return the smallest, the median and the largest, to two places."""
    return [round(each, 2) for each in (min(ratios), statistics.median(ratios), max(ratios))]


def show(figures: dict[str, dict[str, Any]], size: int) -> None:
    print(f"rounds of {SECONDS:g} s, 16 connections, 1 process, {size} bytes")
    for name, each in figures.items():
        low, median, high = each["of_bare"]
        print(
            f"{name:8} {each['per_second']:7.0f}/s  p99 {each['p99_ms']:5.1f} ms  "
            f"{median:.2f} x bare ({low:.2f} to {high:.2f}), by processor time ({each['cpu_us']} us) "
            "{1:.2f} ({0:.2f} to {2:.2f})".format(*each["cpu_of_bare"])
        )


def prepare() -> dict[str, str]:
    """Make an account with a public and a private picture, and return a target for each."""
    set_up_django()
    from apps.accounts.actor import SYSTEM
    from apps.accounts.services import create_account
    from apps.images.links import write_link, write_signed_link
    from apps.images.services import upload_image
    from apps.imaging.samples import draw_samples
    from apps.signing.models import SigningKey
    from apps.signing.services import reveal_value
    from apps.variants.services import create_variant

    account = create_account(name="Bench", owner=None, actor=SYSTEM)
    create_variant(account=account, name="card", options={"width": 640}, actor=SYSTEM)
    key = reveal_value(SigningKey.objects.in_account(account).get())
    data = draw_samples()[0].data
    shown, hidden = (
        upload_image(account=account, file=io.BytesIO(data), is_private=is_private, actor=SYSTEM)
        for is_private in (False, True)
    )
    return {
        "public": write_link(account.hash, shown.public_id, "card"),
        "private": write_signed_link(
            account.hash, hidden.public_id, "card", key=key, expires_at=4_000_000_000
        ),
    }
