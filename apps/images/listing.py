"""A page of an account's images, quickly in a list of millions, however much or little a filter lets through.

Two ways lead to a filtered page. Along the index of the list's order, row by row: quick when much passes the
filter, endless when little does. By the filter's own index, sorting all it finds: quick when little passes,
endless when much does. Postgres chooses by a guess in which what passes lies evenly spread; pictures of one
summer do not, and a wrong guess reads everything.

So nothing is guessed. The first stretch of the list is walked, which takes milliseconds. When the page is not
full then, what passed tells how to go on: of little the rest is few, and is found by the index; else a
stretch twice as long is walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value

from apps.accounts.models import Account
from apps.images.conditions import Condition
from apps.images.models import Image, MetadataNumber
from apps.images.models.image import ImageQuerySet

# Rows that are looked at first. About a millisecond for each thousand.
STRETCH = 10_000
# What passes less often than once in so many rows is little: 13 000 of a million are sorted at most.
RARE = 75


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: that of an image."""

    uploaded_at: datetime
    pk: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What images must all meet; None and no conditions let everything pass."""

    tag: str | None = None
    text: str | None = None
    conditions: tuple[Condition, ...] = ()

    def apply(self, images: ImageQuerySet) -> ImageQuerySet:
        if self.tag is not None:
            images = images.tagged(self.tag)
        if self.text is not None:
            images = images.saying(self.text)
        return images.meeting(self.conditions)

    def apply_by_index(self, images: ImageQuerySet, account: Account) -> ImageQuerySet:
        """Filter the same, and name the numbers kept for conditions on order too."""
        for condition in self.conditions:
            roughly = condition.as_rough_query()
            if roughly is not None:
                numbers = MetadataNumber.objects.filter(roughly, account=account)
                images = images.filter(pk__in=numbers.values("image"))
        return self.apply(images)


@dataclass(frozen=True, slots=True)
class Order:
    """By the time of upload."""

    is_newest_first: bool = True

    def sort(self, images: ImageQuerySet) -> ImageQuerySet:
        return images.newest() if self.is_newest_first else images.oldest()

    def sort_without_index(self, images: ImageQuerySet) -> ImageQuerySet:
        """Sort the same, by an expression that no index is ordered by."""
        later = ExpressionWrapper(F("uploaded_at") + Value(timedelta(0)), output_field=DateTimeField())
        if self.is_newest_first:
            return images.order_by(later.desc(), "-id")
        return images.order_by(later.asc(), "id")

    def behind(self, images: ImageQuerySet, place: Place | None) -> ImageQuerySet:
        if place is None:
            return images
        follow = images.older_than if self.is_newest_first else images.newer_than
        return follow(place.uploaded_at, place.pk)

    def up_to(self, images: ImageQuerySet, place: Place) -> ImageQuerySet:
        """Images before a place, and the one in it."""
        precede = images.newer_than if self.is_newest_first else images.older_than
        return precede(place.uploaded_at, place.pk, is_included=True)


def list_page(
    listed: ImageQuerySet, *, account: Account, filters: Filters, order: Order, place: Place | None, size: int
) -> list[Image]:
    """Return at most `size` images behind a place in a list.

    `listed` are images of the account that an index holds in the list's order: all, or those of a creator.
    """
    if filters == Filters():
        return list(order.sort(order.behind(listed, place))[:size])
    found: list[Image] = []
    stretch = STRETCH
    while True:
        rest = order.behind(listed, place)
        end = _find_place(order.sort(rest), stretch)
        wanted = size - len(found)
        near = rest if end is None else order.up_to(rest, end)
        with _in_the_list_s_order():
            passed = list(order.sort(filters.apply(near))[:wanted])
        found += passed
        if end is None or len(passed) == wanted:
            return found
        place = end
        if len(passed) * RARE < stretch:
            break
        stretch *= 2
    far = filters.apply_by_index(order.behind(listed, place), account)
    return found + list(order.sort_without_index(far)[: size - len(found)])


def _find_place(ordered: ImageQuerySet, count: int) -> Place | None:
    """Return the place of the last of so many images, or None when there are fewer; the index tells."""
    last = ordered.values_list("uploaded_at", "pk")[count - 1 : count]
    return next((Place(uploaded_at, pk) for uploaded_at, pk in last if uploaded_at is not None), None)


@contextmanager
def _in_the_list_s_order() -> Iterator[None]:
    """Keep Postgres from asking a filter's index, which can only tell of all rows at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        yield
        cursor.execute("RESET enable_bitmapscan")
