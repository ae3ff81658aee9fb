"""What an account used, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account
from apps.usage.models import DailyUsage
from apps.usage.services import Served, count_render, count_served, count_upload
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db


def test_it_works(olive_client: Client, images_path: str, orchard: Account, elsewhere: Account) -> None:
    count_upload(account=orchard, size_bytes=100)
    count_render(account=orchard, size_bytes=7)
    count_upload(account=elsewhere, size_bytes=1)
    count_served(counts={(orchard.pk, timezone.now().date()): Served(3, 2, 90)})
    yesterday = timezone.now().date() - timedelta(days=1)
    DailyUsage.objects.create(account=orchard, day=yesterday, uploads=2, uploaded_bytes=5)
    result = accepted(olive_client.get(f"{images_path}/usage"))
    assert len(result["days"]) == 30
    assert result["days"][-1] == {
        "date": timezone.now().date().isoformat(),
        "uploads": 1,
        "uploaded_bytes": 100,
        "renders": 1,
        "rendered_bytes": 7,
        "requests": 3,
        "hits": 2,
        "sent_bytes": 90,
        "edge_hits": 0,
        "edge_bytes": 0,
    }
    assert result["days"][-2]["uploads"] == 2
    assert result["days"][0]["uploads"] == 0
    sums = {"uploads": 3, "uploaded_bytes": 105, "renders": 1, "rendered_bytes": 7}
    reached = {"requests": 3, "hits": 2, "sent_bytes": 90}
    assert result["totals"] == sums | reached | {"edge_hits": 0, "edge_bytes": 0}


def test_days_before_there_was_anything(olive_client: Client, images_path: str) -> None:
    assert len(accepted(olive_client.get(f"{images_path}/usage?until=0001-01-05"))["days"]) == 5


def test_a_span(olive_client: Client, images_path: str, orchard: Account) -> None:
    for day in range(1, 6):
        DailyUsage.objects.create(account=orchard, day=date(2026, 3, day), renders=day)
    result = accepted(olive_client.get(f"{images_path}/usage?since=2026-03-02&until=2026-03-04"))
    assert [(day["date"][-2:], day["renders"]) for day in result["days"]] == [("02", 2), ("03", 3), ("04", 4)]
    assert result["totals"]["renders"] == 9


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-03-02&until=2026-03-01", "1 to 366 days"),
        ("since=2020-01-01&until=2026-01-01", "1 to 366 days"),
        ("since=yesterday", '"since"'),
        ("until=0000-00-00", '"until"'),
    ],
)
def test_refusals(olive_client: Client, images_path: str, query: str, words: str) -> None:
    assert words in refused(olive_client.get(f"{images_path}/usage?{query}"), 400, 5400)
