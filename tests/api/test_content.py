"""Other bytes under the same id, over the API: by file or URL, and back to a version there was."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from apps.outbox.services import run_due_jobs
from tests.api.answers import accepted, refused
from tests.api.parts import CONTENT_TYPE, file, form, word
from tests.api.test_upload_by_url import allow, tree  # noqa: F401  # a server to fetch from
from tests.caches import MemoryCache
from tests.fetching.serving import Server
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db
RED = jpeg(60, 40, "red")


def put(client: Client, path: str, *parts: bytes) -> Any:
    return client.put(path, data=form(*parts), content_type=CONTENT_TYPE)


def test_it_works(olive_client: Client, images_path: str, photo: Image) -> None:
    path = f"{images_path}/{photo.public_id}"
    before = accepted(olive_client.get(path))
    response = put(olive_client, f"{path}/content", file(RED, filename="red.jpg"))
    result = accepted(response)
    assert response.json()["messages"] == []
    assert result == before | {
        "filename": "red.jpg",
        "width": 60,
        "height": 40,
        "bytes": len(RED),
        "sha256": hashlib.sha256(RED).hexdigest(),
        "version": 2,
    }
    assert b"".join(olive_client.get(f"{path}/blob")) == RED
    now, then = accepted(olive_client.get(f"{path}/versions"))["versions"]
    facts = ("filename", "width", "height", "format", "bytes", "frames", "sha256", "version")
    assert now == {name: result[name] for name in facts} | {"replaced": None}
    assert then == {name: before[name] for name in facts} | {"replaced": then["replaced"]}
    assert then["replaced"].endswith("Z")
    back = accepted(olive_client.post(f"{path}/versions/1/restore"))
    assert back == before | {"version": 3}
    assert [one["version"] for one in accepted(olive_client.get(f"{path}/versions"))["versions"]] == [3, 2, 1]


def test_the_placeholder_is_that_of_the_bytes_there_are(
    olive_client: Client, images_path: str, photo: Image
) -> None:
    path = f"{images_path}/{photo.public_id}"
    run_due_jobs()
    teal = accepted(olive_client.get(path))
    assert teal["dominant_color"].startswith("#0080")  # as far as JPEG keeps it
    assert len(base64.b64decode(teal["placeholder"])) >= 5
    for told in (
        accepted(olive_client.get(images_path))["images"][0],
        accepted(olive_client.get(images_path.replace("v1", "v2")))["images"][0],
        accepted(olive_client.patch(path, {"creator": None}, content_type="application/json")),
    ):
        assert told == teal
    replaced = accepted(put(olive_client, f"{path}/content", file(RED)))
    assert (replaced["placeholder"], replaced["dominant_color"]) == (None, None)
    run_due_jobs()
    assert accepted(olive_client.get(path))["dominant_color"].startswith("#f")
    back = accepted(olive_client.post(f"{path}/versions/1/restore"))
    assert (back["placeholder"], back["dominant_color"]) == (teal["placeholder"], teal["dominant_color"])


def test_by_url(
    olive_client: Client,
    orchard: Account,
    images_path: str,
    photo: Image,
    tree: tuple[Server, str],  # noqa: F811  # pytest's way to ask for it
) -> None:
    _, host = tree
    path = f"{images_path}/{photo.public_id}/content"
    Image.objects.update(sha256=b"-" * 32)  # the server has the photo itself
    assert accepted(put(olive_client, path, word("url", f"http://{host}/x/pear.jpg?k=1")))["version"] == 2
    event = AuditEvent.objects.get(account=orchard, action="image.replaced")
    assert event.detail == {"version": 2, "fetched_from": f"http://{host}/x/pear.jpg?***"}
    both = put(olive_client, path, word("url", f"http://{host}/x"), file(RED))
    assert "exclude each other" in refused(both, 400, 5400)
    refused(put(olive_client, path, word("url", "http://10.0.0.1/x")), 400, 5454)


def test_caches_forget_and_say_so(
    olive_client: Client,
    images_path: str,
    photo: Image,
    cache: MemoryCache,
) -> None:
    path = f"{images_path}/{photo.public_id}"
    accepted(put(olive_client, f"{path}/content", file(RED)))
    assert [request.keys for request in cache.forgotten] == [(f"i-{photo.pk}",)]
    cache.is_down = True
    response = olive_client.post(f"{path}/versions/1/restore")
    assert accepted(response)["version"] == 3
    assert "still being purged" in response.json()["messages"][0]["message"]


def test_an_id_with_slashes(olive_client: Client, images_path: str, photo: Image) -> None:
    Image.objects.update(public_id="a/content")
    path = f"{images_path}/a%2Fcontent/content"
    response = olive_client.put(path, data=form(file(RED)), content_type=CONTENT_TYPE, RAW_URI=path)
    assert accepted(response)["id"] == "a/content"
    path = f"{images_path}/a%2Fcontent/versions"
    assert len(accepted(olive_client.get(path, RAW_URI=path))["versions"]) == 2


@pytest.mark.parametrize(
    ("parts", "status", "code", "words"),
    [
        ([], 400, 5400, '"file" is missing'),
        ([file(b"")], 400, 5400, '"file" is empty'),
        ([file(b"no picture")], 415, 5455, "content"),
        ([file(RED[:300])], 400, 9422, "decoding"),
    ],
)
def test_refusals(
    olive_client: Client,
    images_path: str,
    photo: Image,
    parts: list[bytes],
    status: int,
    code: int,
    words: str,
) -> None:
    path = f"{images_path}/{photo.public_id}"
    assert words in refused(put(olive_client, f"{path}/content", *parts), status, code)
    assert accepted(olive_client.get(path))["version"] == 1


def test_what_is_not_there(olive_client: Client, images_path: str, photo: Image) -> None:
    refused(put(olive_client, f"{images_path}/plum/content", file(RED)), 404, 5404)
    refused(olive_client.get(f"{images_path}/plum/versions"), 404, 5404)
    path = f"{images_path}/{photo.public_id}"
    for version in (0, 7, 2**31, 10**30):
        sentence = refused(olive_client.post(f"{path}/versions/{version}/restore"), 404, 5404)
        assert str(version) in sentence
    refused(olive_client.put(f"{path}/content", {}, content_type="application/json"), 415, 5415)


def test_too_large(olive_client: Client, orchard: Account, images_path: str, photo: Image) -> None:
    Account.objects.filter(pk=orchard.pk).update(max_upload_bytes=len(RED) - 1)
    refused(put(olive_client, f"{images_path}/{photo.public_id}/content", file(RED)), 413, 5413)
