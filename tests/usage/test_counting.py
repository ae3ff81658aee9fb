"""Usage is counted by day, and exactly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Account
from apps.usage.models import DailyUsage
from apps.usage.services import count_render, count_upload
from tests.together import run_together

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, elsewhere: Account) -> None:
    count_upload(account=orchard, size_bytes=100)
    count_upload(account=orchard, size_bytes=11)
    count_render(account=orchard, size_bytes=7)
    count_render(account=elsewhere, size_bytes=1)
    row = DailyUsage.objects.in_account(orchard).get()
    assert row.day == timezone.now().date()
    assert (row.uploads, row.uploaded_bytes, row.renders, row.rendered_bytes) == (2, 111, 1, 7)


def test_yesterday_is_left_alone(orchard: Account) -> None:
    count_upload(account=orchard, size_bytes=1)
    DailyUsage.objects.update(day=timezone.now().date() - timedelta(days=1))
    count_upload(account=orchard, size_bytes=2)
    days = DailyUsage.objects.in_account(orchard)
    assert [row.uploaded_bytes for row in days] == [2, 1], "newest first"


def test_more_than_fits_a_small_number(orchard: Account) -> None:
    count_upload(account=orchard, size_bytes=2**40)
    assert DailyUsage.objects.get().uploaded_bytes == 2**40


@pytest.mark.django_db(transaction=True)
def test_the_day_s_first_of_many_at_once(orchard: Account) -> None:
    outcomes = run_together(*[lambda: count_upload(account=orchard, size_bytes=3)] * 16)
    assert outcomes == [None] * 16
    row = DailyUsage.objects.get()
    assert (row.uploads, row.uploaded_bytes) == (16, 48)
