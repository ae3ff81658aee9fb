"""Whatever the other side of the socket says, it is understood or a WireError, never anything else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import ImagingError
from apps.imaging.facts import are_facts
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.placeholder import is_placeholder
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.frames import Frame, WireError, decode_header, encode_head
from apps.imaging.renderer.wire.replies import (
    read_rendered,
    read_report,
    read_source_info,
    write_rendered,
    write_source_info,
)
from apps.imaging.renderer.wire.requests import Request, Verb, read_request, write_request
from apps.imaging.source import SourceFormat, SourceInfo
from tests.fuzzing import Change, change, changes, fuzz, json_values
from tests.imaging.recipes import recipes
from tests.renderer.drawn import draw

REQUEST = write_request(Request(verb=Verb.RENDER, sources=(None,)))
REPLIES = {
    **write_source_info(SourceInfo(SourceFormat.PNG, 60, 40)),
    **write_rendered(Rendered(draw("PNG"), OutputFormat.PNG, 64, 48)),
    "fault": "limit_exceeded",
    "limit": "max_side",
    "actual": 2,
    "allowed": 1,
    "limits": ["AS"],
    "attempts": [["fork", True, "EPERM"]],
    "landlock_abi": 7,
    "has_seccomp": True,
    "foreign_variables": [],
}


@fuzz(200)
@given(
    verb=st.sampled_from(Verb),
    recipe=recipes(),
    output=st.sampled_from(OutputFormat),
    generation=st.sampled_from(Generation),
    limit=st.integers(0, 2**40),
    data=st.data(),
)
def test_a_request_comes_back(
    verb: Verb, recipe: Recipe, output: OutputFormat, generation: Generation, limit: int, data: st.DataObject
) -> None:
    bare = Request(verb, Limits(max_bytes=limit), recipe, output, generation)
    kinds = st.lists(st.none() | st.integers(0, 10), min_size=bare.source_count, max_size=bare.source_count)
    request = replace(bare, sources=tuple(data.draw(kinds)))
    header = decode_header(encode_head(write_request(request))[8:])
    assert read_request(header) == request


def swapped(header: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a header with a few of its values replaced, and perhaps some gone."""
    changed = st.dictionaries(st.sampled_from(sorted(header)), json_values(), max_size=3)
    gone = st.sets(st.sampled_from(sorted(header)), max_size=2)
    return st.builds(
        lambda new, without: {name: value for name, value in (header | new).items() if name not in without},
        changed,
        gone,
    )


@fuzz(300)
@given(swapped(REQUEST) | st.dictionaries(st.text(max_size=8), json_values(), max_size=5))
def test_any_request(header: dict[str, Any]) -> None:
    try:
        request = read_request(header)
    except WireError:
        return
    assert read_request(write_request(request)) == request


@fuzz(300)
@given(
    header=swapped(REPLIES),
    body=st.binary(max_size=40) | changes().map(lambda todo: change(draw("PNG"), todo)),
    output=st.sampled_from(OutputFormat),
)
def test_any_reply(header: dict[str, Any], body: bytes, output: OutputFormat) -> None:
    frame = Frame(header, body)
    for read in (read_source_info, read_report, lambda frame: read_rendered(frame, output)):
        try:
            read(frame)
        except (WireError, ImagingError):
            pass


@fuzz(200)
@given(json_values().map(json.dumps).map(str.encode) | st.binary(max_size=200), changes())
def test_any_header(text: bytes, todo: list[Change]) -> None:
    for data in (text, change(text, todo)):
        try:
            header = decode_header(data)
        except WireError:
            continue
        assert isinstance(header, dict)


@fuzz(300)
@given(json_values().map(json.dumps).map(str.encode) | st.binary(max_size=300))
def test_what_is_told_of_a_picture(body: bytes) -> None:
    assert are_facts(body) in (True, False)
    assert not is_placeholder(body)
