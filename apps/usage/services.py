"""Counting what an account uses, one row a day: in the transaction of what is counted, or in batches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Account
from apps.usage.models import DailyUsage, EdgeLog


class Served(NamedTuple):
    """Pictures that were sent; `hits` of them were stored already. One adds to another."""

    requests: int
    hits: int
    sent_bytes: int

    def __add__(self, other: tuple[int, ...]) -> Served:  # type: ignore[override]  # sums, where tuples join
        requests, hits, sent_bytes = other
        return Served(self.requests + requests, self.hits + hits, self.sent_bytes + sent_bytes)


# Of accounts that are gone by now, nothing is written. In one order, lest two batches wait for each other.
_COUNT_SERVED = """
INSERT INTO usage_dailyusage AS known
    (account_id, day, requests, hits, sent_bytes, uploads, uploaded_bytes, renders, rendered_bytes,
     edge_hits, edge_bytes)
SELECT account.id, told.day, told.requests, told.hits, told.sent_bytes, 0, 0, 0, 0, 0, 0
FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS told(account_id, day, requests, hits, sent_bytes)
JOIN accounts_account account ON account.id = told.account_id
ORDER BY account.id, told.day
ON CONFLICT (account_id, day) DO UPDATE SET
    requests = known.requests + excluded.requests,
    hits = known.hits + excluded.hits,
    sent_bytes = known.sent_bytes + excluded.sent_bytes
"""


def count_served(*, counts: Mapping[tuple[int, date], Served]) -> None:
    """Add what was served, by account and day of UTC, with one statement."""
    rows = [(account_pk, day, *served) for (account_pk, day), served in counts.items()]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_SERVED, [list(column) for column in zip(*rows, strict=True)])


class EdgeServed(NamedTuple):
    """What the edge answered without asking us."""

    hits: int
    sent_bytes: int


def find_edge_log(*, name: str) -> int:
    """Return up to where a file of the edge's log was read."""
    return EdgeLog.objects.get_or_create(name=name)[0].position


def take_edge_lines(
    *, name: str, start: int, end: int, counts: Mapping[tuple[int, date], EdgeServed]
) -> bool:
    """Count the lines of a file from `start` to `end`, once; False when somebody has read them already."""
    with transaction.atomic():
        log = EdgeLog.objects.select_for_update().get(name=name)
        if log.position != start:
            return False
        for (account_pk, day), served in sorted(counts.items()):
            account = Account(pk=account_pk)
            _count(account, day=day, edge_hits=served.hits, edge_bytes=served.sent_bytes)
        log.position = end
        log.save(update_fields=["position", "read_at"])
    return True


def count_upload(*, account: Account, size_bytes: int) -> None:
    """Count one original of `size_bytes`."""
    _count(account, uploads=1, uploaded_bytes=size_bytes)


def count_render(*, account: Account, size_bytes: int) -> None:
    """Count one rendition of `size_bytes`."""
    _count(account, renders=1, rendered_bytes=size_bytes)


def _count(account: Account, *, day: date | None = None, **counts: int) -> None:
    day = day or timezone.now().date()
    row = DailyUsage.objects.filter(account=account, day=day)
    increments = {name: F(name) + count for name, count in counts.items()}
    if not row.update(**increments):
        # The day's first: of two at once, the constraint lets one insert and both count.
        DailyUsage.objects.bulk_create([DailyUsage(account=account, day=day)], ignore_conflicts=True)
        row.update(**increments)
