"""An image can be edited, by JSON or by form, and its new id is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.services import PURGE
from apps.images.models import Image
from apps.outbox.models import Job
from apps.variants.services import set_delivery_policy
from tests.api.answers import accepted, refused
from tests.api.parts import CONTENT_TYPE, file, form, word

pytestmark = pytest.mark.django_db


@pytest.fixture
def pear(orchard: Account, photo: Image) -> Image:
    """Orchard's photo under a custom id, with words."""
    photo.public_id, photo.metadata, photo.creator = "pear", {"kind": "pear"}, "olive"
    photo.save()
    return photo


def patch(client: Client, path: str, **changes: Any) -> Any:
    return client.patch(path, changes, content_type="application/json")


def patch_form(client: Client, path: str, *parts: bytes) -> Any:
    return client.generic("PATCH", path, form(*parts), CONTENT_TYPE)


def test_it_works(olive_client: Client, images_path: str, pear: Image) -> None:
    path = f"{images_path}/pear"
    result = accepted(patch(olive_client, path, metadata={"k": {"x": 1}}, creator="max"))
    assert (result["id"], result["meta"], result["creator"]) == ("pear", {"k": {"x": 1}}, "max")
    assert accepted(olive_client.get(path)) == result
    [event] = AuditEvent.objects.filter(action="image.edited")
    assert event.detail == {
        "was": {"metadata": {"kind": "pear"}, "creator": "olive"},
        "is": {"metadata": {"k": {"x": 1}}, "creator": "max"},
    }


@pytest.mark.parametrize(
    ("changes", "meta", "creator"),
    [
        ({}, {"kind": "pear"}, "olive"),
        ({"metadata": {}}, {}, "olive"),
        ({"metadata": None}, {}, "olive"),
        ({"creator": None}, {"kind": "pear"}, None),
        ({"creator": ""}, {"kind": "pear"}, ""),
        ({"metadata": {"n": True}, "requireSignedURLs": False}, {"n": True}, "olive"),
        ({"id": "plum", "uploaded": "x", "draft": True, "account": 7}, {"kind": "pear"}, "olive"),
    ],
)
def test_what_is_not_named_stays(
    olive_client: Client,
    images_path: str,
    pear: Image,
    changes: dict[str, Any],
    meta: dict[str, Any],
    creator: str | None,
) -> None:
    result = accepted(patch(olive_client, f"{images_path}/pear", **changes))
    assert (result["meta"], result["creator"], result["id"]) == (meta, creator, "pear")
    assert result["meta"] == Image.objects.get().metadata
    assert not Job.objects.filter(kind=PURGE).exists()


def test_a_form_will_do(olive_client: Client, images_path: str, photo: Image) -> None:
    parts = [word("metadata", '{"n": 1}'), word("requireSignedURLs", "true"), word("creator", "max")]
    result = accepted(patch_form(olive_client, f"{images_path}/{photo.public_id}", *parts))
    assert (result["meta"], result["creator"]) == ({"n": 1}, "max")
    assert result["id"] == photo.public_id[:-2] + "01"
    assert accepted(patch_form(olive_client, f"{images_path}/{result['id']}")) == result


def test_a_change_of_access_gives_a_new_id(olive_client: Client, images_path: str, photo: Image) -> None:
    old_path = f"{images_path}/{photo.public_id}"
    result = accepted(patch(olive_client, old_path, requireSignedURLs=True))
    assert (result["id"], result["requireSignedURLs"]) == (photo.public_id[:-2] + "01", True)
    assert all(result["id"] in link for link in result["variants"])
    refused(olive_client.get(old_path), 404, 5404)
    assert Job.objects.filter(kind=PURGE).exists()
    back = accepted(patch(olive_client, f"{images_path}/{result['id']}", requireSignedURLs=False))
    assert back["id"] == photo.public_id
    assert Image.objects.get().version == photo.version + 2


def test_an_account_may_keep_its_ids(
    olive_client: Client, orchard: Account, images_path: str, photo: Image
) -> None:
    set_delivery_policy(account=orchard, has_stable_ids=True, actor=SYSTEM)
    path = f"{images_path}/{photo.public_id}"
    result = accepted(patch(olive_client, path, requireSignedURLs=True))
    assert (result["id"], result["requireSignedURLs"]) == (photo.public_id, True)
    assert Image.objects.get().version == photo.version + 1


