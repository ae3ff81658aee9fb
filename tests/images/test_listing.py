"""Pages of long lists: the same images whichever way Postgres is led, and by an index each time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.accounts.models import Account
from apps.images import listing
from apps.images.conditions import Comparison, Condition
from apps.images.listing import Filters, Order, Place, list_page
from apps.images.models import Image
from apps.images.models.image import ImageQuerySet
from apps.images.services.numbers import note_numbers_of

pytestmark = pytest.mark.django_db
NEWEST, OLDEST = Order(), Order(is_newest_first=False)
RARE_BATCH = Condition(("batch",), Comparison.EQUAL, (700,))
LAST_BATCHES = Condition(("batch",), Comparison.GREATER, (990,))
HALF = Condition(("batch",), Comparison.GREATER_OR_EQUAL, (3,))


def pages(account: Account, filters: Filters, order: Order, size: int) -> list[Image]:
    """Return the whole list, read page by page."""
    found: list[Image] = []
    place = None
    while page := list_page(
        Image.objects.in_account(account).live(),
        account=account,
        filters=filters,
        order=order,
        place=place,
        size=size,
    ):
        assert len(page) <= size
        found += page
        uploaded_at = page[-1].uploaded_at
        assert uploaded_at is not None
        place = Place(uploaded_at, page[-1].pk)
    return found


@pytest.fixture
def few(orchard: Account, elsewhere: Account) -> Account:
    """Three hundred images in no order, many of the same moment, half of all with a word in a row."""
    now, chance = timezone.now(), random.Random(7)  # noqa: S311  # the same each time
    moments = [now - timedelta(seconds=chance.randrange(40)) for _ in range(300)]
    made = [
        Image(
            account=orchard if n % 10 else elsewhere,
            public_id=f"pear-{n}",
            filename="ripe" if moment > now - timedelta(seconds=20) else "",
            tags=["plum"] if n % 7 == 0 else [],
            metadata={"n": n, "row": {"n": n % 5}},
            uploaded_at=moment,
        )
        for n, moment in enumerate(moments)
    ]
    note_numbers_of([image.pk for image in Image.objects.bulk_create(made)])
    return orchard


@pytest.mark.parametrize("order", [NEWEST, OLDEST], ids=["newest", "oldest"])
@pytest.mark.parametrize(("stretch", "rare"), [(3, 2), (10, 5), (10, 1000), (10_000, 75)])
@pytest.mark.parametrize(
    ("filters", "check"),
    [
        (Filters(), lambda image: True),
        (Filters(text="RIPE"), lambda image: image.filename == "ripe"),
        (Filters(text="pear-29"), lambda image: image.public_id.startswith("pear-29")),
        (Filters(tag="plum"), lambda image: "plum" in image.tags),
        (
            Filters(conditions=(Condition(("row", "n"), Comparison.LESS, (2,)),)),
            lambda image: image.metadata["row"]["n"] < 2,
        ),
        (
            Filters(tag="plum", conditions=(Condition(("n",), Comparison.GREATER_OR_EQUAL, (290,)),)),
            lambda image: "plum" in image.tags and image.metadata["n"] >= 290,
        ),
        (Filters(text="quince"), lambda image: False),
    ],
    ids=["all", "a frequent word", "a rare word", "a tag", "an order", "two at once", "nothing"],
)
def test_it_works(
    few: Account,
    monkeypatch: pytest.MonkeyPatch,
    order: Order,
    stretch: int,
    rare: int,
    filters: Filters,
    check: Callable[[Image], bool],
) -> None:
    monkeypatch.setattr(listing, "STRETCH", stretch)
    monkeypatch.setattr(listing, "RARE", rare)
    everything = Image.objects.in_account(few).order_by("uploaded_at", "id")
    expected = [image.public_id for image in everything if check(image)]
    if order is NEWEST:
        expected.reverse()
    for size in (17, 1000):
        assert [image.public_id for image in pages(few, filters, order, size)] == expected


@pytest.fixture
def many(library: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The library, of which a stretch is as small a part as of a large account's."""
    monkeypatch.setattr(listing, "STRETCH", 250)
    return library


@contextmanager
def explained() -> Iterator[list[str]]:
    """Collect the plan of every SELECT, made as the statement would meet it, with the same switches set."""
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, is_many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, is_many, context)

    with connection.execute_wrapper(explain):
        yield plans


