"""Frames: the bytes on the renderer's socket, as a pure codec that does no I/O.

    request   header length, body length (4 bytes each, big-endian) · header (JSON object) · body (raw bytes)
    answer    greeting (1 byte, sent as soon as a worker has accepted) · a frame of the same shape

Both sides distrust the other: lengths are checked against caps before anything is allocated, and a header
is JSON of a few levels, never pickle.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, NoReturn

GREETING = b"\x01"  # also the version of this protocol

MAX_HEADER_BYTES = 16 * 1024
MAX_BODY_BYTES = 128 * 1024**2
_MAX_DEPTH = 3
_PREFIX = struct.Struct(">II")

Header = dict[str, Any]


class WireError(ValueError):
    """The other side sent something that is no valid frame, request or reply."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: the decoded header and the bytes that came with it."""

    header: Header
    body: bytes


def encode_head(header: Header, *, body_length: int = 0) -> bytes:
    """Return the frame up to its body. Raises WireError when a cap is exceeded."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    _check_lengths(len(text), body_length, MAX_BODY_BYTES)
    return _PREFIX.pack(len(text), body_length) + text


class FrameDecoder:
    """Takes a frame apart as it arrives, straight into buffers of the right size.

    Ask for `space()`, receive into it, tell how much with `advance(count)`, until `space()` is empty; then
    `frame()`.
    """

    def __init__(self, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._max_body_bytes = max_body_bytes
        self._buffers = [bytearray(_PREFIX.size)]
        self._filled = 0

    def space(self) -> memoryview:
        """Return the memory that the next bytes belong into; empty when the frame is complete."""
        return memoryview(self._buffers[-1])[self._filled :]

    def advance(self, count: int) -> None:
        """Note that `count` bytes of `space()` were filled. Raises WireError when a cap is exceeded."""
        self._filled += count
        while self._filled == len(self._buffers[-1]) and len(self._buffers) < 3:
            self._buffers.append(bytearray(self._next_length()))
            self._filled = 0

    def frame(self) -> Frame:
        """Return the complete frame. Raises WireError when the header is no small JSON object."""
        _, text, body = self._buffers
        return Frame(header=decode_header(bytes(text)), body=bytes(body))

    def _next_length(self) -> int:
        header_length, body_length = _PREFIX.unpack(self._buffers[0])
        if len(self._buffers) == 1:
            _check_lengths(header_length, body_length, self._max_body_bytes)
            return int(header_length)
        return int(body_length)


def decode_header(text: bytes) -> Header:
    """Return the JSON object in the text. Raises WireError for anything else, or deeper than three levels."""
    try:
        header = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("the header is not JSON") from error
    if not isinstance(header, dict):
        raise WireError("the header is not an object")
    _check_depth(header, _MAX_DEPTH)
    return header


def _refuse_constant(name: str) -> NoReturn:
    raise WireError(f"{name} is not JSON")


def _check_lengths(header_length: int, body_length: int, max_body_bytes: int) -> None:
    if header_length > MAX_HEADER_BYTES:
        raise WireError(f"a header of {header_length} bytes is over the {MAX_HEADER_BYTES} allowed")
    if body_length > max_body_bytes:
        raise WireError(f"a body of {body_length} bytes is over the {max_body_bytes} allowed")


def _check_depth(value: object, levels: int) -> None:
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise WireError(f"the header is nested deeper than {_MAX_DEPTH} levels")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, levels - 1)