def test_a_custom_id_stays_public_unless_the_account_allows(
    olive_client: Client, orchard: Account, images_path: str, pear: Image
) -> None:
    path = f"{images_path}/pear"
    sentence = refused(patch(olive_client, path, requireSignedURLs=True, creator="max"), 400, 5400)
    assert sentence.startswith("The image contains a custom ID and cannot be set to private.")
    assert Image.objects.get().creator == "olive"
    set_delivery_policy(account=orchard, has_private_custom_ids=True, actor=SYSTEM)
    assert accepted(patch(olive_client, path, requireSignedURLs=True))["id"] == "pear"
    set_delivery_policy(account=orchard, has_private_custom_ids=False, actor=SYSTEM)
    assert accepted(patch(olive_client, path, requireSignedURLs=False))["requireSignedURLs"] is False


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"metadata": []}, '"metadata"'),
        ({"metadata": '{"a": 1}'}, '"metadata"'),
        ({"metadata": {"a": "x" * 1024}}, "1024 bytes"),
        ({"metadata": {"a": "\0"}}, "NUL"),
        ({"creator": "x" * 1025}, "1024 characters"),
        ({"creator": {}}, '"creator"'),
        ({"requireSignedURLs": "maybe"}, '"requireSignedURLs"'),
        ({"requireSignedURLs": None}, '"requireSignedURLs"'),
    ],
)
def test_bad_changes(
    olive_client: Client, images_path: str, pear: Image, changes: dict[str, Any], says: str
) -> None:
    assert says in refused(patch(olive_client, f"{images_path}/pear", **changes), 400, 5400)
    pear.refresh_from_db()
    assert (pear.metadata, pear.creator) == ({"kind": "pear"}, "olive")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([word("creator", "a"), word("creator", "b")], '"creator" may stand once'),
        ([word("metadata", "{")], '"metadata"'),
        ([file(b"x")], '"file" is a file'),
        ([word("creator", "x" * 70_000)], "65536 bytes"),
    ],
)
def test_bad_forms(
    olive_client: Client, images_path: str, pear: Image, parts: list[bytes], says: str
) -> None:
    response = patch_form(olive_client, f"{images_path}/pear", *parts)
    assert says in response.json()["errors"][0]["message"]
    assert response.status_code in {400, 413}


def test_no_image(olive_client: Client, images_path: str) -> None:
    refused(patch(olive_client, f"{images_path}/pear", creator="max"), 404, 5404)


def test_neither_json_nor_form(olive_client: Client, images_path: str, pear: Image) -> None:
    response = olive_client.patch(f"{images_path}/pear", b"creator=max", content_type="text/plain")
    refused(response, 415, 5415)


def test_a_cache_that_does_not_answer_is_told_of(
    olive_client: Client, images_path: str, photo: Image, settings: Any
) -> None:
    settings.PURGE_BACKEND = "nowhere"
    body = patch(olive_client, f"{images_path}/{photo.public_id}", requireSignedURLs=True).json()
    assert (body["success"], body["messages"][0]["code"]) == (True, 5202)


@pytest.mark.parametrize("point", [{"x": 0.25, "y": 0.5}, {"x": 0, "y": 1}, {"x": 0.12346, "y": 0.00004}])
def test_a_focal_point(olive_client: Client, images_path: str, pear: Image, point: dict[str, float]) -> None:
    path = f"{images_path}/pear"
    result = accepted(patch(olive_client, path, focal_point=point))
    assert result["focal_point"] == {axis: round(share, 4) for axis, share in point.items()}
    assert (result["version"], Image.objects.get().version) == (1, 2), "links change, the bytes do not"
    assert accepted(olive_client.get(path)) == result
    assert accepted(patch(olive_client, path, alt="x"))["focal_point"] == result["focal_point"]
    assert accepted(patch(olive_client, path, focal_point=None))["focal_point"] is None
    form_of_it = word("focal_point", json.dumps(point))
    assert accepted(patch_form(olive_client, path, form_of_it))["focal_point"] == result["focal_point"]
    assert accepted(patch_form(olive_client, path, word("focal_point", "")))["focal_point"] is None


@pytest.mark.parametrize(
    "point", [{"x": 2, "y": 0}, {"x": -0.1, "y": 0}, {"x": 0.5}, {}, "0.5x0.5", [0.5, 0.5], 5]
)
def test_a_focal_point_that_is_none(olive_client: Client, images_path: str, pear: Image, point: Any) -> None:
    refused(patch(olive_client, f"{images_path}/pear", focal_point=point, alt="x"), 400, 5400)
    pear.refresh_from_db()
    assert (pear.focal_points, pear.alt_text, pear.version) == ("", "", 1)
