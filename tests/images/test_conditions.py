"""Filters on metadata use the index where there is one, and lists the index of their order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.conditions import Comparison, Condition
from apps.images.models import Image
from apps.images.models.image import ImageQuerySet

pytestmark = pytest.mark.django_db
RARE = Condition(("batch", "name"), Comparison.EQUAL, ("b7",))
FREQUENT = Condition(("kind",), Comparison.EQUAL, ("pear",))
HIGH = Condition(("n",), Comparison.GREATER, (19_990,))
_ROWS = 20_000


@pytest.fixture
def many(orchard: Account) -> Account:
    """Orchard with 20 000 images, ten of each batch and creator, as vacuum and analyze leave them."""
    now = timezone.now()
    Image.objects.bulk_create(
        Image(
            account=orchard,
            public_id=f"pear-{n}",
            metadata={"n": n, "kind": "pear", "batch": {"name": f"b{n // 10}"}},
            creator=f"c{n // 10}",
            uploaded_at=now - timedelta(seconds=n),
        )
        for n in range(1, _ROWS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('image_account_metadata')")
        cursor.execute("ANALYZE images_image")
    return orchard


def listed(account: Account, *conditions: Condition) -> ImageQuerySet:
    return Image.objects.in_account(account).live().meeting(conditions).newest()[:1001]


def test_it_works(many: Account) -> None:
    assert [image.public_id for image in listed(many, RARE, FREQUENT)] == [f"pear-{n}" for n in range(70, 80)]
    assert [image.public_id for image in listed(many, HIGH)] == [f"pear-{n}" for n in range(19_991, 20_001)]
    assert len(listed(many, FREQUENT)) == 1001


def test_a_rare_value_is_found_by_the_index(many: Account) -> None:
    either = Condition(RARE.path, Comparison.EQUAL, ("b7", "b9"))
    for conditions in ([RARE], [RARE, FREQUENT, HIGH], [either]):
        assert "image_account_metadata" in listed(many, *conditions).explain()


@pytest.mark.parametrize("condition", [FREQUENT, HIGH])
def test_a_frequent_value_is_read_in_the_list_s_order(many: Account, condition: Condition) -> None:
    plan = listed(many, condition).explain()
    assert "image_newest" in plan
    assert "Sort" not in plan


def test_a_creator_is_found_by_the_index(many: Account) -> None:
    images = Image.objects.in_account(many).live().of_creator("c7").newest()[:1001]
    assert "image_newest_of_creator" in images.explain()
    assert len(images) == 10


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_page_far_down_starts_where_it_is(many: Account, order: str) -> None:
    place = Image.objects.get(public_id="pear-10000")
    images = Image.objects.in_account(many).live()
    images = (
        images.newest().older_than(place.uploaded_at, place.pk)
        if order == "newest"
        else images.oldest().newer_than(place.uploaded_at, place.pk)
    )
    plan = images[:1001].explain()
    assert "image_newest" in plan
    assert "uploaded_at" in plan.partition("Index Cond")[2].partition("\n")[0]
