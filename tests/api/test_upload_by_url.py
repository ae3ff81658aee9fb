"""An upload by URL is an upload like any other, and tells nothing of what cannot be reached."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account, AuditEvent
from apps.fetching.addresses import parse_networks
from apps.images.fetcher import find_fetcher
from apps.images.models import Image
from tests.api.answers import accepted, refused
from tests.api.parts import post, word
from tests.fetching.serving import Server, answer, canary, ok, serve, was_visited
from tests.images.conftest import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
PHOTO = jpeg()


@pytest.fixture
def allow(settings: Any) -> Any:
    """Return a function that lets a server on 127.0.0.1 be fetched from."""

    def allow(server: Server) -> str:
        settings.FETCH_ALLOWED_NETWORKS = parse_networks(["127.0.0.1"])
        settings.FETCH_PORTS = frozenset({80, server.port})
        return f"127.0.0.1:{server.port}"

    return allow


@pytest.fixture
def tree(allow: Any) -> Iterator[tuple[Server, str]]:
    """A server that has a photo at every address."""
    with serve(ok(PHOTO, "Content-Type: text/plain")) as server:
        yield server, allow(server)


def test_it_works(
    olive_client: Client, orchard: Account, images_path: str, tree: tuple[Server, str], incoming: Path
) -> None:
    server, host = tree
    url = f"http://{host}/fruit/a%20pear.jpg?size=large"
    sent = [
        word("url", url),
        word("id", "pear"),
        word("metadata", '{"kind": "pear"}'),
        word("creator", "max"),
    ]
    result = accepted(post(olive_client, images_path, *sent))
    assert (result["id"], result["filename"], result["format"]) == ("pear", "a pear.jpg", "jpeg")
    assert (result["meta"], result["creator"], result["bytes"]) == ({"kind": "pear"}, "max", len(PHOTO))
    assert accepted(olive_client.get(f"{images_path}/pear")) == result
    assert server.heads[0].startswith(f"GET /fruit/a%20pear.jpg?size=large HTTP/1.1\r\nHost: {host}\r\n")
    assert "Via: 1.1 images-platform\r\n" in server.heads[0]
    assert list(incoming.iterdir()) == []
    event = AuditEvent.objects.get(account=orchard, action="image.uploaded")
    assert event.detail["fetched_from"] == f"http://{host}/fruit/a%20pear.jpg?***"


def test_credentials_go_to_the_host_and_nowhere_else(
    olive_client: Client, images_path: str, tree: tuple[Server, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server, host = tree
    response = post(olive_client, images_path, word("url", f"http://olive:swordfish@{host}/pear.jpg"))
    accepted(response)
    assert base64.b64encode(b"olive:swordfish").decode() in server.heads[0]
    everywhere = [caplog.text, response.content.decode(), *map(str, AuditEvent.objects.values_list("detail"))]
    assert not any("swordfish" in text for text in everywhere)
    assert any("***@" in text for text in everywhere)


def test_an_empty_url_is_none(olive_client: Client, images_path: str) -> None:
    response = post(olive_client, images_path, word("url", ""))
    assert '"file" is missing' in refused(response, 400, 5400)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "must start with http"),
        ("http://127.1/", "four decimal numbers"),
        ("http://example.com:22/", "the port must be one of: 80, 443"),
        ("http://example.com/\r\nX: y", "must not contain"),
        ("http://fa\u00df.example/", "xn-- form"),
    ],
)
def test_a_url_that_breaks_a_rule(olive_client: Client, images_path: str, url: str, reason: str) -> None:
    sentence = refused(post(olive_client, images_path, word("url", url)), 400, 5454)
    assert sentence.startswith("Could not fetch the image: ")
    assert reason in sentence


def test_what_is_inside_cannot_be_told_from_what_is_not_there(
    olive_client: Client, images_path: str, settings: Any
) -> None:
    with canary("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        settings.FETCH_PORTS = frozenset({80, port})
        sentences = {
            refused(post(olive_client, images_path, word("url", url)), 400, 5454)
            for url in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", "http://169.254.169.254/")
        }
        settings.FETCH_ALLOWED_NETWORKS = parse_networks(["::1"])
        closed = post(olive_client, images_path, word("url", f"http://[::1]:{port}/"))
        assert sentences == {refused(closed, 400, 5454)}
        assert not was_visited(listener)
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("raw", "status", "code", "reason"),
    [
        (answer("404 Not Found", "Content-Length: 0"), 400, 5454, "HTTP status 404"),
        (answer("302 Found", "Location: http://10.0.0.1/"), 400, 5454, "could not be reached"),
        (answer("302 Found", "Location: /again"), 400, 5454, "redirects more than 3 times"),
        (answer("200 OK", "Content-Length: 9") + b"x", 400, 5454, "ended too early"),
        (answer("200 OK", "Content-Encoding: gzip"), 400, 5454, "compressed"),
        (b"220 mail.example ESMTP\r\n", 400, 5454, "not HTTP"),
        (ok(b""), 400, 5400, "empty"),
        (ok(b"<html>Log in first</html>"), 415, 5455, "not an image"),
        (ok(PHOTO[:-200]), 400, 9422, "incomplete"),
    ],
)
def test_what_a_server_may_answer_instead(
    olive_client: Client, images_path: str, allow: Any, raw: bytes, status: int, code: int, reason: str
) -> None:
    with serve(raw) as server:
        response = post(olive_client, images_path, word("url", f"http://{allow(server)}/pear.jpg"))
    assert reason in refused(response, status, code)
    assert not Image.objects.exists()


def test_more_bytes_than_the_account_allows(
    olive_client: Client, orchard: Account, images_path: str, tree: tuple[Server, str]
) -> None:
    Account.objects.update(max_upload_bytes=len(PHOTO) - 1)
    response = post(olive_client, images_path, word("url", f"http://{tree[1]}/pear.jpg"))
    assert "Maximum image size" in refused(response, 413, 5413)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ([word("id", "/bad/")], 400, 5411),
        ([word("id", "taken")], 409, 5409),
        ([word("metadata", "[]")], 400, 5400),
        ([word("creator", "a" * 2000)], 400, 5400),
        ([word("id", "own"), word("requireSignedURLs", "true")], 400, 5400),
    ],
)
def test_what_needs_no_bytes_is_refused_before_anything_is_fetched(
    olive_client: Client,
    images_path: str,
    tree: tuple[Server, str],
    words: list[bytes],
    status: int,
    code: int,
) -> None:
    server, host = tree
    url = word("url", f"http://{host}/pear.jpg")
    accepted(post(olive_client, images_path, url, word("id", "taken")))
    refused(post(olive_client, images_path, url, *words), status, code)
    assert len(server.heads) == 1


def test_an_account_that_is_full_has_nothing_fetched(
    olive_client: Client, images_path: str, tree: tuple[Server, str]
) -> None:
    server, host = tree
    Account.objects.update(images_limit=0)
    refused(post(olive_client, images_path, word("url", f"http://{host}/pear.jpg")), 403, 5453)
    assert server.heads == []


def test_a_reader_has_nothing_fetched(
    reader_client: Client, images_path: str, tree: tuple[Server, str]
) -> None:
    refused(post(reader_client, images_path, word("url", f"http://{tree[1]}/")), 403, 10000)
    assert tree[0].heads == []


def test_a_network_that_the_operator_closes(
    olive_client: Client, images_path: str, tree: tuple[Server, str], settings: Any
) -> None:
    server, host = tree
    settings.FETCH_DENIED_NETWORKS = parse_networks(["127.0.0.0/8"])
    refused(post(olive_client, images_path, word("url", f"http://{host}/pear.jpg")), 400, 5454)
    assert server.heads == []


def test_all_uploads_share_the_same_slots() -> None:
    assert find_fetcher() is find_fetcher()


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECONDS", 9), ("AT_ONCE", 1), ("PORTS", {8080}), ("ALLOWED_NETWORKS", ()), ("DENIED_NETWORKS", ())],
)
def test_every_variable_counts(settings: Any, name: str, value: Any) -> None:
    settings.FETCH_ALLOWED_NETWORKS = settings.FETCH_DENIED_NETWORKS = parse_networks(["10.0.0.0/8"])
    before = find_fetcher()
    setattr(settings, f"FETCH_{name}", frozenset(value) if isinstance(value, set) else value)
    assert find_fetcher() is not before
