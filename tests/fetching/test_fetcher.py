"""A fetch brings what is there, says where it came from, and gives nothing away on the way."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import socket
import threading

import pytest

from apps.fetching.errors import (
    AddressForbidden,
    BadCertificate,
    BadUrl,
    ConnectionFailed,
    DeadlinePassed,
    FetcherBusy,
    ForbiddenRedirect,
    NameNotFound,
    RefusedByServer,
    Unreachable,
)
from apps.fetching.fetcher import Fetcher, Validators
from apps.fetching.url import FetchUrl
from tests.fetching.fetching import Names, fetch, fetcher_for
from tests.fetching.serving import Authority, answer, canary, ok, serve, was_visited

BODY = bytes(range(256)) * 100


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_it_works() -> None:
    with serve(ok(BODY, "Content-Type: image/jpeg")) as server:
        url = f"http://pears.example:{server.port}/fruit/a%20pear.jpg?v=1"
        data, fetched = fetch(fetcher_for(server), url)
    assert data == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (fetched.size_bytes, fetched.filename, fetched.content_type) == (
        len(BODY),
        "a pear.jpg",
        "image/jpeg",
    )
    assert fetched.url == f"http://pears.example:{server.port}/fruit/a%20pear.jpg?***"
    assert server.heads[0].splitlines() == [
        "GET /fruit/a%20pear.jpg?v=1 HTTP/1.1",
        f"Host: pears.example:{server.port}",
        "User-Agent: images-platform",
        "Via: 1.1 images-platform",
        "Accept: image/*,*/*;q=0.1",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
    ]


def test_https_goes_to_the_address_and_asks_for_the_name(authority: Authority) -> None:
    context = authority.server_context("pears.example")
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, _: asked.append(name)
    with serve(ok(BODY), tls=context) as server:
        fetcher = fetcher_for(server, trust=authority.trust)
        data, _ = fetch(fetcher, f"https://PEARS.example.:{server.port}/pear.jpg")
    assert data == BODY
    assert asked == ["pears.example"]
    assert f"Host: pears.example:{server.port}\r\n" in server.heads[0]


def test_https_to_an_address_needs_its_certificate(authority: Authority) -> None:
    with serve(ok(BODY), tls=authority.server_context("127.0.0.1")) as server:
        data, _ = fetch(fetcher_for(server, trust=authority.trust), f"https://127.0.0.1:{server.port}/")
    assert data == BODY


@pytest.mark.parametrize("name", ["plums.example", "127.0.0.1"])
def test_a_certificate_of_another_name(authority: Authority, name: str) -> None:
    with serve(ok(BODY), tls=authority.server_context(name)) as server:
        fetcher = fetcher_for(server, trust=authority.trust)
        with pytest.raises(BadCertificate):
            fetch(fetcher, f"https://pears.example:{server.port}/")
    assert server.heads == []


def test_a_certificate_that_has_expired_or_is_signed_by_nobody(authority: Authority) -> None:
    with serve(ok(BODY), tls=authority.server_context("pears.example", is_expired=True)) as server:
        with pytest.raises(BadCertificate):
            fetch(fetcher_for(server, trust=authority.trust), f"https://pears.example:{server.port}/")
        with pytest.raises(BadCertificate):
            fetch(fetcher_for(server), f"https://pears.example:{server.port}/")


def test_https_from_a_server_that_never_speaks_it() -> None:
    with serve(ok(BODY)) as server, pytest.raises(DeadlinePassed):
        fetch(fetcher_for(server, limits={"total_seconds": 0.3}), f"https://pears.example:{server.port}/")


def test_connecting_has_a_deadline_of_its_own() -> None:
    pauses: list[float] = []
    limits = {"connect_seconds": 0.1, "total_seconds": 4, "step_seconds": 4}
    with serve(ok(BODY)) as server, pytest.raises(DeadlinePassed):
        fetch(
            fetcher_for(server, limits=limits, sleep=pauses.append), f"https://pears.example:{server.port}/"
        )
    assert pauses[0] > 2  # what was left of four seconds


def test_credentials_are_sent_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(answer("401 Unauthorized", "Content-Length: 0")) as server:
        url = f"http://olive:sword%3Afish@pears.example:{server.port}/p.jpg?key=swordfish"
        with pytest.raises(RefusedByServer) as caught:
            fetch(fetcher_for(server), url)
    sent = base64.b64encode(b"olive:sword:fish").decode()
    assert f"Authorization: Basic {sent}\r\n" in server.heads[0]
    assert "olive" not in server.heads[0]
    assert "***@pears.example" in caplog.text
    for secret in ("sword", sent):
        assert secret not in caplog.text
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content", "304 X"]
)
def test_an_answer_other_than_200(status: str) -> None:
    with serve(answer(status, "Content-Length: 0")) as server, pytest.raises(RefusedByServer) as caught:
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
    assert caught.value.status == int(status[:3])


def test_a_name_is_asked_for_once_and_its_first_answer_holds() -> None:
    names = Names({"pears.example": [["127.0.0.1"], ["::1"]]})
    with serve(ok(BODY)) as server, canary("::1", server.port) as listener:
        fetch(fetcher_for(server, names=names), f"http://pears.example:{server.port}/")
        assert not was_visited(listener)
    assert names.asked == ["pears.example"]


@pytest.mark.parametrize(
    "addresses", [["::1"], ["127.0.0.1", "::1"], ["::1", "127.0.0.1"], ["127.0.0.1"] * 200 + ["10.0.0.1"]]
)
def test_one_forbidden_address_forbids_the_name(addresses: list[str]) -> None:
    with serve(ok(BODY)) as server, canary("::1", server.port) as listener:
        fetcher = fetcher_for(server, names=Names({"pears.example": [addresses]}))
        with pytest.raises(AddressForbidden):
            fetch(fetcher, f"http://pears.example:{server.port}/")
        assert not was_visited(listener)
    assert server.heads == []


def test_a_name_without_addresses() -> None:
    for names in (Names({}), Names({"pears.example": [[]]})):
        with pytest.raises(NameNotFound):
            fetch(fetcher_for(names=names, limits={"ports": {80}}), "http://pears.example/")


def test_the_next_address_is_tried_when_one_refuses() -> None:
    names = Names({"pears.example": [["::1", "127.0.0.1"]]})
    with serve(ok(BODY)) as server:
        fetcher = fetcher_for(server, names=names, allowed="127.0.0.1/32 ::1/128")
        assert fetch(fetcher, f"http://pears.example:{server.port}/")[0] == BODY


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed):
        fetch(fetcher_for(limits={"ports": {port}}), f"http://pears.example:{port}/")


def test_what_cannot_be_reached_is_told_in_one_sentence_after_whole_steps() -> None:
    pauses: list[float] = []
    fetcher = Fetcher(
        user_agent="x", via="y", resolve=Names({"private.example": [["10.0.0.1"]]}), sleep=pauses.append
    )
    sentences = set()
    for url in ("http://private.example/", "http://nowhere.example/", "http://[::1]/"):
        with pytest.raises(Unreachable) as caught:
            fetch(fetcher, url)
        sentences.add(str(caught.value))
    assert len(sentences) == 1
    assert len(pauses) == 3
    assert all(0.5 < pause <= 1 for pause in pauses)


def test_a_url_that_cannot_be_read_is_told_at_once() -> None:
    pauses: list[float] = []
    with pytest.raises(BadUrl):
        fetch(Fetcher(user_agent="x", via="y", sleep=pauses.append), "http://127.1/")
    assert pauses == []


def test_the_environment_s_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ok(BODY)) as server, canary("127.0.0.1", 0) as listener:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")
        fetch(fetcher_for(server), f"http://pears.example:{server.port}/")
        assert not was_visited(listener)
    assert len(server.heads) == 1


def test_cookies_and_connections_are_not_kept() -> None:
    with serve(ok(BODY, "Set-Cookie: a=b", "Connection: keep-alive")) as server:
        fetcher = fetcher_for(server)
        for _ in range(2):
            fetch(fetcher, f"http://pears.example:{server.port}/")
    assert len(server.heads) == 2
    assert not any("cookie" in head.lower() for head in server.heads)


def test_more_at_once_than_allowed() -> None:
    began, may_end = threading.Event(), threading.Event()

    def talk(connection: socket.socket, head: str) -> None:
        began.set()
        may_end.wait(10)
        connection.sendall(ok(BODY))

    with serve(talk) as server:
        fetcher = fetcher_for(server, limits={"at_once": 1})
        url = f"http://pears.example:{server.port}/"
        first = threading.Thread(target=fetch, args=[fetcher, url])
        first.start()
        assert began.wait(10)
        with pytest.raises(FetcherBusy):
            fetch(fetcher, url)
        may_end.set()
        first.join()
        fetch(fetcher, url)


def test_what_is_known_is_not_sent_again() -> None:
    head = ok(
        b"pear", 'ETag: W/"one"', "Last-Modified: Sat, 28 Nov 2026 07:00:00 GMT", "Cache-Control: no-cache"
    )
    with serve(head) as server:
        url = f"http://pears.example:{server.port}/pear.jpg"
        first = fetch(fetcher_for(server), url)[1]
    assert first.validators == Validators('W/"one"', "Sat, 28 Nov 2026 07:00:00 GMT")
    assert (first.cache_control, first.is_unchanged) == ("no-cache", False)
    with serve(answer("304 Not Modified", "Cache-Control: max-age=60")) as server:
        url = f"http://pears.example:{server.port}/pear.jpg"
        into = io.BytesIO()
        again = fetcher_for(server).fetch(url, into=into, max_bytes=10, asker=1, known=first.validators)
        assert (again.is_unchanged, again.validators, again.cache_control) == (
            True,
            first.validators,
            "max-age=60",
        )
        assert into.getvalue() == b""
        assert '\r\nIf-None-Match: W/"one"\r\nIf-Modified-Since: Sat, 28' in server.heads[0]
        with pytest.raises(RefusedByServer, match="304"):  # nobody had asked
            fetch(fetcher_for(server), url)


@pytest.mark.parametrize("etag", ["one", '"a b"', '"' + "x" * 201 + '"', '"\xe4"', '"a", "b"'])
def test_a_validator_that_no_server_should_write_is_not_sent_back(etag: str) -> None:
    with serve(ok(b"pear", f"ETag: {etag}", "Last-Modified: yesterday")) as server:
        found = fetch(fetcher_for(server), f"http://pears.example:{server.port}/pear.jpg")[1]
    assert found.validators == Validators()


def test_the_caller_judges_redirects() -> None:
    with serve(ok(b"pear")) as server:
        there = f"http://plums.example:{server.port}/there"
        with serve(answer("302 Found", f"Location: {there}")) as first:
            fetcher = fetcher_for(first, server)
            url = f"http://pears.example:{first.port}/here"
            seen: list[str] = []

            def may_follow(target: FetchUrl) -> bool:
                seen.append(target.spelled)
                return len(seen) > 1

            with pytest.raises(ForbiddenRedirect):
                fetcher.fetch(url, into=io.BytesIO(), max_bytes=10, asker=1, may_follow=may_follow)
            assert server.heads == []
            fetcher.fetch(url, into=io.BytesIO(), max_bytes=10, asker=1, may_follow=may_follow)
            assert seen == [there, there]
