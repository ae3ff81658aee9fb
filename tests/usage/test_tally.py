"""What is served is counted in memory and written in batches: late, and never twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Account
from apps.usage.models import DailyUsage
from apps.usage.tally import Tally
from tests.together import run_together

NOON = 1_800_000_000.0  # 2027-01-15, 08:00
pytestmark = pytest.mark.django_db


def counted(account: Account) -> list[tuple[date, int, int, int]]:
    rows = DailyUsage.objects.in_account(account)
    return list(rows.values_list("day", "requests", "hits", "sent_bytes"))


def test_it_works(orchard: Account, elsewhere: Account) -> None:
    tally = Tally(clock=lambda: NOON)
    tally.count(orchard.pk, is_hit=True, size_bytes=100)
    tally.count(orchard.pk, is_hit=False, size_bytes=20)
    tally.count(elsewhere.pk, is_hit=True, size_bytes=0)
    assert counted(orchard) == []
    with CaptureQueriesContext(connection) as queries:
        tally.flush()
    assert len(queries) == 1
    assert counted(orchard) == [(date(2027, 1, 15), 2, 1, 120)]
    assert counted(elsewhere) == [(date(2027, 1, 15), 1, 1, 0)]
    with CaptureQueriesContext(connection) as queries:
        tally.flush()
    assert len(queries) == 0, "there is nothing new"


def test_batches_add_up_and_leave_other_counts_alone(orchard: Account) -> None:
    DailyUsage.objects.create(account=orchard, day=date(2027, 1, 15), uploads=7, requests=1, sent_bytes=5)
    for _ in range(2):
        tally = Tally(clock=lambda: NOON)
        tally.count(orchard.pk, is_hit=True, size_bytes=10)
        tally.flush()
    assert counted(orchard) == [(date(2027, 1, 15), 3, 2, 25)]
    assert DailyUsage.objects.get().uploads == 7


def test_a_day_ends_at_midnight_of_utc(orchard: Account) -> None:
    moments = iter([1_800_057_599.9, 1_800_057_600.0])
    tally = Tally(clock=lambda: next(moments))
    tally.count(orchard.pk, is_hit=True, size_bytes=1)
    tally.count(orchard.pk, is_hit=True, size_bytes=1)
    tally.flush()
    assert [day for day, *_ in counted(orchard)] == [date(2027, 1, 16), date(2027, 1, 15)]


def test_an_account_that_is_gone_keeps_nobody_from_being_counted(orchard: Account) -> None:
    tally = Tally(clock=lambda: NOON)
    tally.count(orchard.pk + 1_000_000, is_hit=True, size_bytes=1)
    tally.count(orchard.pk, is_hit=True, size_bytes=1)
    tally.flush()
    assert len(counted(orchard)) == 1


def flush_where_nothing_can_be_written(tally: Tally) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        tally.flush()


def test_what_could_not_be_written_is_kept(orchard: Account) -> None:
    tally = Tally(clock=lambda: NOON)
    tally.count(orchard.pk, is_hit=True, size_bytes=1)
    with pytest.raises(DatabaseError):
        flush_where_nothing_can_be_written(tally)
    tally.count(orchard.pk, is_hit=False, size_bytes=2)
    tally.flush()
    assert counted(orchard) == [(date(2027, 1, 15), 2, 1, 3)]


@pytest.mark.django_db(transaction=True)
def test_processes_flush_at_once(orchard: Account, elsewhere: Account) -> None:
    def flush_many() -> None:
        for _ in range(20):
            tally = Tally(clock=lambda: NOON)
            for account in (elsewhere, orchard):
                tally.count(account.pk, is_hit=True, size_bytes=1)
            tally.flush()

    assert run_together(*[flush_many] * 4) == [None] * 4
    assert counted(orchard) == counted(elsewhere) == [(date(2027, 1, 15), 80, 80, 80)]
