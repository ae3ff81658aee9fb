"""A bad upload gets its code and a sentence, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from apps.images.services.files import REMOVE_FILE
from apps.outbox.models import Job
from apps.usage.models import DailyUsage
from tests.api.answers import refused
from tests.api.parts import BOUNDARY, CONTENT_TYPE, Wire, file, form, post, post_wire, word
from tests.images.conftest import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
PHOTO = jpeg(400, 300)
LIMIT = 100_000
# A lossless WebP whose 16384 × 16384 pixels take no bits at all; each side is written less one, in 14 bits.
_SIDES = (16383 | 16383 << 14).to_bytes(4, "little")
BOMB = b"RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2f" + _SIDES + bytes(3)


@pytest.fixture(autouse=True)
def nothing_stays(orchard: Account, stores: Path, incoming: Path) -> Iterator[None]:
    """Check after each test: no row, no file, no temporary file, no open file, no quota taken."""
    Account.objects.filter(pk=orchard.pk).update(max_upload_bytes=LIMIT)
    open_before = open_files()
    yield
    assert not Image.objects.exists()
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()
    assert not AuditEvent.objects.filter(action="image.uploaded").exists()
    assert not DailyUsage.objects.exists()
    assert [path for path in stores.rglob("*") if path.is_file()] == []
    assert list(incoming.rglob("*")) == []
    assert open_files() == open_before
    orchard.refresh_from_db()
    assert orchard.images_used == 0


def open_files() -> list[str]:
    """Return what this process has open there, also without a name; elsewhere than on Linux nothing."""
    found = []
    for descriptor in Path("/proc/self/fd").glob("*"):
        try:
            found.append(str(descriptor.readlink()))
        except FileNotFoundError:
            pass  # The one that lists the folder.
    return sorted(name for name in found if "incoming" in name)


CASES: dict[str, tuple[list[bytes], int, int, str]] = {
    "not an image": ([file(b"<html>pear</html>")], 415, 5455, "image/jpeg"),
    "a PDF named .png": ([file(b"%PDF-1.7\n" * 9, filename="x.png")], 415, 5455, "image/jpeg"),
    "a truncated JPEG": ([file(PHOTO[: len(PHOTO) // 2])], 400, 9422, "error during decoding"),
    "a 28-byte WebP of 16384 px": ([file(BOMB)], 400, 5443, "12"),
    "an empty file": ([file(b"")], 400, 5400, '"file" is empty'),
    "two files": ([file(PHOTO), file(PHOTO)], 400, 5400, '"file" may stand once'),
    "two files, the first no image": ([file(b"x"), file(PHOTO)], 400, 5400, '"file" may stand once'),
    "no file": ([word("id", "pear")], 400, 5400, '"file" is missing'),
    "nothing at all": ([], 400, 5400, '"file" is missing'),
    "a file of another name": ([file(PHOTO, name="image")], 400, 5400, '"file" is missing'),
    "a file in a list": ([file(PHOTO, name="file[]")], 400, 5400, '"file" is missing'),
    "a file without a filename": ([file(PHOTO, filename=None)], 400, 5400, '"file" has no filename'),
    "a file with an empty filename": ([file(b"", filename="")], 400, 5400, '"file" is missing'),
    "a url and a file": ([word("url", "https://x.test"), file(PHOTO)], 400, 5400, "exclude each other"),
    "a url and words for a file": ([word("url", "https://x.test"), word("file", "x")], 400, 5400, "exclude"),
    "two urls": ([word("url", "https://x.test")] * 2, 400, 5400, '"url" may stand once'),
    "too large": ([file(PHOTO + bytes(LIMIT))], 413, 5413, "image size of 0.0953674 Mb"),
    "too large by one byte": ([file(bytes(LIMIT + 1))], 413, 5413, "image size"),
    "large words": ([word("x", "x" * 70_000), file(bytes(LIMIT))], 413, 5413, "image size"),
    "two ids": ([word("id", "a"), word("id", "b"), file(PHOTO)], 400, 5400, '"id" may stand once'),
    "an empty id": ([word("id", ""), file(PHOTO)], 400, 5411, "1 to 1024 characters"),
    "a UUID as id": (
        [word("id", "0b5a7f5e-4b3c-4d2e-9f1a-000000000000"), file(PHOTO)],
        400,
        5411,
        "Must not be UUID",
    ),
    "a custom id that should be private": (
        [word("id", "pear"), word("requireSignedURLs", "true"), file(PHOTO)],
        400,
        5400,
        "custom ID",
    ),
    "a NUL in the id": ([word("id", "a\0b"), file(PHOTO)], 400, 5400, '"id"'),
    "half a truth": ([word("requireSignedURLs", "maybe"), file(PHOTO)], 400, 5400, '"requireSignedURLs"'),
    "metadata that is no JSON": ([word("metadata", "{"), file(PHOTO)], 400, 5400, '"metadata"'),
    "metadata too large": (
        [word("metadata", f'{{"x": "{"x" * 1024}"}}'), file(PHOTO)],
        400,
        5400,
        "1024 bytes",
    ),
    "metadata in contradiction": (
        [word("metadata.a", "1"), word("metadata.a.b", "2"), file(PHOTO)],
        400,
        5400,
        '"metadata.a.b" contradicts',
    ),
    "a long creator": ([word("creator", "x" * 1025), file(PHOTO)], 400, 5400, "1024 characters"),
    "101 files": (
        [file(b"", name=f"file{n}") for n in range(101)] + [file(PHOTO)],
        400,
        5400,
        "too many parts",
    ),
    "a part's header of 64 kB": (
        [file(PHOTO, extra=f"X-Long: {'x' * 65_536}\r\n")],
        400,
        5400,
        "header size",
    ),
    "a form in a form": (
        [file(b"--x\r\n\r\n--x--", extra="Content-Type: multipart/mixed; boundary=x\r\n")],
        415,
        5455,
        "image/jpeg",
    ),
    "1001 words": ([word("x", "")] * 1003 + [file(PHOTO)], 400, 5400, "too many parts"),
    "bad base64": (
        [file(b"QUJ", extra="Content-Transfer-Encoding: base64\r\n")],
        400,
        5400,
        "base64",
    ),
}


@pytest.mark.parametrize(("parts", "status", "code", "says"), CASES.values(), ids=CASES.keys())
def test_refusals(
    olive_client: Client, images_path: str, parts: list[bytes], status: int, code: int, says: str
) -> None:
    assert says in refused(post(olive_client, images_path, *parts), status, code)


FORM = form(file(PHOTO))


@pytest.mark.parametrize(
    ("content_type", "data", "status", "code", "says"),
    [
        ("image/jpeg", PHOTO, 415, 5415, "uploaded as a form"),
        ("application/json", b"{}", 415, 5415, "uploaded as a form"),
        ("application/x-www-form-urlencoded", b"id=pear", 415, 5415, "uploaded as a form"),
        ("multipart/mixed; boundary=x", b"", 415, 5415, "uploaded as a form"),
        ("", FORM, 415, 5415, "uploaded as a form"),
        ("multipart/form-data", FORM, 400, 5400, "boundary"),
        (f"{CONTENT_TYPE}; boundary=another", FORM, 400, 5400, "last boundary"),
        (f"multipart/form-data; boundary={'x' * 202}", FORM, 400, 5400, "boundary"),
        ("multipart/form-data; boundary=another", FORM, 400, 5400, "last boundary"),
        (CONTENT_TYPE, FORM[: -len(BOUNDARY) - 8], 400, 5400, "last boundary"),
        (CONTENT_TYPE, b"nothing of the kind", 400, 5400, '"file" is missing'),
    ],
)
def test_bodies_that_are_no_form(
    olive_client: Client, images_path: str, content_type: str, data: bytes, status: int, code: int, says: str
) -> None:
    response = olive_client.generic("POST", images_path, data, content_type)
    assert says in refused(response, status, code)


def test_a_compressed_form(olive_client: Client, images_path: str) -> None:
    response = post(olive_client, images_path, file(PHOTO), HTTP_CONTENT_ENCODING="gzip")
    assert "Content-Encoding" in refused(response, 415, 5415)


def test_a_declared_giant_is_refused_before_a_byte_is_read(olive_client: Client, images_path: str) -> None:
    wire = Wire(FORM)
    sentence = refused(post_wire(olive_client, images_path, wire, 10**9), 413, 5413)
    assert sentence == "Maximum image size of 0.0953674 Mb is reached"
    assert wire.tell() == 0


def test_a_giant_in_chunks_is_refused_at_the_limit(olive_client: Client, images_path: str) -> None:
    wire = Wire(form(file(bytes(20 * LIMIT)), ends=False))
    refused(post_wire(olive_client, images_path, wire, None), 413, 5413)
    assert wire.tell() < 4 * LIMIT


@pytest.mark.parametrize(
    ("wire", "status", "code"),
    [
        (lambda: Wire(FORM[: len(FORM) // 2]), 400, 5433),
        (lambda: Wire(FORM[: len(FORM) // 2], then=ConnectionResetError()), 400, 5433),
        (lambda: Wire(FORM[: len(FORM) // 2], then=TimeoutError()), 408, 5408),
    ],
    ids=["ends early", "reset", "stalls"],
)
def test_a_client_that_leaves_or_stalls(
    olive_client: Client, images_path: str, wire: Callable[[], Wire], status: int, code: int
) -> None:
    refused(post_wire(olive_client, images_path, wire(), len(FORM)), status, code)


def test_a_client_that_leaves_between_chunks(olive_client: Client, images_path: str) -> None:
    wire = Wire(FORM[: len(FORM) // 2], then=OSError("no more data"))
    refused(post_wire(olive_client, images_path, wire, None), 400, 5433)


def test_no_quota(olive_client: Client, orchard: Account, images_path: str) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=0)
    assert "service limit" in refused(post(olive_client, images_path, file(PHOTO)), 403, 5453)


def test_no_renderer(olive_client: Client, images_path: str, settings: Any) -> None:
    settings.RENDERER_SOCKET = "/nonexistent/renderer.sock"
    response = post(olive_client, images_path, file(PHOTO))
    assert refused(response, 503, 5503) == "Server Unavailable"
    assert response["Retry-After"] == "1"
