"""Images by the official client: what it sends is understood, and it understands what it gets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import ismethod

import httpx
import pytest
from cloudflare import Cloudflare

from apps.accounts.models import Account
from apps.images.models import Image
from tests.contract.conftest import PHOTO

pytestmark = pytest.mark.django_db(transaction=True)
ODD_IDS = ["a/b c", "ü%", "x/blob", "keys", "direct_upload", "梨.jpg", "a+b&c=d?e#f"]


def test_it_works(client: Cloudflare, account_id: str, orchard: Account) -> None:
    image = client.images.v1.create(account_id=account_id, file=PHOTO)
    assert image is not None
    assert image.id is not None
    assert (image.filename, image.require_signed_urls) == ("upload", False)
    assert image.uploaded is not None
    assert abs((datetime.now(UTC) - image.uploaded).total_seconds()) < 60
    assert image.variants is not None
    assert image.variants[0].endswith(f"/{orchard.hash}/{image.id}/public")
    assert client.images.v1.get(image.id, account_id=account_id) == image
    assert client.images.v1.blobs.get(image.id, account_id=account_id).read() == PHOTO
    client.images.v1.delete(image.id, account_id=account_id)
    assert not Image.objects.live().exists()


METHODS = {
    *("create", "list", "get", "edit", "delete", "blobs.get", "stats.get"),
    *(f"variants.{verb}" for verb in ("create", "list", "get", "edit", "delete")),
    *("keys.list", "keys.update", "keys.delete"),
}


def test_no_method_of_the_client_is_forgotten(client: Cloudflare) -> None:
    """All of these are called in this room; a release that brings another one fails here."""
    found = {name for room in ("v1", "v2") for name in list_methods(getattr(client.images, room), room)}
    expected = {f"v1.{name}" for name in METHODS} | {"v2.list", "v2.direct_uploads.create"}
    assert found == expected


def list_methods(resource: object, path: str) -> Iterator[str]:
    """Yield the methods below a resource of the client, by their paths."""
    for name in dir(resource):
        inner = None if name.startswith(("_", "with_")) else getattr(resource, name)
        if hasattr(inner, "with_raw_response"):
            yield from list_methods(inner, f"{path}.{name}")
        elif ismethod(inner):
            yield f"{path}.{name}"


def test_what_the_original_does_not_have_is_kept_by_the_client(client: Cloudflare, account_id: str) -> None:
    image = client.images.v1.create(
        account_id=account_id,
        file=PHOTO,
        extra_body={"alt": "A pear", "tags": "fruit", "focal_point": '{"x": 0.5, "y": 0.25}'},
    )
    assert image is not None
    extra = image.model_extra or {}
    assert (extra["alt"], extra["tags"], extra["focal_point"]) == ("A pear", ["fruit"], {"x": 0.5, "y": 0.25})
    facts = ("width", "height", "format", "bytes", "frames", "version")
    assert [extra[name] for name in facts] == [60, 40, "jpeg", len(PHOTO), 1, 1]
    assert (extra["sha256"], extra["placeholder"]) == (hashlib.sha256(PHOTO).hexdigest(), None)
    edited = client.images.v1.edit(str(image.id), account_id=account_id, extra_body={"focal_point": None})
    assert edited is not None
    assert (edited.model_extra or {})["focal_point"] is None
    [listed] = client.images.v2.list(account_id=account_id).images or ()
    assert listed.id == edited.id
    assert (listed.model_extra or {})["sha256"] == extra["sha256"]


def test_with_all_the_words(client: Cloudflare, account_id: str) -> None:
    image = client.images.v1.create(
        account_id=account_id,
        file=PHOTO,
        id="a/b c",
        creator="u1",
        metadata={"key": "value", "n": 1, "nest": {"a": [1, 2]}, "b": True, "z": None},
    )
    assert image is not None
    assert (image.id, image.creator) == ("a/b c", "u1")
    assert image.meta == {"key": "value", "n": 1, "nest": {"a": [1, 2]}, "b": True}


def test_files_of_every_kind(client: Cloudflare, account_id: str) -> None:
    for number, file in enumerate([("pear.png", io.BytesIO(PHOTO), "image/png"), io.BytesIO(PHOTO), PHOTO]):
        image = client.images.v1.create(account_id=account_id, file=file, require_signed_urls=True)
        assert image is not None
        assert (image.require_signed_urls, str(image.id)[-2:]) == (True, "01")
        assert image.filename == ("upload" if number else "pear.png")


def test_by_url(client: Cloudflare, account_id: str, photo_site: str) -> None:
    image = client.images.v1.create(
        account_id=account_id, url=f"{photo_site}/fruit/pear.jpg", metadata='{"k": "1"}'
    )
    assert image is not None
    assert (image.filename, image.meta) == ("pear.jpg", {"k": "1"})


@pytest.mark.parametrize("image_id", ODD_IDS)
def test_odd_ids(client: Cloudflare, account_id: str, image_id: str) -> None:
    images = client.images.v1
    images.create(account_id=account_id, file=PHOTO, id="another")
    images.create(account_id=account_id, file=PHOTO, id=image_id)
    if image_id in {"keys", "direct_upload"}:  # what a plain segment of this name means is a route
        return
    found = images.get(image_id, account_id=account_id)
    assert found is not None
    assert found.id == image_id
    edited = images.edit(image_id, account_id=account_id, creator="max")
    assert edited is not None
    assert (edited.id, edited.creator) == (image_id, "max")
    assert images.blobs.get(image_id, account_id=account_id).read() == PHOTO
    images.delete(image_id, account_id=account_id)
    assert [image.public_id for image in Image.objects.live()] == ["another"]


def test_edit(client: Cloudflare, account_id: str) -> None:
    image = client.images.v1.create(account_id=account_id, file=PHOTO, metadata={"a": 1})
    assert image is not None
    private = client.images.v1.edit(
        str(image.id),
        account_id=account_id,
        metadata={"k": {"x": 1, "y": [True, None]}},
        require_signed_urls=True,
    )
    assert private is not None
    assert private.id == f"{str(image.id)[:-2]}01"
    assert private.meta == {"k": {"x": 1, "y": [True, None]}}
    public = client.images.v1.edit(private.id, account_id=account_id, require_signed_urls=False)
    assert public is not None
    assert (public.id, public.meta) == (image.id, private.meta)


def test_list_v1_goes_through_all_pages(client: Cloudflare, account_id: str) -> None:
    made = [make(client, account_id) for _ in range(12)]
    with pytest.deprecated_call():
        first = client.images.v1.list(account_id=account_id, per_page=10)
    assert [item.id for item in first] == made[::-1]


def test_list_v1_by_creator(client: Cloudflare, account_id: str) -> None:
    mine = make(client, account_id, creator="u1")
    make(client, account_id)
    with pytest.deprecated_call():
        assert [item.id for item in client.images.v1.list(account_id=account_id, creator="u1")] == [mine]


def make(client: Cloudflare, account_id: str, **words: object) -> str:
    image = client.images.v1.create(account_id=account_id, file=PHOTO, **words)
    assert image is not None
    return str(image.id)


def test_list_v2_is_continued(client: Cloudflare, account_id: str) -> None:
    made = [make(client, account_id) for _ in range(12)]
    first = client.images.v2.list(account_id=account_id, per_page=10.0, sort_order="asc")
    assert first.continuation_token
    second = client.images.v2.list(
        account_id=account_id, per_page=10, sort_order="asc", continuation_token=first.continuation_token
    )
    assert second.continuation_token is None
    assert [image.id for page in (first, second) for image in page.images or ()] == made


def test_list_v2_is_filtered(client: Cloudflare, account_id: str) -> None:
    active = make(
        client, account_id, metadata={"status": "active", "n": 5, "region": {"name": "eu"}}, creator="u1"
    )
    make(client, account_id, metadata={"status": "old", "n": 1, "region": {"name": "us"}})
    for query in (
        {"meta": {"status[eq]": "active"}},
        {"meta": {"n[gte:number]": "2"}},
        {"meta": {"region": {"name[in]": "eu|asia"}}},
        {"meta": {"status[eq]": "active", "n[eq:number]": "5"}, "creator": "u1"},
        {"creator": "u1"},
    ):
        page = client.images.v2.list(account_id=account_id, **query)
        assert [image.id for image in page.images or ()] == [active], query


def test_stats(client: Cloudflare, account_id: str, orchard: Account) -> None:
    make(client, account_id)
    count = client.images.v1.stats.get(account_id=account_id).count
    assert count is not None
    assert (count.current, count.allowed) == (1, orchard.images_limit)


def test_direct_upload(client: Cloudflare, account_id: str) -> None:
    grant = client.images.v2.direct_uploads.create(account_id=account_id)
    assert grant.upload_url is not None
    draft = client.images.v1.get(str(grant.id), account_id=account_id)
    assert draft is not None
    assert draft.draft is True
    answer = httpx.post(grant.upload_url, files={"file": ("pear.jpg", PHOTO)}, trust_env=False)
    assert (answer.json()["success"], answer.json()["result"]["id"]) == (True, grant.id)
    image = client.images.v1.get(str(grant.id), account_id=account_id)
    assert image is not None
    assert not hasattr(image, "draft")
    again = httpx.post(grant.upload_url, files={"file": PHOTO}, trust_env=False)
    assert again.status_code == 404


def test_direct_upload_with_all_the_words(client: Cloudflare, account_id: str) -> None:
    grant = client.images.v2.direct_uploads.create(
        account_id=account_id,
        expiry=datetime.fromtimestamp(datetime.now(UTC).timestamp() + 600, UTC),
        metadata={"k": "v", "n": {"m": 1}},
        require_signed_urls=True,
        creator="u1",
    )
    draft = client.images.v1.get(str(grant.id), account_id=account_id)
    assert draft is not None
    assert (draft.meta, draft.require_signed_urls, draft.creator) == ({"k": "v", "n": {"m": 1}}, True, "u1")
