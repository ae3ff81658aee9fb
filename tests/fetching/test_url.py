"""A URL is read in one way or not at all."""

from __future__ import annotations

import base64
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.fetching.errors import BadUrl
from apps.fetching.url import MAX_CHARACTERS, FetchUrl, parse_url

PORTS = frozenset({80, 443})


def parse(text: str) -> FetchUrl:
    return parse_url(text, ports=PORTS)


def test_it_works() -> None:
    url = parse("HTTPS://Olive:s3%40cret@Pears.Example.:443/a%20b/pear.jpg?w=1&k=v#top")
    assert (url.scheme, url.host, url.port) == ("https", "pears.example", 443)
    assert url.target == "/a%20b/pear.jpg?w=1&k=v"
    assert url.authority == "pears.example"
    assert url.address is None
    assert url.filename == "pear.jpg"
    assert url.authorization == "Basic " + base64.b64encode(b"Olive:s3@cret").decode()


def test_secrets_are_in_no_text_of_it() -> None:
    url = parse("https://olive:swordfish@pears.example/pear.jpg?signature=swordfish")
    assert str(url) == "https://***@pears.example/pear.jpg?***"
    assert "swordfish" not in repr(url)
    assert base64.b64encode(b"olive:swordfish").decode() not in repr(url)


@pytest.mark.parametrize(
    ("text", "host", "authority", "target"),
    [
        ("http://pears.example", "pears.example", "pears.example", "/"),
        ("http://pears.example:443?x", "pears.example", "pears.example:443", "/?x"),
        ("https://my_bucket.s3.example:/k", "my_bucket.s3.example", "my_bucket.s3.example", "/k"),
        ("http://93.184.215.14/", "93.184.215.14", "93.184.215.14", "/"),
        ("http://93.184.215.14./", "93.184.215.14", "93.184.215.14", "/"),
        ("http://[2606:4700:0::1]:80/", "2606:4700::1", "[2606:4700::1]", "/"),
        ("http://birnbäume.example/", "xn--birnbume-4za.example", "xn--birnbume-4za.example", "/"),
        ("http://p.example/ü?q=ü", "p.example", "p.example", "/%C3%BC?q=%C3%BC"),
        ('http://p.example//a/../b|[c]"', "p.example", "p.example", "//a/../b|[c]%22"),
        ("http://a@p.example/", "p.example", "p.example", "/"),
        ("http://@p.example/", "p.example", "p.example", "/"),
    ],
)
def test_what_is_understood(text: str, host: str, authority: str, target: str) -> None:
    url = parse(text)
    assert (url.host, url.authority, url.target) == (host, authority, target)


@pytest.mark.parametrize("text", ["http://127.0.0.1/", "http://127.0.0.1./", "http://[::FFFF:127.0.0.1]/"])
def test_an_address_is_known_as_one(text: str) -> None:
    assert parse(text).address == ip_address(parse(text).host)


REFUSED = {
    "start with": [
        *("", "//p.example/", "p.example", "http:p.example", "http:/p.example", "file:///etc/passwd"),
        *("gopher://p.example/_INFO", "data:image/png;base64,AAAA", "http+unix://%2Frun%2Fdocker.sock/"),
        *("unix:///run/docker.sock", "s3://bucket/key", "jar:http://p.example!/", "ftp://p.example/"),
    ],
    "no host": [
        *("http://", "http:///p.example", "http://?", "http://:80/", "http://p.example:80:80/"),
        *("http://[::1", "http://::1/", "http://[::1]x/", "http://p.example:x/", "http://a:b@/"),
        "http://p.example:123456/",
    ],
    "the port": ["http://p.example:22/", "http://p.example:0/", "http://p.example:65536/", "https://p.example:6379/"],
    "spaces, backslashes": [
        *(" http://p.example/", "http://p.example/\r\nX: y", "http://exa\tmple/", "http://p.example/a b"),
        *("http:\\\\p.example\\", "http://q.example\\@p.example/", "http://p.example/\x00", "http://p.example/\u2028"),
        *("http://p.example/\ud800", "http://p.example/\u202e", "http://p\u200b.example/"),
    ],
    "hexadecimal": ["http://p.example/100%.jpg", "http://p.example/%zz"],
    "percent-encoded": ["http://a@b@p.example/", "http://a%3Ab:c@p.example/"],
    "not a name": [
        *("http://.../", "http://./", "http://p..example/", "http://-p.example/", "http://p-.example/"),
        *("http://%70.example/", "http://p!.example/", f"http://{'a' * 64}.example/"),
        "http://" + "a." * 126 + "aa",
    ],
    "too long": ["http://" + "a." * 150 + "example/"],
    "four decimal numbers": [
        *("http://127.1/", "http://0/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/"),
        "http://0x7f.1/",
        *("http://%31%32%37.0.0.1/", "http://127.0.0.256/", "http://1.2.3.4.5/", "http://p.example.0x/", "http://p.1./"),
    ],
    "IPv6 address in brackets": ["http://[]/", "http://[::g]/", "http://[127.0.0.1]/", "http://[p.example]/"],
    "zone": ["http://[fe80::1%25eth0]/"],
    "several ways": [
        *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛocalhost/", "http://faß.example/"),
        *("http://p．example/", "http://\u212aelvin.example/", "http://ｐ.example/"),
    ],
    "cannot be converted": [f"http://{'ü' * 63}.example/"],
    "at most": ["http://p.example/" + "a" * MAX_CHARACTERS],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, texts in REFUSED.items() for text in texts]
)
def test_what_is_refused(reason: str, text: str) -> None:
    with pytest.raises(BadUrl, match=reason) as caught:
        parse(text)
    assert "example" not in str(caught.value)


@given(st.text(max_size=60))
@example("http://p.example@[::1]:80/")
def test_nothing_else_than_a_refusal_is_raised(rest: str) -> None:
    for text in (rest, f"http://{rest}", f"https://p.example{rest}"):
        try:
            url = parse(text)
        except BadUrl:
            continue
        assert url.port in PORTS
        assert url.target.isascii()
        assert url.target.startswith("/")
        assert url.host.isascii()


@given(
    st.from_regex(r"\A[a-z0-9.:@%/?#\[\]-]{1,40}\Z"),
    st.sampled_from(["http", "https"]),
)
def test_where_it_is_understood_the_standard_library_sees_the_same_host(rest: str, scheme: str) -> None:
    try:
        url = parse(f"{scheme}://{rest}")
    except BadUrl:
        return
    other = urlsplit(f"{scheme}://{rest}")
    assert url.host == (str(url.address) if url.address else (other.hostname or "").removesuffix("."))
    assert other.port in {None, url.port}


@given(st.from_regex(r"\A[a-z0-9.:@%/?#\[\]-]{1,40}\Z"))
def test_what_was_understood_is_understood_again(rest: str) -> None:
    try:
        url = parse(f"http://{rest}")
    except BadUrl:
        return
    again = parse(f"http://{url.authority}{url.target}")
    assert (again.host, again.port, again.target, again.address) == (
        url.host,
        url.port,
        url.target,
        url.address,
    )
