"""A redirect is a URL like the first: read, judged and connected to in the same way."""

from __future__ import annotations

import io
import logging
import socket
from pathlib import Path

import pytest

from apps.fetching.errors import (
    AddressForbidden,
    BadRedirect,
    DeadlinePassed,
    RefusedByServer,
    TooManyRedirects,
)
from apps.fetching.fetcher import Validators
from tests.fetching.fetching import Names, fetch, fetcher_for
from tests.fetching.serving import Authority, Talk, answer, canary, ok, serve, was_visited

BODY = b"a pear"


def redirects(*locations: str, status: str = "302 Found", body: bytes = BODY) -> Talk:
    """Answer the path /<number> with the redirect of that number, / with the first, others with the body."""

    def talk(connection: socket.socket, head: str) -> None:
        path = head.split()[1].lstrip("/") or "0"
        if path.isdigit() and int(path) < len(locations):
            location = locations[int(path)].encode("utf-8")
            connection.sendall(
                b"HTTP/1.1 %b\r\nContent-Length: 3\r\nLocation: %b\r\n\r\nold" % (status.encode(), location)
            )
        else:
            connection.sendall(ok(body))

    return talk


@pytest.mark.parametrize("status", ["301 X", "302 X", "303 X", "307 X", "308 X"])
def test_it_works(status: str) -> None:
    with serve(redirects("/pears/1.jpg", status=status)) as server:
        data, fetched = fetch(fetcher_for(server), f"http://pears.example:{server.port}/0")
    assert data == BODY
    assert fetched.url == f"http://pears.example:{server.port}/pears/1.jpg"
    assert fetched.filename == "0"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("b.jpg", "/b.jpg"),
        ("?q", "/0?q"),
        ("../b", "/b"),
        ("/b c"[:2], "/b"),
        ("/ü", "/%C3%BC"),
        ("/a#b", "/a"),
    ],
)
def test_a_relative_one(location: str, path: str) -> None:
    with serve(redirects(location)) as server:
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/0")
    assert server.heads[1].startswith(f"GET {path} HTTP/1.1\r\nHost: pears.example:{server.port}\r\n")


def test_one_that_leaves_out_the_scheme_goes_to_the_other_host() -> None:
    with serve(ok(BODY)) as other, serve(redirects(f"//plums.example:{other.port}/x")) as server:
        fetch(fetcher_for(server, other), f"http://pears.example:{server.port}/")
    assert f"Host: plums.example:{other.port}\r\n" in other.heads[0]


def test_three_are_followed_and_no_more() -> None:
    with serve(redirects("/1", "/2", "/pear")) as server:
        assert fetch(fetcher_for(server), f"http://pears.example:{server.port}/")[0] == BODY
    with serve(redirects("/1", "/2", "/3", "/pear")) as server:
        with pytest.raises(TooManyRedirects):
            fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
        assert len(server.heads) == 4


def test_a_loop() -> None:
    with serve(redirects("/0")) as server, pytest.raises(TooManyRedirects):
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/")


@pytest.mark.parametrize(
    "location",
    [
        *(
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_INFO",
            "javascript:alert(1)",
            "data:,x",
            "ftp://p.example/",
        ),
        *(
            "http://127.1/",
            "//127.1/",
            "http://pears.example:22/",
            "\\\\pears.example\\x",
            "/a b",
            "/a\tb",
            "",
        ),
        *("http://[::1", "http:///x", "/%zz", "http://a@b@pears.example/"),
    ],
)
def test_one_that_cannot_be_used(location: str) -> None:
    with serve(redirects(location)) as server, pytest.raises(BadRedirect) as caught:
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
    assert not location or location not in str(caught.value)


