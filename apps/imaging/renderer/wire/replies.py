"""Replies: what a renderer answers, as a header and back into values that have been checked.

Nothing in a reply is believed: a rendition must begin with the magic bytes of the format that was asked
for, numbers have ranges, and the Content-Type never comes from here.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.imaging.cage import Attempt, CageReport, Locks
from apps.imaging.facts import are_facts
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.placeholder import is_placeholder
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.faults import raise_fault
from apps.imaging.renderer.wire.frames import Frame, Header, WireError
from apps.imaging.renderer.wire.records import read_integer, read_record, read_text, read_value, write_record
from apps.imaging.source import SourceFormat, SourceInfo, sniff

_MAX_ATTEMPTS = 100
_MAX_SIDE = 65_535
_MAX_FRAMES = 100_000
_SNIFFED_BYTES = 64
_MAGIC = {
    OutputFormat.JPEG: SourceFormat.JPEG,
    OutputFormat.BASELINE_JPEG: SourceFormat.JPEG,
    OutputFormat.PNG: SourceFormat.PNG,
    OutputFormat.WEBP: SourceFormat.WEBP,
    OutputFormat.AVIF: SourceFormat.AVIF,
    OutputFormat.GIF: SourceFormat.GIF,
}


def write_source_info(info: SourceInfo) -> Header:
    """Return the header of an INSPECT's reply."""
    return {"source": write_record(info)}


def read_source_info(frame: Frame) -> SourceInfo:
    """Return what INSPECT found. Raises the fault in the reply, or WireError."""
    return read_record(SourceInfo, _open(frame, "source"))


def write_rendered(rendered: Rendered) -> Header:
    """Return the header of a RENDER's reply; the bytes are the body."""
    found = None if rendered.found is None else str(rendered.found)
    return {"width": rendered.width, "height": rendered.height, "frames": rendered.frames, "found": found}


def read_rendered(frame: Frame, output: OutputFormat, drawn_images: Sequence[str] = ()) -> Rendered:
    """Return the rendition in the format that was asked for. Raises the fault in the reply, or WireError."""
    width = read_integer(_open(frame, "width", drawn_images))
    height, frames = read_integer(frame.header.get("height")), read_integer(frame.header.get("frames"))
    if not (1 <= width <= _MAX_SIDE and 1 <= height <= _MAX_SIDE and 1 <= frames <= _MAX_FRAMES):
        raise WireError("the rendition's size is impossible")
    if not _is_as_asked(frame.body, output):
        raise WireError(f"the rendition is no {output.value}")
    found = _read_found(frame.header.get("found"))
    return Rendered(data=frame.body, format=output, width=width, height=height, frames=frames, found=found)


def _read_found(text: object) -> FocalPoints | None:
    try:
        return None if text is None else FocalPoints.read(read_text(text))
    except ValueError as error:
        raise WireError(f"what was found is nothing: {error}") from error


def _is_as_asked(data: bytes, output: OutputFormat) -> bool:
    if output is OutputFormat.JSON:
        return are_facts(data)
    if output is OutputFormat.PLACEHOLDER:
        return is_placeholder(data)
    if output is OutputFormat.SVG:  # a file may begin with anything XML allows; what we write does not
        return data.startswith(b"<svg ")
    return sniff(data[:_SNIFFED_BYTES]) is _MAGIC[output]


def write_report(report: CageReport) -> Header:
    """Return the header of a PROBE's reply."""
    return {
        "landlock_abi": report.locks.landlock_abi,
        "has_seccomp": report.locks.has_seccomp,
        "limits": list(report.locks.limits),
        "attempts": [[a.name, a.is_refused, a.errno] for a in report.attempts],
        "foreign_variables": list(report.foreign_variables),
    }


def read_report(frame: Frame) -> CageReport:
    """Return what PROBE found. Raises the fault in the reply, or WireError."""
    return CageReport(
        locks=Locks(
            landlock_abi=read_integer(_open(frame, "landlock_abi")),
            has_seccomp=read_value(bool, frame.header.get("has_seccomp")),
            limits=tuple(read_text(item) for item in _read_list(frame, "limits")),
        ),
        attempts=tuple(_read_attempt(item) for item in _read_list(frame, "attempts")),
        foreign_variables=tuple(read_text(item) for item in _read_list(frame, "foreign_variables")),
    )


def _open(frame: Frame, key: str, drawn_images: Sequence[str] = ()) -> object:
    if "fault" in frame.header:
        raise_fault(frame.header, drawn_images)
    return frame.header.get(key)


def _read_list(frame: Frame, key: str) -> list[object]:
    items = frame.header.get(key)
    if not isinstance(items, list) or len(items) > _MAX_ATTEMPTS:
        raise WireError(f"{key} is no list of a sensible length")
    return items


def _read_attempt(item: object) -> Attempt:
    if not isinstance(item, list) or len(item) != 3:
        raise WireError("that is no attempt")
    name, is_refused, errno = item
    return Attempt(name=read_text(name), is_refused=read_value(bool, is_refused), errno=read_text(errno))
