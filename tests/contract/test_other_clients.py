"""What the clients in other languages put on the wire, as raw requests (catalogue §2.9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from apps.images.models import Image
from tests.contract.conftest import PHOTO

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def images(api: str, account_id: str, orchard_token: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {orchard_token}"}
    with httpx.Client(
        base_url=f"{api}/accounts/{account_id}/images/", headers=headers, trust_env=False, timeout=30
    ) as client:
        yield client


def part(name: str, value: bytes | str, extra: str = "", headers: str = "") -> bytes:
    data = value.encode() if isinstance(value, str) else value
    head = f'--{{b}}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n{headers}\r\n'
    return head.encode() + data + b"\r\n"


def send(
    client: httpx.Client, method: str, path: str, *parts: bytes, boundary: str = "----formdata-undici-0123"
) -> Any:
    body = (b"".join(parts) + b"--{b}--\r\n").replace(b"{b}", boundary.encode())
    response = client.request(
        method, path, content=body, headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )
    assert response.status_code == 200, response.text
    return response.json()["result"]


FILE = part("file", PHOTO, '; filename="pear.jpg"', "Content-Type: application/octet-stream\r\n")


def test_node(images: httpx.Client) -> None:
    words = {"metadata[key]": "value", "metadata[nest][n]": "1", "requireSignedURLs": "true", "creator": "u1"}
    lists = [part("metadata[nest][a][]", number) for number in ("1", "2")]
    image = send(images, "POST", "v1", FILE, *(part(*word) for word in words.items()), *lists)
    assert image["meta"] == {"key": "value", "nest": {"n": 1, "a": [1, 2]}}
    assert (image["requireSignedURLs"], image["creator"]) == (True, "u1")


def test_node_asks_for_images_without_a_creator(images: httpx.Client) -> None:
    """Python's client cannot: it drops empty texts from a query."""
    send(images, "POST", "v1", FILE, part("creator", "u1"))
    nobody_s = send(images, "POST", "v1", FILE)
    for path in ("v1?creator=", "v2?creator="):
        assert [image["id"] for image in images.get(path).json()["result"]["images"]] == [nobody_s["id"]]


def test_node_grants_and_edits(images: httpx.Client) -> None:
    words = {"metadata[k]": "v", "id": "a/b c", "expiry": in_an_hour()}
    grant = send(images, "POST", "v2/direct_upload", *(part(*word) for word in words.items()))
    assert grant["id"] == "a/b c"
    edited = images.patch("v1/a%2Fb%20c", json={"metadata": {"k": {"x": 1}}, "creator": None}).json()[
        "result"
    ]
    assert (edited["meta"], edited["draft"]) == ({"k": {"x": 1}}, True)


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def test_an_old_python_writes_slashes_as_they_are(images: httpx.Client) -> None:
    send(images, "POST", "v1", FILE, part("id", "a/b"))
    assert images.get("v1/a/b").json()["result"]["id"] == "a/b"
    assert images.get("v1/a/b/blob").content == PHOTO
    assert images.delete("v1/a/b").json()["success"] is True
    assert images.get("v1/a/b").status_code == 404


def test_go(images: httpx.Client) -> None:
    words = {"metadata.key": "value", "metadata.a.0": "1", "metadata.a.1": "2", "id": "a/b"}
    image = send(images, "POST", "v1", *(part(*word) for word in words.items()), FILE)
    assert (image["id"], image["meta"]) == ("a/b", {"key": "value", "a": [1, 2]})


def test_go_v0(images: httpx.Client) -> None:
    metadata = part("metadata", '{"n":1}')
    grant = send(
        images, "POST", "v2/direct_upload", metadata, boundary="----CloudflareImagesGoClientBoundary"
    )
    assert Image.objects.get(public_id=grant["id"]).metadata == {"n": 1}
    terms = {"requireSignedURLs": False, "metadata": {"n": 2}}
    older = images.post("v1/direct_upload", json=terms).json()["result"]
    assert Image.objects.get(public_id=older["id"]).metadata == {"n": 2}


def test_go_v0_edits(images: httpx.Client) -> None:
    """It says `requireSignedURLs` each time, and metadata only if there are some."""
    image = send(images, "POST", "v1", FILE, part("metadata", '{"n":1}'), part("requireSignedURLs", "true"))
    edited = images.patch(f"v1/{image['id']}", json={"requireSignedURLs": True}).json()["result"]
    assert (edited["id"], edited["meta"], edited["requireSignedURLs"]) == (image["id"], {"n": 1}, True)
    rotated = images.put("v1/keys/default", headers={"content-length": "0"}).json()["result"]
    assert [key["name"] for key in rotated["keys"]] == ["default"]


def test_terraform_s_variants(images: httpx.Client) -> None:
    """Enums in any case, and numbers that may be fractions."""
    options = {"fit": "Scale-Down", "width": 1366.0, "height": 768, "metadata": "None"}
    body = {"id": "hero", "options": options, "neverRequireSignedURLs": False}
    made = images.post("v1/variants", json=body).json()["result"]["variant"]
    assert made["options"] == {"fit": "scale-down", "width": 1366, "height": 768, "metadata": "none"}
    assert images.get("v1/variants").json()["result"]["variants"]["hero"] == made


def test_terraform(images: httpx.Client) -> None:
    image = send(images, "POST", "v1", FILE, part("metadata", '{"n":1}'), part("requireSignedURLs", "false"))
    parts = [part("metadata", json.dumps({"n": {"m": True}})), part("requireSignedURLs", "true")]
    edited = send(images, "PATCH", f"v1/{image['id']}", *parts)
    assert (edited["meta"], edited["requireSignedURLs"]) == ({"n": {"m": True}}, True)
    assert images.get(f"v1/{edited['id']}").json()["result"]["meta"] == {"n": {"m": True}}


def test_a_plugin_that_asks_for_flexible_variants(images: httpx.Client) -> None:
    config = images.patch("v1/config", json={"flexible_variants": True, "browser_ttl": 7200}).json()["result"]
    assert (config["flexible_variants"], config["browser_ttl"]) == (True, 7200)
    assert images.get("v1/config").json()["result"] == config
