"""Stored hits from the origin against a bare skeleton, in one run: ratios, with their spread.

Absolute rates are the machine's; the ratio is ours. Rounds alternate, so that both meet the same noise.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from images_platform.parts import make_delivery
from images_platform.supervisor.process import Process
from tests.bench.load import Rate, measure
from tests.services import running_services

ROUNDS = 7
SECONDS = 2.0
OURS = "images_platform.delivery:application"
BARE = "tests.bench.skeleton:application"


def run() -> None:
    """Print the table."""
    with running_services(), ExitStack() as stack:
        targets = prepare()
        ports = {
            name: stack.enter_context(serving(name, port)) for name, port in ((OURS, 18811), (BARE, 18812))
        }
        for target in targets.values():
            with urllib.request.urlopen(make_request(ports[OURS], target)) as response:  # noqa: S310  # ours
                size = len(response.read())  # the first answer is a miss
        rates: dict[str, list[Rate]] = {name: [] for name in ("bare", *targets)}
        for _ in range(ROUNDS):
            rates["bare"].append(measure(ports[BARE], targets["private"], seconds=SECONDS))
            for name, target in targets.items():
                rates[name].append(measure(ports[OURS], target, seconds=SECONDS))
    show(rates, size)


def make_request(port: int, target: str) -> urllib.request.Request:
    return urllib.request.Request(f"http://127.0.0.1:{port}{target}", headers={"Accept": "image/webp"})


def show(rates: dict[str, list[Rate]], size: int) -> None:
    print(f"{ROUNDS} rounds of {SECONDS:g} s, 16 connections, 1 process, {size} bytes")  # noqa: T201
    for name, measured in rates.items():
        ratios = [
            ours.per_second / bare.per_second for ours, bare in zip(measured, rates["bare"], strict=True)
        ]
        per_second = statistics.median(rate.per_second for rate in measured)
        p99 = statistics.median(rate.p99_milliseconds for rate in measured)
        print(  # noqa: T201
            f"{name:8} {per_second:7.0f}/s  p99 {p99:5.1f} ms  "
            f"{statistics.median(ratios):.2f} x bare ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def prepare() -> dict[str, str]:
    """Make an account with a public and a private picture, and return a target for each."""
    import django  # here and below: Django can be read only once the services' addresses are known

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")
    django.setup()
    from django.core.management import call_command

    from apps.accounts.actor import SYSTEM
    from apps.accounts.services import create_account
    from apps.images.links import write_link, write_signed_link
    from apps.images.services import upload_image
    from apps.imaging.samples import draw_samples
    from apps.signing.models import SigningKey
    from apps.signing.services import reveal_value
    from apps.variants.services import create_variant

    call_command("migrate", verbosity=0)
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


@contextmanager
def serving(application: str, port: int) -> Iterator[int]:
    """Run an application as `manage.py up` runs delivery, and yield its port."""
    part = make_delivery(port, os.environ)
    command = tuple(application if word == OURS else word for word in part.command)
    process = Process(replace(part, command=command), subprocess.DEVNULL)
    try:
        process.wait_until_ready()
        yield port
    finally:
        process.stop()
