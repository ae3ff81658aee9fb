"""Attributes: what of an element's attributes is kept, each by the kind of value it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from apps.imaging.svg.addresses import keep_address, keep_fragment
from apps.imaging.svg.names import ANIMATABLE, TEXTS, TRANSFORMS, VALUE_LISTS, VALUES, read_words
from apps.imaging.svg.stylesheet import filter_declarations, filter_media, filter_value

_Keep = Callable[[str], str | None]

_XLINK_HREF = "http://www.w3.org/1999/xlink href"
_XML = {"http://www.w3.org/XML/1998/namespace " + name: f"xml:{name}" for name in ("lang", "space")}
_ARIA = re.compile(r"aria-[a-z]++")
# Numbers, words, path data: no colon, quote, parenthesis or backslash, so there is nothing to take apart.
_PLAIN = re.compile(r"[\w\s.,%+\-#;/*]*+")
_TRANSFORM = re.compile(
    r"(?:[\s,]*+(?:matrix|rotate|scale|skewX|skewY|translate)\s*+\([0-9eE\s.,+\-]*+\))++\s*+"
)


def keep_attributes(element: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    """Return the attributes to write, in their order; None if the element is nothing without what went.

    `pairs` are names as the parser gives them (a namespace, a space, a local name; a plain name without a
    namespace) with their values.
    """
    kept: dict[str, str] = {}
    for name, value in pairs:
        written = "href" if name == _XLINK_HREF else _XML.get(name, name)
        keep = _find_keeper(element, name, written)
        found = keep(value) if keep else None
        if found is None or (name == _XLINK_HREF and "href" in kept):
            continue  # a plain href counts for more, wherever it stands
        kept[written] = found
    return kept if _is_harmless(element, kept) else None


def _find_keeper(element: str, name: str, written: str) -> _Keep | None:
    if written == "href":
        return _BY_ELEMENT.get(element)
    keeper = _BY_NAME.get(written)
    return _keep_text if keeper is None and _ARIA.fullmatch(name) else keeper


def _is_harmless(element: str, kept: dict[str, str]) -> bool:
    if element in ("animate", "set"):
        return kept.get("attributeName") in ANIMATABLE
    if element == "animateTransform":
        return kept.get("attributeName") in TRANSFORMS
    return element != "style" or kept.get("type", "").strip().lower() in ("", "text/css")


def _keep_text(value: str) -> str:
    return value


def _keep_value(value: str) -> str | None:
    return value if _PLAIN.fullmatch(value) or _TRANSFORM.fullmatch(value) else filter_value(value)


def _keep_values(value: str) -> str | None:
    """Return a list of values if each of them may be kept."""
    if _PLAIN.fullmatch(value):
        return value
    kept = [_keep_value(item) for item in value.split(";")]
    return None if None in kept else ";".join(item for item in kept if item is not None)


def _keep_name(value: str) -> str | None:
    value = value.strip()
    return value if value in ANIMATABLE else None


_BY_NAME: dict[str, _Keep] = {
    **dict.fromkeys(VALUES, _keep_value),
    **dict.fromkeys(VALUE_LISTS, _keep_values),
    **dict.fromkeys((*TEXTS, *_XML.values()), _keep_text),
    "attributeName": _keep_name,
    "media": filter_media,
    "style": filter_declarations,
}
# Who may point, and where to. Not `a`: a drawing within a page has no business to lead away from it.
_BY_ELEMENT: dict[str, _Keep] = {
    **dict.fromkeys(
        read_words(
            """
            animate animateMotion animateTransform filter linearGradient mpath pattern radialGradient set
            textPath use
            """
        ),
        keep_fragment,
    ),
    "feImage": keep_address,
    "image": keep_address,
}
