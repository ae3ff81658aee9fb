"""Images can be listed, looked at and deleted, whatever their ids look like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def pears(orchard: Account) -> list[str]:
    """Make 25 rows and return their ids, newest first."""
    now = timezone.now()
    Image.objects.bulk_create(
        Image(account=orchard, public_id=f"pear-{n}", uploaded_at=now - timedelta(seconds=n))
        for n in range(25)
    )
    Account.objects.filter(pk=orchard.pk).update(images_used=25)
    return [f"pear-{n}" for n in range(25)]


def ids(client: Client, path: str, **query: Any) -> list[str]:
    result = accepted(client.get(path, query))
    assert result["images"] == result["items"]
    return [image["id"] for image in result["images"]]


def test_it_works(olive_client: Client, images_path: str, pears: list[str]) -> None:
    assert ids(olive_client, images_path) == pears


def test_pages_end_with_an_empty_one(olive_client: Client, images_path: str, pears: list[str]) -> None:
    """The SDKs ask on until they see an empty page."""
    pages = [ids(olive_client, images_path, page=page, per_page=10) for page in (1, 2, 3, 4)]
    assert pages == [pears[:10], pears[10:20], pears[20:], []]


@pytest.mark.parametrize(("page", "per_page"), [("2.0", "10.0"), ("2", "10")])
def test_numbers_are_read_leniently(
    olive_client: Client, images_path: str, pears: list[str], page: str, per_page: str
) -> None:
    assert ids(olive_client, images_path, page=page, per_page=per_page) == pears[10:20]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "1e99"),
        ("page", "9" * 400),
        ("per_page", "9"),
        ("per_page", "10001"),
        ("per_page", ""),
        ("per_page", "10.5"),
    ],
)
def test_pages_out_of_bounds(olive_client: Client, images_path: str, name: str, value: str) -> None:
    assert f'"{name}"' in refused(olive_client.get(images_path, {name: value}), 400, 5400)


def test_a_creator_s_images(olive_client: Client, images_path: str, pears: list[str]) -> None:
    Image.objects.filter(public_id__in=pears[:2]).update(creator="max")
    assert ids(olive_client, images_path, creator="max") == pears[:2]
    assert ids(olive_client, images_path, creator="eve") == []
    assert ids(olive_client, images_path, creator="") == pears[2:]


def test_drafts_and_deleted_images_are_not_seen(
    olive_client: Client, images_path: str, pears: list[str]
) -> None:
    Image.objects.filter(public_id="pear-0").update(is_draft=True)
    Image.objects.filter(public_id="pear-1").update(deleted_at=timezone.now())
    assert ids(olive_client, images_path) == pears[2:]
    refused(olive_client.get(f"{images_path}/pear-1"), 404, 5404)


def test_a_list_costs_no_more_for_more_images(
    olive_client: Client, images_path: str, pears: list[str], django_assert_max_num_queries: Any
) -> None:
    olive_client.get(images_path)  # refreshes the token's last use, once a minute
    with django_assert_max_num_queries(3):  # the token, the variants, the images
        assert len(ids(olive_client, images_path)) == 25


ODD_IDS = [
    ("fruit/pear", "fruit%2Fpear"),
    ("fruit/pear", "fruit/pear"),  # Python SDK 4
    ("a b/ü%", "a%20b%2F%C3%BC%25"),
    ("a%2Fb", "a%252Fb"),
    ("x/blob", "x%2Fblob"),
    ("a+b", "a+b"),
    ("variants", "%76ariants"),
    ("a?b", "a%3Fb"),
    ("梨.jpg", "%E6%A2%A8.jpg"),
]


@pytest.mark.parametrize(("image_id", "written"), ODD_IDS)
def test_odd_ids(
    olive_client: Client, orchard: Account, images_path: str, image_id: str, written: str
) -> None:
    Image.objects.create(account=orchard, public_id=image_id, uploaded_at=timezone.now())
    Image.objects.create(account=orchard, public_id="another", uploaded_at=timezone.now())
    Account.objects.filter(pk=orchard.pk).update(images_used=2)
    target = f"{images_path}/{written}"
    assert accepted(olive_client.get(images_path, RAW_URI=f"{target}?x=1"))["id"] == image_id
    assert accepted(olive_client.delete(images_path, RAW_URI=target)) == {}
    refused(olive_client.get(images_path, RAW_URI=target), 404, 5404)
    assert [image.public_id for image in Image.objects.live()] == ["another"]


def test_delete(olive_client: Client, orchard: Account, images_path: str, pears: list[str]) -> None:
    assert accepted(olive_client.delete(f"{images_path}/pear-3")) == {}
    assert refused(olive_client.get(f"{images_path}/pear-3"), 404, 5404) == "Image not found"
    refused(olive_client.delete(f"{images_path}/pear-3"), 404, 5404)
    assert ids(olive_client, images_path) == [pear for pear in pears if pear != "pear-3"]
    orchard.refresh_from_db()
    assert orchard.images_used == 24
    assert AuditEvent.objects.get(account=orchard, action="image.deleted").object_id == "pear-3"


def test_delete_takes_no_notice_of_a_body(olive_client: Client, images_path: str, pears: list[str]) -> None:
    """The Python SDK says JSON and sends nothing."""
    response = olive_client.delete(f"{images_path}/pear-3", content_type="application/json")
    assert accepted(response) == {}
