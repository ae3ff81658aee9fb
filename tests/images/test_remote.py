"""Links to remote sources, read from the raw target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.images.errors import BadSource, LinkError, LinkTooLong, UnknownHost
from apps.images.ids import check_custom_id
from apps.images.links import Link
from apps.images.remote import RemoteLink, make_source_id, may_come_from, parse_target, read_source


def parse(target: str | bytes, host: str = "img.example.com", *, is_encrypted: bool = True) -> RemoteLink:
    raw = target.encode() if isinstance(target, str) else target
    link = parse_target(raw, host=host, is_encrypted=is_encrypted)
    assert isinstance(link, RemoteLink)
    return link


def test_it_works() -> None:
    link = parse("/cdn-cgi/image/width=80,quality=75/https://Example.com/pears/one%20two.jpg?w=1&h=/2")
    assert (link.segment, link.host, link.is_flexible) == ("width=80,quality=75", "img.example.com", True)
    assert link.source.spelled == "https://example.com/pears/one%20two.jpg?w=1&h=/2"
    assert not link.signature.is_given


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("pears/one.jpg", "https://img.example.com/pears/one.jpg"),
        ("/pears/one.jpg", "https://img.example.com/pears/one.jpg"),
        ("//evil.example/one.jpg", "https://img.example.com/evil.example/one.jpg"),
        ("pears/one.jpg?v=2", "https://img.example.com/pears/one.jpg?v=2"),
        ("https:/example.com/one.jpg", "https://example.com/one.jpg"),  # a server between has merged slashes
        ("HTTP://example.com:80/one.jpg", "http://example.com/one.jpg"),
        ("https://example.com", "https://example.com/"),
        ("https://birnb\u00e4ume.example/\u00e4.jpg", "https://xn--birnbume-4za.example/%C3%A4.jpg"),
        ("https://example.com/a#b", "https://example.com/a"),
        ("httpsx/one.jpg", "https://img.example.com/httpsx/one.jpg"),
    ],
)
def test_what_a_source_is(source: str, url: str) -> None:
    assert parse(f"/cdn-cgi/image/w=80/{source}").source.spelled == url


def test_a_path_is_fetched_as_delivery_is_reached() -> None:
    link = parse("/cdn-cgi/image/w=80/one.jpg", "[::1]:8001", is_encrypted=False)
    assert link.source.spelled == "http://[::1]/one.jpg"


@pytest.mark.parametrize(
    "source",
    [
        "https://a:b@example.com/one.jpg",
        "https://exa mple.com/one.jpg",
        "https://example.com/one\\two.jpg",
        "https://example.com/a/../b",
        "https://example.com/a/%2e%2e/b",
        "https://example.com/a%2f..%2fb",
        "https://example.com/a%5C..%5Cb",
        "https://example.com/./b",
        "https://127.1/one.jpg",
        "https://[::1",
        "https://ex%61mple.com/",
        "https:///one.jpg",
        "pears/../../x",
        "a%zz",
        "%0",
        "a\tb",
    ],
)
def test_a_source_that_cannot_be_read(source: str) -> None:
    if source == "https:///one.jpg":
        assert parse(f"/cdn-cgi/image/w=80/{source}").source.host == "img.example.com"
        return
    with pytest.raises(BadSource):
        parse(f"/cdn-cgi/image/w=80/{source}")
    with pytest.raises(BadSource):
        parse(b"/cdn-cgi/image/w=80/https://example.com/\xff")


def test_an_unreadable_host_is_nobodys() -> None:
    with pytest.raises(UnknownHost):
        parse("/cdn-cgi/image/w=80/one.jpg", "img.example.com/")
    with pytest.raises(LinkTooLong):
        parse("/cdn-cgi/image/w=80/" + "a" * 9000)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://img.example.com/x", True),
        ("http://img.example.com/x", True),
        ("https://img.example.com:8443/x", False),
        ("https://example.com/x", False),
        ("https://a.img.example.com/x", False),
        ("https://b.com/x", True),
    ],
)
def test_the_host_that_was_asked_is_always_allowed(url: str, may: bool) -> None:
    assert may_come_from(read_source(url), "img.example.com", ("b.com",)) is may


def test_other_links_stay_what_they_are() -> None:
    assert type(parse_target(b"/hash/id/public", host="", is_encrypted=True)) is Link


def test_a_source_has_one_id_however_it_is_written() -> None:
    ids = {make_source_id(read_source(text)) for text in ("https://A.example", "HTTPS://a.example:443/#x")}
    assert len(ids) == 1
    assert make_source_id(read_source("https://a.example/?")) not in ids
    with pytest.raises(Exception, match="slash"):
        check_custom_id(ids.pop())


@pytest.mark.parametrize(
    ("options", "redirects"),
    [
        ("onerror=redirect", True),
        ("w=1,onerror=redirect,h=2", True),
        ("xonerror=redirect", False),
        ("w=1,onerror=redirected", False),
        ("draw.text=a%252Conerror=redirect", False),
    ],
)
def test_who_asks_for_the_source_instead(options: str, redirects: bool) -> None:
    assert parse(f"/cdn-cgi/image/{options}/one.jpg").redirects_on_error is redirects


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(rest: bytes) -> None:
    try:
        link = parse_target(b"/cdn-cgi/image/" + rest, host="img.example.com", is_encrypted=True)
    except (LinkError, UnknownHost):
        return
    assert isinstance(link, RemoteLink)
    assert link.source.spelled.isascii()
    assert not set("\r\n\0 ") & set(link.source.spelled)