def plans_of(account: Account, filters: Filters, *, size: int = 100) -> list[str]:
    """Return how the list's end is found, how its first stretch is walked, and how the rest is searched."""
    with explained() as plans:
        list_page(
            Image.objects.in_account(account).live(),
            account=account,
            filters=filters,
            order=NEWEST,
            place=None,
            size=size,
        )
    return plans


@pytest.mark.parametrize(
    "filters", [Filters(text="dsc_"), Filters(tag="season-3"), Filters(conditions=(HALF,))]
)
def test_what_is_frequent_is_found_along_the_list(many: Account, filters: Filters) -> None:
    end, walk = plans_of(many, filters, size=50)
    assert "Index Only Scan using image_newest_first on" in end
    assert "Index Scan using image_newest_first on" in walk
    assert "Sort" not in walk


def test_a_wrong_guess_of_postgres_changes_nothing(many: Account) -> None:
    """Without its statistics, it takes every word for a rare one."""
    with connection.cursor() as cursor:
        cursor.execute("DROP STATISTICS image_search_text")
    _, walk = plans_of(many, Filters(text="dsc_"), size=50)
    assert "Index Scan using image_newest_first on" in walk
    assert "Bitmap" not in walk


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(text="dsc_9999"), "image_search"),
        (Filters(tag="tree-199"), "image_tags"),
        (Filters(conditions=(RARE_BATCH,)), "image_account_metadata"),
        (Filters(conditions=(LAST_BATCHES,)), "metadata_number"),
        (Filters(conditions=(LAST_BATCHES, HALF)), "metadata_number"),
    ],
)
def test_what_is_rare_is_found_by_its_index(many: Account, filters: Filters, index: str) -> None:
    _, walk, search = plans_of(many, filters)
    assert "Index Scan using image_newest_first on" in walk
    assert index in search
    assert "Seq Scan" not in search


def test_a_list_itself_is_read_in_its_order(many: Account) -> None:
    (plan,) = plans_of(many, Filters())
    assert "Index Scan using image_newest_first on" in plan
    assert "Sort" not in plan


def plan_of(images: ImageQuerySet) -> str:
    return images.newest()[:1001].explain()


@pytest.mark.parametrize("creator", ["creator-7", None])
def test_a_creator_s_images_are_read_in_the_list_s_order(many: Account, creator: str | None) -> None:
    plan = plan_of(Image.objects.in_account(many).live().of_creator(creator))
    assert "image_newest_of_creator" in plan
    assert "Sort" not in plan


def test_one_image_is_found_by_its_id(many: Account) -> None:
    plan = Image.objects.in_account(many).live().filter(public_id="pear").explain()
    assert "image_public_id" in plan or "image_id_unique" in plan


@pytest.mark.parametrize(("text", "share"), [("dsc_", 1), ("season-3", 0.25), ("orchard", 0.2)])
def test_postgres_knows_how_frequent_a_word_is(many: Account, text: str, share: float) -> None:
    """So that of two filters it takes the one that lets less through."""
    plan = json.loads(Image.objects.in_account(many).live().saying(text).explain(format="json"))
    assert plan[0]["Plan"]["Plan Rows"] == pytest.approx(10_000 * share, rel=0.5)


numbers = st.one_of(
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 5e-324, 1e-300, 1e300, 1.7e308, 2**53, 2**53 + 1, True, "7", None, [7]]),
)


@given(values=st.lists(numbers, min_size=1, max_size=8), bound=st.integers(0, 7))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_index_of_numbers_leaves_nothing_out(orchard: Account, values: list[Any], bound: int) -> None:
    Image.objects.all().delete()
    made = Image.objects.bulk_create(
        Image(
            account=orchard, public_id=f"pear-{n}", metadata={"a": {"b": value}}, uploaded_at=timezone.now()
        )
        for n, value in enumerate(values)
    )
    note_numbers_of([image.pk for image in made])
    limit = values[bound % len(values)]
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        limit = 7
    for comparison in set(Comparison) - {Comparison.EQUAL}:
        filters = Filters(conditions=(Condition(("a", "b"), comparison, (limit,)),))
        live = Image.objects.in_account(orchard).live()
        walked, searched = filters.apply(live), filters.apply_by_index(live, orchard)
        assert set(searched.values_list("pk", flat=True)) == set(walked.values_list("pk", flat=True))
