"""Multipart bodies written by hand, so that they can be wrong."""

from __future__ import annotations

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


def _part(disposition: str, data: bytes, headers: str = "") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n"
    return head.encode() + data + b"\r\n"
