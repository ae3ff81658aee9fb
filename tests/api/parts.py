"""Multipart bodies written by hand, so that they can be wrong."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client

BOUNDARY = "----boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def word(name: str, value: str) -> bytes:
    return _part(f'name="{name}"', value.encode())


def file(data: bytes, *, name: str = "file", filename: str | None = "photo.jpg", extra: str = "") -> bytes:
    disposition = f'name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    return _part(disposition, data, extra or "Content-Type: application/octet-stream\r\n")


def form(*parts: bytes, ends: bool = True) -> bytes:
    return b"".join(parts) + (f"--{BOUNDARY}--\r\n".encode() if ends else b"")


def post(client: Client, path: str, *parts: bytes, **meta: Any) -> Any:
    return client.post(path, data=form(*parts), content_type=CONTENT_TYPE, **meta)


class Wire(io.BytesIO):
    """A body as a server hands it over, which may end in an error instead of an end."""

    def __init__(self, data: bytes, then: Exception | None = None) -> None:
        super().__init__(data)
        self.then = then

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and self.then is not None:
            raise self.then
        return data


def post_wire(client: Client, path: str, wire: Wire, declared: int | None) -> Any:
    """Send a form of which the client says `declared` bytes will come; None sends it in chunks."""
    meta: dict[str, Any] = {"CONTENT_LENGTH": str(declared)}
    if declared is None:
        meta = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.generic("POST", path, CONTENT_TYPE=CONTENT_TYPE, **{"wsgi.input": wire}, **meta)


def _part(disposition: str, data: bytes, headers: str = "") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n"
    return head.encode() + data + b"\r\n"
