"""Whatever a document is made of, what comes out parses, is inactive, and comes out the same again."""

from __future__ import annotations

import io
from html import escape

from hypothesis import example, given
from hypothesis import strategies as st

from apps.imaging.errors import ImagingError, SourceError
from apps.imaging.limits import Limits
from apps.imaging.render import inspect
from apps.imaging.svg import sanitize
from apps.imaging.svg.names import ELEMENTS, VALUES
from tests.fuzzing import fuzz
from tests.imaging.activity import find_activity
from tests.imaging.drawings import XMLNS, editor_s, scene

LIMITS = Limits()
PREFIXES = ("", "", "", "xlink:", "s:", "h:", "xml:", "ev:")
NAMESPACES = (
    f'{XMLNS} xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:s="http://www.w3.org/2000/svg" '
    'xmlns:h="http://www.w3.org/1999/xhtml" xmlns:ev="http://www.w3.org/2001/xml-events"'
)
PIECES = (
    *(
        "javascript:",
        "data:",
        "image/png",
        ";base64,",
        "AAAA",
        "http://x/",
        "//x",
        "#a",
        "url(",
        "url('",
        ")",
    ),
    *(
        "'",
        '"',
        "(",
        "[",
        "]",
        "{",
        "}",
        ";",
        ":",
        ",",
        "\\",
        "\\75",
        "/*",
        "*/",
        "<!--",
        "-->",
        "]]>",
        "<",
        ">",
    ),
    *(
        "@import ",
        "@media x",
        "@font-face",
        "expression(",
        "image-set(",
        "var(--a)",
        "rgb(1,2,3)",
        "--a",
        "&",
    ),
    *(
        "fill",
        "stroke:red",
        "red",
        "a",
        "1px",
        "-.5",
        "!important",
        " ",
        "\t",
        "\n",
        "\r",
        "\u2028",
        "é",
        "😀",
    ),
    *("href", "onload", "style", "script", "xlink:href", "url", "\x7f", "\u0085", "%", "$", "="),
)
text = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=20
)
names = st.sampled_from([*ELEMENTS, "script", "foreignObject", "iframe", "metadata", "x", "STYLE", "html"])
attribute_names = st.sampled_from(
    [
        *VALUES,
        *("id", "class", "style", "href", "onload", "ONCLICK", "values", "to", "from", "by", "media", "src"),
        *("attributeName", "attributeName", "href", "style", "type", "space", "base", "data-x", "aria-label"),
    ]
)


def as_text(value: str) -> str:
    return escape(value).replace("\r", "&#13;")


@st.composite
def tags(draw: st.DrawFn) -> tuple[str, str]:
    """Return a start tag without its end, and the element's name."""
    name = draw(st.sampled_from(PREFIXES[:6])) + draw(names)
    found = draw(st.dictionaries(st.tuples(st.sampled_from(PREFIXES), attribute_names), text, max_size=4))
    written = {f"{prefix}{local}": value for (prefix, local), value in found.items()}
    return f"<{name}" + "".join(f' {key}="{as_text(value)}"' for key, value in written.items()), name


def put_together(parts: tuple[tuple[str, str], list[str]]) -> str:
    (tag, name), content = parts
    return f"{tag}>{''.join(content)}</{name}>"


content = st.recursive(
    text.map(as_text) | text.map(lambda value: f"<![CDATA[{value.replace(']]>', '')}]]>"),
    lambda inner: st.tuples(tags(), st.lists(inner, max_size=4)).map(put_together),
    max_leaves=8,
)


@fuzz(400)
@given(content)
def test_it_works(inner: str) -> None:
    kept = sanitize(f"<svg {NAMESPACES}>{inner}</svg>".encode(), LIMITS)
    assert find_activity(kept) == []
    assert sanitize(kept, LIMITS) == kept


@fuzz(400)
@given(st.lists(text, max_size=6).map("".join))
@example("--ajavascript:var(--a)")  # a name, not an address
def test_any_style(style: str) -> None:
    kept = sanitize(
        f'<svg {XMLNS}><style>{as_text(style)}</style><g style="{as_text(style)}"/></svg>'.encode(), LIMITS
    )
    assert find_activity(kept) == []
    assert sanitize(kept, LIMITS) == kept


def is_refused_or_clean(data: bytes) -> bool:
    """Whether reading the bytes ends in an error of ours or in a document that does nothing."""
    try:
        inspect(io.BytesIO(data), LIMITS)
        kept = sanitize(data, LIMITS)
    except ImagingError:
        return True
    return find_activity(kept) == [] and sanitize(kept, LIMITS) == kept


@fuzz(300)
@given(
    source=st.sampled_from(
        [scene(), editor_s(), editor_s().decode().replace("UTF-8", "UTF-16").encode("utf-16")]
    ),
    changes=st.lists(
        st.tuples(st.integers(0, 5_000), st.integers(0, 40), st.binary(max_size=6) | text.map(str.encode)),
        min_size=1,
        max_size=4,
    ),
)
def test_changed_documents(source: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    data = bytearray(source)
    for position, length, replacement in changes:
        start = position % len(data)
        data[start : start + length] = replacement
    assert is_refused_or_clean(bytes(data))


@fuzz(300)
@given(
    prefix=st.sampled_from([b"", b"<svg ", b"<?xml ", b"\xff\xfe<\0", b"<!DOCTYPE svg "]), data=st.binary()
)
def test_any_bytes(prefix: bytes, data: bytes) -> None:
    assert is_refused_or_clean(prefix + data)
    try:
        sanitize(prefix + data, LIMITS)
    except SourceError:
        pass
