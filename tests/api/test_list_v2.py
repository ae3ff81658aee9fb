"""The list that is continued by tokens: sorted, filtered, and never one image twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.models import Image
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db
METADATA: dict[str, dict[str, Any]] = {
    "a": {"status": "active", "priority": 1, "ok": True, "region": {"name": "eu"}},
    "b": {"status": "active", "priority": 2.5, "ok": False, "region": {"name": "us"}},
    "c": {"status": "old", "priority": "2", "ok": "true", "region": "eu"},
    "d": {"status": ["active"], "priority": [3], "n": {"n": {"n": {"n": {"n": 7}}}}},
    "e": {"priority": None, "x": "a|b"},
    "f": {},
    "g": {"priority": -1e3, "status": "old"},
}


@pytest.fixture
def path(images_path: str) -> str:
    return images_path.replace("/v1", "/v2")


@pytest.fixture
def pears(orchard: Account) -> list[str]:
    """Make 25 rows, several of the same moment, and return their ids, newest first."""
    now = timezone.now()
    Image.objects.bulk_create(
        Image(account=orchard, public_id=f"pear-{n}", uploaded_at=now + timedelta(seconds=n // 4))
        for n in range(25)
    )
    return [f"pear-{n}" for n in reversed(range(25))]


@pytest.fixture
def fruits(orchard: Account) -> None:
    now = timezone.now()
    Image.objects.bulk_create(
        Image(account=orchard, public_id=name, metadata=metadata, uploaded_at=now - timedelta(seconds=n))
        for n, (name, metadata) in enumerate(METADATA.items())
    )


def ids(response: Any) -> list[str]:
    return [image["id"] for image in accepted(response)["images"]]


def pages(client: Client, path: str, **query: Any) -> Iterator[list[str]]:
    token = ""
    while token is not None:
        result = accepted(client.get(path, query | {"continuation_token": token}))
        yield [image["id"] for image in result["images"]]
        token = result["continuation_token"]


def test_it_works(olive_client: Client, path: str, pears: list[str]) -> None:
    result = accepted(olive_client.get(path))
    assert [image["id"] for image in result["images"]] == pears
    assert result["continuation_token"] is None


@pytest.mark.parametrize(("order", "step"), [("asc", -1), ("desc", 1)])
def test_pages(olive_client: Client, path: str, pears: list[str], order: str, step: int) -> None:
    found = list(pages(olive_client, path, per_page="10.0", sort_order=order))
    assert [len(page) for page in found] == [10, 10, 5]
    assert list(chain(*found)) == pears[::step]


def test_a_page_that_is_just_full_is_the_last(olive_client: Client, path: str, pears: list[str]) -> None:
    assert len(list(pages(olive_client, path, per_page=25))) == 1


def test_what_comes_and_goes_meanwhile_moves_nothing(
    olive_client: Client, orchard: Account, path: str, pears: list[str]
) -> None:
    paging = pages(olive_client, path, per_page=10)
    first = next(paging)
    Image.objects.create(account=orchard, public_id="new", uploaded_at=timezone.now() + timedelta(hours=1))
    Image.objects.filter(public_id__in=first).delete()
    assert list(chain(first, *paging)) == pears


def test_a_creator_s_images(olive_client: Client, path: str, pears: list[str]) -> None:
    Image.objects.filter(public_id__in=pears[:12]).update(creator="max")
    assert list(chain(*pages(olive_client, path, creator="max", per_page=10))) == pears[:12]
    assert ids(olive_client.get(path, {"creator": ""})) == pears[12:]


def test_drafts_deleted_images_and_those_of_others_are_not_seen(
    olive_client: Client, elsewhere: Account, path: str, pears: list[str]
) -> None:
    Image.objects.filter(public_id=pears[0]).update(is_draft=True)
    Image.objects.filter(public_id=pears[1]).update(deleted_at=timezone.now())
    Image.objects.filter(public_id=pears[2]).update(account=elsewhere)
    assert ids(olive_client.get(path)) == pears[3:]


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"meta.status[eq]": "active"}, "ab"),
    ({"meta.status[eq:string]": "old"}, "cg"),
    ({"meta.region.name[eq]": "eu"}, "a"),
    ({"meta.priority[eq:number]": "1.0"}, "a"),
    ({"meta.priority[eq:number]": "2"}, ""),
    ({"meta.priority[eq]": "2"}, "c"),
    ({"meta.ok[eq:boolean]": "true"}, "a"),
    ({"meta.ok[eq:boolean]": "false"}, "b"),
    ({"meta.ok[eq]": "true"}, "c"),
    ({"meta.status[in]": "old|active"}, "abcg"),
    ({"meta.status[in:string]": "old|"}, "cg"),
    ({"meta.x[eq]": "a|b"}, "e"),
    ({"meta.priority[in:number]": "1|-1000|7"}, "ag"),
    ({"meta.priority[gt]": "1"}, "b"),
    ({"meta.priority[gte:number]": "1"}, "ab"),
    ({"meta.priority[lt]": "1"}, "g"),
    ({"meta.priority[lte]": "1e0"}, "ag"),
    ({"meta.n.n.n.n.n[gt]": "6"}, "d"),
    ({"meta.n.n.n.n.n[eq:number]": "7"}, "d"),
    ({"meta.status[eq]": "active", "meta.priority[gt]": "2"}, "b"),
    ({"meta.priority[gt]": "2", "meta.priority[lt]": "2"}, ""),
    ({"meta.status[eq]": ["active", "old"]}, ""),
    ({"meta.status[eq]": "' OR 1=1 --"}, ""),
    ({"meta.nothing[gt]": "0"}, ""),
    ({"metadata": "x", "metal[eq]": "y", "page": "7"}, "abcdefg"),
]


@pytest.mark.usefixtures("fruits")
@pytest.mark.parametrize(("query", "found"), FILTERS, ids=[str(query) for query, _ in FILTERS])
def test_filters(olive_client: Client, path: str, query: dict[str, Any], found: str) -> None:
    assert ids(olive_client.get(path, query)) == list(found)


@pytest.mark.usefixtures("fruits")
def test_filters_go_with_all_else(olive_client: Client, path: str) -> None:
    Image.objects.filter(public_id__in=["a", "g"]).update(creator="max")
    query = {"meta.priority[lte]": "5", "creator": "max", "sort_order": "asc"}
    assert ids(olive_client.get(path, query)) == ["g", "a"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"meta": "x"}, '"meta" is no filter'),
        ({"meta.status": "x"}, '"meta.status" is no filter'),
        ({"meta[status]": "x"}, '"meta[status]" is no filter'),
        ({"meta.[eq]": "x"}, "is no filter"),
        ({"meta.a-b[eq]": "x"}, "is no filter"),
        ({"meta.ü[eq]": "x"}, "is no filter"),
        ({f"meta.{'x' * 101}[eq]": "x"}, "is no filter"),
        ({'meta.a"b[eq]': "x"}, "is no filter"),
        ({"meta.a[ne]": "x"}, "operator"),
        ({"meta.a[eq:]": "x"}, "operator"),
        ({"meta.a[eq:date]": "x"}, "operator"),
        ({"meta.a[gt:string]": "x"}, "operator"),
        ({"meta.a[in:boolean]": "true"}, "operator"),
        ({"meta.a.b.c.d.e.f[eq]": "x"}, "deeper than 5"),
        ({"meta.a[gt]": "x"}, "number"),
        ({"meta.a[gt]": ""}, "number"),
        ({"meta.a[gt]": "NaN"}, "number"),
        ({"meta.a[gt]": "1e999"}, "smaller number"),
        ({"meta.a[gt]": "٤"}, "number"),
        ({"meta.a[eq:boolean]": "True"}, "true or false"),
        ({"meta.a[eq]": "\0"}, "NUL"),
        ({"meta.a[in]": "|".join("abcdefghijk")}, "at most 10"),
        ({f"meta.a{n}[eq]": "x" for n in range(6)}, "at most 5"),
        ({"sort_order": "up"}, '"sort_order"'),
        ({"per_page": "9"}, '"per_page"'),
        ({"per_page": "10001"}, '"per_page"'),
        ({"continuation_token": "x"}, '"continuation_token" is not one'),
    ],
)
def test_what_is_not_understood_is_refused(
    olive_client: Client, path: str, query: dict[str, Any], says: str
) -> None:
    assert says in refused(olive_client.get(path, query), 400, 5400)


def test_a_token_holds_for_its_own_list(
    olive_client: Client,
    eve_client: Client,
    orchard: Account,
    elsewhere: Account,
    path: str,
    pears: list[str],
) -> None:
    token = accepted(olive_client.get(path, {"per_page": 10}))["continuation_token"]
    assert ids(olive_client.get(path, {"per_page": 11, "continuation_token": token})) == pears[10:21]
    for other in ({"sort_order": "asc"}, {"creator": "max"}, {"meta.a[eq]": "x"}):
        response = olive_client.get(path, other | {"continuation_token": token})
        assert "another list" in refused(response, 400, 5400)
    their_path = f"/client/v4/accounts/{elsewhere.public_id}/images/v2"
    assert "another list" in refused(eve_client.get(their_path, {"continuation_token": token}), 400, 5400)
    refused(olive_client.get(path, {"continuation_token": token[:-1]}), 400, 5400)


def test_a_long_list_costs_no_more_statements(
    olive_client: Client, path: str, pears: list[str], django_assert_max_num_queries: Any
) -> None:
    olive_client.get(path)  # refreshes the token's last use, once a minute
    with django_assert_max_num_queries(3):  # the token, the variants, the images
        assert len(ids(olive_client.get(path))) == 25


def test_search(olive_client: Client, path: str, fruits: None, orchard: Account) -> None:
    Image.objects.filter(public_id="e").update(alt_text="Eight pears", tags=["green"])
    assert ids(olive_client.get(path, {"q": "ACTIVE"})) == ["a", "b", "d"]
    assert ids(olive_client.get(path, {"q": " active ", "sort_order": "asc"})) == ["d", "b", "a"]
    assert ids(olive_client.get(path, {"q": "pear", "tag": "green"})) == ["e"]
    assert ids(olive_client.get(path, {"q": "pear", "tag": "red"})) == []
    for text, says in (
        ("pe", "at least 3"),
        ("x" * 101, "no more than 100"),
        ("", "blank"),
        ("a\0bc", "Null"),
    ):
        assert says in refused(olive_client.get(path, {"q": text}), 400, 5400)


def test_a_search_is_continued_by_its_own_token(olive_client: Client, path: str, pears: list[str]) -> None:
    first = accepted(olive_client.get(path, {"q": "pear-", "per_page": 10}))
    token = first["continuation_token"]
    assert [image["id"] for image in first["images"]] == pears[:10]
    following = olive_client.get(path, {"q": "pear-", "per_page": 10, "continuation_token": token})
    assert ids(following) == pears[10:20]
    refused(olive_client.get(path, {"q": "pear", "per_page": 10, "continuation_token": token}), 400, 5400)