def test_one_without_a_location_and_one_that_is_no_text() -> None:
    for raw in (answer("302 Found"), b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\n\r\n"):
        with serve(raw) as server, pytest.raises(BadRedirect):
            fetch(fetcher_for(server), f"http://pears.example:{server.port}/")


@pytest.mark.parametrize("host", ["[::1]", "localhost", "private.example"])
def test_one_into_a_private_network_is_not_followed(host: str) -> None:
    names = Names({"pears.example": [["127.0.0.1"]], "localhost": [["::1"]], "private.example": [["::1"]]})
    with serve(ok(BODY)) as unused, canary("::1", unused.port) as listener:
        with serve(redirects(f"http://{host}:{unused.port}/")) as server, pytest.raises(AddressForbidden):
            fetch(fetcher_for(server, unused, names=names), f"http://pears.example:{server.port}/")
        assert not was_visited(listener)


def test_a_name_that_leads_elsewhere_after_the_redirect() -> None:
    names = Names({"pears.example": [["127.0.0.1"], ["::1"]]})
    with serve(redirects("/1")) as server, canary("::1", server.port) as listener:
        with pytest.raises(AddressForbidden):
            fetch(fetcher_for(server, names=names), f"http://pears.example:{server.port}/")
        assert not was_visited(listener)
    assert names.asked == ["pears.example"] * 2
    assert len(server.heads) == 1


def test_from_https_to_http_and_back(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context("pears.example")
    with (
        serve(ok(BODY)) as plain,
        serve(redirects(f"http://pears.example:{plain.port}/"), tls=context) as server,
    ):
        fetcher = fetcher_for(server, plain, trust=authority.trust)
        with pytest.raises(BadRedirect, match="from https to http"):
            fetch(fetcher, f"https://pears.example:{server.port}/")
    assert plain.heads == []
    with (
        serve(ok(BODY), tls=context) as server,
        serve(redirects(f"https://pears.example:{server.port}/")) as plain,
    ):
        fetcher = fetcher_for(server, plain, trust=authority.trust)
        assert fetch(fetcher, f"http://pears.example:{plain.port}/")[0] == BODY


def test_credentials_stay_with_their_origin(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        serve(redirects()) as other,
        serve(redirects("/1", f"http://a:b@pears.example:{other.port}/x")) as server,
    ):
        fetch(fetcher_for(server, other), f"http://olive:swordfish@pears.example:{server.port}/")
    assert ["Authorization: Basic" in head for head in server.heads] == [True, True]
    assert "Authorization" not in other.heads[0]
    assert "swordfish" not in caplog.text


def test_validators_stay_with_their_url() -> None:
    """Another URL may call another picture by the same name, or have one that is older."""
    moved = iter([False, True])

    def talk(connection: socket.socket, head: str) -> None:
        if head.startswith("GET /0 ") and next(moved):
            connection.sendall(answer("302 Found", "Location: /1", "Content-Length: 0"))
        elif "If-None-Match" in head or "If-Modified-Since" in head:
            connection.sendall(answer("304 Not Modified"))
        else:
            connection.sendall(ok(BODY, 'ETag: "one"', "Last-Modified: Sat, 28 Nov 2026 07:00:00 GMT"))

    with serve(talk) as server:
        fetcher, url = fetcher_for(server), f"http://pears.example:{server.port}/0"
        _, first = fetch(fetcher, url)
        into = io.BytesIO()
        again = fetcher.fetch(url, into=into, max_bytes=100, asker=1, known=first.validators)
    assert first.validators.etag == '"one"'
    assert (into.getvalue(), again.is_unchanged, again.validators) == (BODY, False, Validators())


def test_the_page_of_a_redirect_is_not_the_picture() -> None:
    with serve(redirects("/1", "/missing", body=b"")) as server:
        data, fetched = fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
    assert (data, fetched.size_bytes) == (b"", 0)


def test_a_page_that_sends_browsers_elsewhere_is_a_page() -> None:
    page = b'<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">'
    with serve(ok(page)) as server:
        assert fetch(fetcher_for(server), f"http://pears.example:{server.port}/")[0] == page


@pytest.mark.parametrize("status", ["300 Multiple Choices", "304 Not Modified", "305 Use Proxy"])
def test_other_statuses_do_not_redirect(status: str) -> None:
    with serve(redirects("/1", status=status)) as server, pytest.raises(RefusedByServer):
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
    assert len(server.heads) == 1


def test_all_hops_share_one_deadline() -> None:
    def talk(connection: socket.socket, head: str) -> None:
        connection.settimeout(0.3)
        try:
            connection.recv(1)
        except TimeoutError:
            connection.sendall(answer("302 Found", "Location: /", "Content-Length: 0"))

    with serve(talk) as server, pytest.raises(DeadlinePassed):
        fetch(fetcher_for(server, limits={"total_seconds": 0.5}), f"http://pears.example:{server.port}/")
    assert len(server.heads) == 2
