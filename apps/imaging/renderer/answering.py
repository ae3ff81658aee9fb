"""Answering, inside a locked worker: one request's frame in, one answer out, whatever the picture does."""

from __future__ import annotations

import io
import os
import stat
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import BinaryIO

from apps.imaging import cage
from apps.imaging.errors import ImagingError, RendererCrashed, TooLargeToProcess
from apps.imaging.render import inspect, render, render_text
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.lanes import Lane, WrongLane
from apps.imaging.renderer.wire import faults, replies, requests
from apps.imaging.renderer.wire.frames import MAX_BODY_BYTES, Frame, Header, WireError

_BUFFER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a header, and the rendition's bytes if there is one."""

    header: Header
    body: bytes = b""


def answer(frame: Frame, descriptors: Sequence[int], *, locks: cage.Locks, lane: Lane) -> Answer:
    """Do what the frame asks and return the answer; every failure becomes a fault's header."""
    drawn_images: Sequence[str] = ()
    try:
        request = requests.read_request(frame.header)
        drawn_images = request.recipe.drawn_images
        if request.verb is requests.Verb.PROBE:
            return Answer(replies.write_report(cage.probe(locks)))
        with ExitStack() as stack:
            sources = [
                stack.enter_context(source) for source in open_sources(frame, descriptors, request.sources)
            ]
            return _work(request, sources, lane)
    except WrongLane as error:
        return Answer(faults.write_fault(error))
    except MemoryError:
        return Answer(faults.write_fault(lane.reconsider(TooLargeToProcess())))
    except ImagingError as error:
        return Answer(faults.write_fault(lane.reconsider(error), drawn_images))
    except WireError as error:
        return Answer(faults.write_bad_request(error))
    except Exception:  # noqa: BLE001 - a fault of ours must not cost a worker; the log has it, the client a code
        with suppress(OSError, ImportError):  # a log file would be over RLIMIT_FSIZE
            traceback.print_exc(file=sys.stderr)
        return Answer(faults.write_fault(RendererCrashed()))


def open_sources(
    frame: Frame, descriptors: Sequence[int], lengths: Sequence[int | None]
) -> Iterator[BinaryIO]:
    """Yield the sources as seekable files at their beginning: `lengths` has one for each part of the body.

    Raises WireError when these do not add up, and for a descriptor that is not a plain file opened for
    reading: a pipe could block for ever.
    """
    in_body = [length for length in lengths if length is not None]
    if sum(in_body) != len(frame.body) or len(in_body) + len(descriptors) != len(lengths):
        raise WireError("what came is not what was announced")
    passed, start = iter(descriptors), 0
    for length in lengths:
        if length is None:
            yield _open_descriptor(next(passed))
        else:
            yield io.BytesIO(frame.body[start : start + length])  # the whole of it is not copied
            start += length


def _open_descriptor(descriptor: int) -> BinaryIO:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise WireError("the descriptor is no regular file")
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.fdopen(descriptor, "rb", buffering=_BUFFER_BYTES, closefd=False)


def _work(request: requests.Request, sources: Sequence[BinaryIO], lane: Lane) -> Answer:
    if request.verb is requests.Verb.INSPECT:
        return Answer(replies.write_source_info(inspect(sources[0], request.limits, admit=lane.admit)))
    is_text = request.verb is requests.Verb.LETTER
    rendered = _letter(request) if is_text else _render(request, sources, lane)
    if len(rendered.data) > MAX_BODY_BYTES:
        raise TooLargeToProcess
    return Answer(replies.write_rendered(rendered), rendered.data)


def _letter(request: requests.Request) -> Rendered:
    texts = [overlay for overlay in request.recipe.draw if overlay.text]
    if len(texts) != 1:
        raise WireError("there is not one text to letter")
    return render_text(texts[0], limits=request.limits)


def _render(request: requests.Request, sources: Sequence[BinaryIO], lane: Lane) -> Rendered:
    source, *overlays = sources
    return render(
        source,
        request.recipe,
        request.output,
        limits=request.limits,
        generation=request.generation,
        known=request.known,
        overlays=dict(zip(request.recipe.drawn_images, overlays, strict=True)),
        stands_for=request.stands_for,
        admit=lane.admit,
    )
