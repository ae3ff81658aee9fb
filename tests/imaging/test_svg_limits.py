"""What hostile drawings cost: each is refused by a named limit, and work grows with size and no faster."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from apps.imaging.errors import LimitExceeded, UnsupportedFormat
from apps.imaging.limits import Limits
from apps.imaging.svg import sanitize
from tests.imaging.drawings import XMLNS, wrap

LIMITS = Limits()
LAUGHS = "<!ENTITY a0 'lol'>" + "".join(
    f"<!ENTITY a{number + 1} '" + f"&a{number};" * 10 + "'>" for number in range(9)
)


def attributes(count: int) -> str:
    return "<g " + " ".join(f"a{number}=''" for number in range(count)) + "/>"


def count_work(content: str) -> int:
    """Return how many functions, Python's and C's, are called while a document with the content is read."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    data = wrap(content)
    sys.setprofile(count)
    try:
        sanitize(data, LIMITS)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    ("limit", "largest", "smallest"),
    [
        ("max_svg_depth", "<g>" * 499 + "</g>" * 499, "<g>" * 500 + "</g>" * 500),
        ("max_svg_elements", "<g/>" * 99, "<g/>" * 100),
        ("max_svg_elements", "<x>" + "<y/>" * 98 + "</x>", "<x>" + "<y/>" * 99 + "</x>"),
        (
            "max_svg_attributes",
            attributes(200),
            attributes(201),
        ),
    ],
)
def test_limits(limit: str, largest: str, smallest: str) -> None:
    limits = replace(LIMITS, max_svg_elements=100) if limit == "max_svg_elements" else LIMITS
    sanitize(wrap(largest), limits)
    with pytest.raises(LimitExceeded) as caught:
        sanitize(wrap(smallest), limits)
    assert caught.value.limit == limit


@pytest.mark.parametrize("content", ["<style>a{{{}}}</style>", '<g style="{}"/><g style=""/>'])
def test_styles(content: str) -> None:
    limits = replace(LIMITS, max_svg_style_length=100)
    room = 97 if "<style>" in content else 100
    sanitize(wrap(content.format(";" * room)), limits)
    with pytest.raises(LimitExceeded, match="max_svg_style_length"):
        sanitize(wrap(content.format(";" * (room + 1))), limits)


def test_bytes() -> None:
    data = wrap("<g/>")
    assert sanitize(data, replace(LIMITS, max_svg_bytes=len(data))) == data
    with pytest.raises(LimitExceeded, match="max_svg_bytes"):
        sanitize(data, replace(LIMITS, max_svg_bytes=len(data) - 1))


@pytest.mark.parametrize("content", ["<g>" * 100_000, "<x>" * 100_000, "<g>" * 100_000 + "</g>" * 100_000])
def test_deep_nesting(content: str) -> None:
    """The sanitiser that Cloudflare wrote overflows its stack here, and takes its process along."""
    with pytest.raises(LimitExceeded, match="max_svg_depth"):
        sanitize(wrap(content), LIMITS)


@pytest.mark.parametrize(
    "declared",
    [
        LAUGHS,
        "<!ENTITY a9 '" + "A" * 100_000 + "'>",
        '<!ENTITY a9 SYSTEM "file:///etc/passwd">',
        '<!ENTITY a9 SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd">%p;',
        '<!ATTLIST svg onload CDATA "alert(1)">',
        "",
    ],
    ids=["laughs", "quadratic", "file", "http", "parameter", "default attribute", "empty"],
)
def test_document_types_are_not_read(declared: str) -> None:
    data = f"<!DOCTYPE svg [{declared}]><svg {XMLNS}><text>{'&a9;' * 10_000}</text></svg>"
    with pytest.raises(UnsupportedFormat, match="document type"):
        sanitize(data.encode(), LIMITS)
    with pytest.raises(UnsupportedFormat, match="document type"):
        sanitize(data.encode("utf-16"), LIMITS)


@pytest.mark.parametrize(
    "pattern",
    [
        '<rect x="1" fill="url(#a)" transform="rotate(1 2 3) x(" style="fill:red;stroke:rgb(1,2,3)"/>',
        '<rect a="" b="" c=""/>',
        "<style>.a{fill:red}</style>",
        "<text>&lt;a&#13;</text>",
        "<!-- --><?a b?><![CDATA[ ]]>",
    ],
)
def test_work_grows_with_the_size(pattern: str) -> None:
    once, twice = (count_work(pattern * count) for count in (500, 1_000))
    assert twice < 2.1 * once


@pytest.mark.parametrize(
    "part",
    [
        *("{", "}", "(", ")", "[", ";", ":", "a:", "a;", "a,", "a{", "a{b:c", "@media a{", "@", "--", "\\"),
        *("/*", "*/", "/*/", "a(/**/", "<!--", "'", '"', "'\n", '"\n', "url(", "url( ", "url('", "rgb("),
    ],
)
def test_styles_are_read_once(part: str) -> None:
    escaped = part.replace("<", "&lt;")
    once, twice = (count_work(f"<style>b{{fill:{escaped * count}</style>") for count in (500, 1_000))
    assert twice < 2.1 * once
    once, twice = (count_work(f"<style>{escaped * count}</style>") for count in (500, 1_000))
    assert twice < 2.1 * once


def test_large_and_harmless() -> None:
    """Values of millions of characters are no token each: a path, a picture, a text."""
    content = (
        f'<path d="M0 0{"l1 1" * 250_000}"/><image href="data:image/png;base64,{"A" * 1_000_000}"/>'
        f"<text>{'x ' * 500_000}</text>"
    )
    assert sanitize(wrap(content), LIMITS) == wrap(content)
    assert count_work(content) < 500
