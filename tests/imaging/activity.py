"""Looking for anything active in an SVG, by another parser and other rules than the sanitiser's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
XML = "{http://www.w3.org/XML/1998/namespace}"
_ACTIVE_ELEMENTS = {
    *("script", "handler", "listener", "foreignobject", "iframe", "object", "embed", "audio", "video"),
    *("canvas", "metadata", "discard", "view", "font", "font-face", "font-face-uri", "tref", "cursor"),
}
_SAID = re.compile(r"id|class|role|lang|aria-.*")
_SCHEME = re.compile(r"(javascript|vbscript|livescript|mocha|file|blob|https?|ftp|about|data):")
_DATA = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]+")
_CUSTOM_PROPERTY = re.compile(r"(^|[;{])\s*--[^\s:;{}()]+\s*:")
_URL = re.compile(r"url\s*\(\s*(.*?)\s*\)", re.DOTALL)
_CSS = ("\\", "@import", "@font-face", "@namespace", "@charset", "expression", "behavior", "-moz-binding")
_IMAGES = ("image(", "image-set(", "src(", "element(", "cross-fade(", "attr(", "env(", "paint(")


def find_activity(data: bytes) -> list[str]:
    """Return a sentence for everything in a document that runs, loads or leads away; it should be none."""
    assert data.startswith(b"<svg")
    found = [f"markup {mark!r}" for mark in (b"<!", b"<?", b"]]>") if mark in data]
    root = ElementTree.fromstring(data)  # noqa: S314 - what is left of anything dangerous is the question
    for element in root.iter():
        found += [f"<{element.tag}> {sentence}" for sentence in _look_at(element)]
    return found


def _look_at(element: ElementTree.Element) -> Iterator[str]:
    name = element.tag.removeprefix(SVG)
    if not element.tag.startswith(SVG) or name.lower() in _ACTIVE_ELEMENTS:
        yield "must not be there"
    if name == "style":
        yield from _look_at_css(element.text or "")
    if name in ("animate", "set", "animateTransform", "animateColor"):
        target = element.get("attributeName", "").lower()
        if not target or "href" in target or target.startswith("on") or target in ("style", "class", "id"):
            yield f"animates {target!r}"
    for attribute, value in element.attrib.items():
        local = attribute.removeprefix(XML)
        if local.startswith("{") or local.lower().startswith("on"):
            yield f"has the attribute {attribute}"
        if local == "href":
            if not (value.startswith("#") or _DATA.fullmatch(value)):
                yield f"points to {value!r}"
        elif not _SAID.fullmatch(local):
            yield from _look_at_css(value)


def _look_at_css(text: str) -> Iterator[str]:
    lower = text.lower()
    for word in (*_CSS, *_IMAGES):
        if re.search(rf"(?<![a-z0-9_-]){re.escape(word)}" if word.endswith("(") else re.escape(word), lower):
            yield f"holds {word!r} in {text!r}"
    for address in _URL.findall(lower):
        if not (
            address.startswith("#") or re.fullmatch(r"data:image/(png|jpeg|gif);base64,[a-z0-9+/=]+", address)
        ):
            yield f"loads {address!r}"
    # The author names custom properties, whose colon may make a name look like a scheme.
    lower = _CUSTOM_PROPERTY.sub(r"\1", lower)
    # What is said in quotes is the name of a font, or of something in the drawing.
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)", "", re.sub(r"[\x00-\x20]", "", lower))
    if _SCHEME.search(bare):
        yield f"holds an address in {text!r}"
