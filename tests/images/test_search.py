"""Search finds a part of a word wherever an image has words, and reads an index to do so."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.models.image import ImageQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def pear(orchard: Account) -> Image:
    return Image.objects.create(
        account=orchard,
        public_id="trees/pear-7",
        filename="DSC_001.JPG",
        creator="Olive Green",
        alt_text="Ripe, 100% sweet_ones",
        tags=["Fruit", 'say "cheese"'],
        metadata={"season": {"name": "Autumn"}, "path": "a\\b"},
        uploaded_at=timezone.now(),
    )


def found(account: Account, text: str) -> ImageQuerySet:
    return Image.objects.in_account(account).live().saying(text).newest()[:1001]


@pytest.mark.parametrize(
    "text",
    [
        "pear-7",
        "TREES/",
        "dsc_0",
        ".jpg",
        "live gre",
        "ripe, 1",
        "100% sweet_",
        "fruit",
        "say",
        "autumn",
        "season",
    ],
)
def test_it_works(orchard: Account, pear: Image, text: str) -> None:
    assert list(found(orchard, text)) == [pear]


@pytest.mark.parametrize("text", ["plum", "p%r", "dsc-0", "7 dsc", "\\", "%%%", "___", "' OR 1=1"])
def test_what_is_not_there(orchard: Account, pear: Image, text: str) -> None:
    """Signs that mean something to LIKE mean themselves; a backslash is written twice in JSON."""
    expected = [pear] if text == "\\" else []
    assert list(found(orchard, text)) == expected


def test_only_what_can_be_seen(orchard: Account, elsewhere: Account, pear: Image) -> None:
    fields: dict[str, Any] = {"uploaded_at": timezone.now()}
    Image.objects.create(account=elsewhere, public_id="pear-8", **fields)
    Image.objects.create(account=orchard, public_id="pear-9", deleted_at=timezone.now(), **fields)
    Image.objects.create(account=orchard, public_id="pear-10", is_draft=True)
    assert list(found(orchard, "pear")) == [pear]


@pytest.mark.parametrize(
    ("text", "count"),
    [("dsc_1234", 1), ("orchard 1234", 1), ("TREE-77", 50), ("creator-777", 10), ('"batch": 777', 10)],
)
def test_rare_words_are_found_by_the_index(library: Account, text: str, count: int) -> None:
    assert len(found(library, text)) == count
    assert "image_search" in found(library, text).explain()


def test_a_tag_is_found_by_the_index(library: Account) -> None:
    images = Image.objects.in_account(library).live().tagged("tree-77").newest()[:1001]
    assert len(images) == 50
    assert "image_tags" in images.explain()
