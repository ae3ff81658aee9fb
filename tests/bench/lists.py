"""Lists and searches of a large account: how long the API takes for a page, in its own process.

Words of every frequency, evenly spread and in a row (see `seed_images`), asked for again and again while all
of the table is in memory.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.bench.effort import QUICK, Effort
from tests.services import running_services

PAGE, LONG_PAGE = 100, 10_000
_TIMES = 20


def run(effort: Effort) -> dict[str, Any]:
    """Return milliseconds, the median and the slowest twentieth, of each page; a million images, or fewer."""
    count = 50_000 if effort == QUICK else 1_000_000
    with running_services():
        ask = prepare(count)
        figures = {name: measure(get) for name, get in list_requests(ask, count).items()}
    for name, each in figures.items():
        print(f"{name:45} p50 {each['p50_ms']:7.1f} ms  p95 {each['p95_ms']:7.1f} ms", flush=True)
    return {"images": count, "page": PAGE, "requests": figures}


def list_requests(ask: Callable[[str], Any], count: int) -> dict[str, Callable[[], Any]]:
    """Return what is asked for, by what it shows."""
    paths = {
        "newest first": f"v2?per_page={PAGE}",
        "a page of 10,000": f"v2?per_page={LONG_PAGE}",
        "by pages": f"v1?per_page={PAGE}",
        "by pages, the last": f"v1?per_page={PAGE}&page={count // PAGE}",
        "of a creator": f"v2?per_page={PAGE}&creator=creator-7",
        "a word in every image": f"v2?per_page={PAGE}&q=dsc_",
        "a word in a quarter": f"v2?per_page={PAGE}&q=season-3",
        "a word in a thousandth": f"v2?per_page={PAGE}&q=creator-777",
        "a word in one image": f"v2?per_page={PAGE}&q=dsc_{count - 7}.",
        "a word in no image": f"v2?per_page={PAGE}&q=nowhere",
        "a word in 5,000 neighbours of long ago": f"v2?per_page={PAGE}&q=album-{count // 5000 - 1}%22",
        "a tag of a quarter": f"v2?per_page={PAGE}&tag=season-3",
        "a tag of fifty": f"v2?per_page={PAGE}&tag=tree-{count // 50 - 1}",
        "metadata, equal": f"v2?per_page={PAGE}&meta.batch[eq:number]={count // 10 - 1}",
        "metadata, above, of a few": f"v2?per_page={PAGE}&meta.batch[gt]={count // 10 - 20}",
        "metadata, above, of half": f"v2?per_page={PAGE}&meta.batch[lt]={count // 20}",
        "one image": "v1/{some_id}",
    }
    return {name: lambda path=path: ask(path) for name, path in paths.items()}


def measure(get: Callable[[], Any]) -> dict[str, float]:
    get()
    taken = []
    for _ in range(_TIMES):
        began_at = time.perf_counter()
        get()
        taken.append((time.perf_counter() - began_at) * 1000)
    return {
        "p50_ms": round(statistics.median(taken), 1),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 1),
    }


def prepare(count: int) -> Callable[[str], Any]:
    """Make the account, and return what asks the API for a path below its images, in this process."""
    import django  # here and below: Django can be read only once the services' addresses are known

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")
    os.environ.setdefault("ALLOWED_HOSTS", "testserver")
    os.environ["API_RATE_PER_TOKEN"] = os.environ["API_RATE_PER_ACCOUNT"] = "0"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from apps.accounts.actor import SYSTEM
    from apps.accounts.models import Scope
    from apps.accounts.services import create_account
    from apps.accounts.tokens import create_token
    from apps.images.models import Image

    call_command("migrate", verbosity=0)
    account = create_account(name="Bench", owner=None, actor=SYSTEM)
    call_command("set_limits", account.public_id, images=count, verbosity=0)
    began_at = time.perf_counter()
    call_command("seed_images", account.public_id, count=count)
    print(f"{count:,} images made in {time.perf_counter() - began_at:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM images_image, images_metadatanumber")
    token = create_token(account=account, name="bench", scopes=[Scope.READ], actor=SYSTEM)[1]
    client = Client(headers={"authorization": f"Bearer {token}"})
    some_id = Image.objects.in_account(account).oldest()[count // 2].public_id

    def ask(path: str) -> Any:
        target = path.format(some_id=some_id)
        response = client.get(f"/client/v4/accounts/{account.public_id}/images/{target}")
        if response.status_code != 200:
            raise RuntimeError(f"{target} was answered with {response.status_code}: {response.content!r}")
        return response

    return ask
