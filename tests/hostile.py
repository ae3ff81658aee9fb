"""Hostile files made in memory, one class of attack after another: bombs, baits, polyglots, lies, drawings.

Each is small, and says by its name what is wrong with it. What is to become of them is the tests' to say.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

from tests import pictures
from tests.imaging.drawings import XMLNS, wrap

CARD = pictures.draw_card()
LISTENER = "http://127.0.0.1:9/"


def png(
    size: tuple[int, int],
    pixels: bytes,
    *,
    bits: int = 8,
    colour_type: int = 2,
    chunks: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a PNG of whatever size it claims, around a compressed stream of pixels."""
    head = struct.pack(">IIBBBBB", *size, bits, colour_type, 0, 0, 0)
    blocks = [(b"IHDR", head), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.png_chunk(kind, data) for kind, data in blocks)


def blank(row_bytes: int, rows: int) -> bytes:
    """Return so many rows of nothing, compressed."""
    packer, row = zlib.compressobj(9), bytes(row_bytes + 1)
    return b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()


def bilevel(width: int, height: int) -> bytes:
    """Return a sound black PNG, a bit a pixel: 100 megapixels are 13 kB."""
    return png((width, height), blank(-(-width // 8), height), bits=1, colour_type=0)


def gif(width: int, height: int, frames: int) -> bytes:
    """Return a GIF whose every frame is one pixel of its canvas."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\4\0\1\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return head + frame * frames + b";"


def tiff(width: int, height: int, *, is_looping: bool = False) -> bytes:
    """Return a TIFF with no pixels to speak of, whose next directory may be itself."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    entries += [(277, 3, 1), (278, 4, height), (279, 4, 1)]
    written = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + written + struct.pack("<I", 8 if is_looping else 0)


def _claim(data: bytes, mark: bytes, skipped: int, claim: bytes) -> bytes:
    """Return a file with other numbers behind a mark in it."""
    at = data.index(mark) + skipped
    return data[:at] + claim + data[at + len(claim) :]


def _add_scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again."""
    data = pictures.encode(CARD.resize((2_000, 2_000)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * count + b"\xff\xd9"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.py", "x")
    return buffer.getvalue()


DOT = zlib.compress((b"\0" + b"\xff" * 6) * 2)

# Made when they are wanted: some take a second.
BOMBS: dict[str, Callable[[], bytes]] = {
    "png of 900 megapixels": lambda: bilevel(30_000, 30_000),
    "png over both limits": lambda: bilevel(12_000, 12_001),
    "png that claims all there is": lambda: png((2**31 - 1, 2**31 - 1), DOT),
    "profile of 96 megabytes": lambda: png(
        (2, 2), DOT, chunks=[(b"iCCP", b"x\0\0" + zlib.compress(bytes(96 * 1024**2), 9))]
    ),
    "texts of 192 megabytes": lambda: png(
        (2, 2), DOT, chunks=[(b"zTXt", b"k\0\0" + zlib.compress(bytes(16 * 1024**2)))] * 12
    ),
    "webp of 268 megapixels": lambda: pictures.huge_webp(16_383),
    "gif of 4 gigapixels": lambda: gif(65_535, 65_535, 1),
    "gif of 10,000 frames": lambda: gif(2_000, 2_000, 10_000),
    "gif of many small frames": lambda: gif(10, 10, 5_000),
    "gif of 101 megapixels": lambda: gif(1_000, 1_000, 101),
    "jpeg that claims 4 gigapixels": lambda: _claim(
        pictures.encode(CARD, "JPEG"), b"\xff\xc0", 5, struct.pack(">HH", 64_000, 64_000)
    ),
    "avif that claims 3.6 gigapixels": lambda: _claim(
        pictures.encode(CARD, "AVIF"), b"ispe", 8, struct.pack(">II", 60_000, 60_000)
    ),
    "tiff that claims all there is": lambda: tiff(2**31 - 1, 2**31 - 1),
    "one pixel too wide": lambda: png((12_001, 1), zlib.compress(bytes(12_002)), colour_type=0),
}
# Sound, and as much as is allowed or as much work as can be.
HEAVY: dict[str, Callable[[], bytes]] = {
    "100 megapixels": lambda: bilevel(10_000, 10_000),
    "as wide as may be": lambda: bilevel(12_000, 8_333),
    "a pixel wide": lambda: png((1, 12_000), zlib.compress(b"\0\0" * 12_000), colour_type=0),
    "webp of 100 megapixels": lambda: pictures.huge_webp(10_000),
    "gif of 50 megapixels": lambda: gif(1_000, 1_000, 50),
    "png of 20,000 texts": lambda: png((2, 2), DOT, chunks=[(b"tEXt", b"k\0v")] * 20_000),
}
# What other image libraries open, and then other programs, files and addresses.
BAITS = {
    "mvg": f"push graphic-context\nviewbox 0 0 64 48\nimage over 0,0 0,0 '{LISTENER}mvg'\n".encode(),
    "msl": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
    "pdf": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF",
    "csv": b"1,2,3\n4,5,6\n",
    "ppm": b"P6 2 2 255 " + b"\xff" * 12,
    "matlab": b"MATLAB 5.0 MAT-file, synthetic".ljust(124) + b"\0\1IM" + bytes(64),
    "fits": b"SIMPLE  =                    T".ljust(80) + b"BITPIX  =                    8".ljust(80),
    "radiance": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\0\0\0\0",
    "openexr": b"v/1\1\2\0\0\0" + bytes(64),
    "xpm": b'/* XPM */ static char *x[] = {"1 1 1 1", "a c red", "a"};',
    "vips": b"\xb6\xa6\xf2\x08" + bytes(60),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64),
    "jpeg xl": b"\xff\x0a" + bytes(64),
    "windows icon": pictures.encode(CARD.resize((32, 32)), "ICO"),
    "empty": b"",
    "one byte": b"\x89",
    "html": b"<html><script>alert(1)</script></html>",
    "text": b"hello",
    "elf": b"\x7fELF" + bytes(60),
    "zip": b"PK\x05\x06" + bytes(18),
    "pdf, then jpeg": b"%PDF-1.4\n" + pictures.encode(CARD, "JPEG"),
    "svg, compressed": gzip.compress(wrap("<rect/>")),
}
PAYLOAD = b"<html><script>alert(document.domain)</script>"
POLYGLOTS = {
    "gif that is a script": b"GIF89a/*" + gif(10, 10, 1)[8:] + b"*/=1;alert(1)//" + PAYLOAD,
    "jpeg with a page in a comment": pictures.encode(CARD, "JPEG", comment=PAYLOAD),
    "png with a page behind it": pictures.encode(CARD, "PNG") + PAYLOAD,
    "jpeg with an archive behind it": pictures.encode(CARD, "JPEG") + _zip() + PAYLOAD,
}
DAMAGED = {
    "no width": png((0, 100), DOT),
    "a scan that comes 400 times": _add_scans(400),
}
ODD = {
    "a wrong checksum": pictures.encode(CARD, "PNG")[:-16] + b"\0\0\0\0" + png((1, 1), b"")[-12:],
    "a tiff that goes in circles": tiff(1, 1, is_looping=True),
    "a profile of garbage": pictures.encode(CARD, "JPEG", icc_profile=b"\xff" * 3_000),
}


def _use(number: int) -> str:
    return f"<use href='#g{number}'/>"


_ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DRAWINGS = {
    "script": wrap("<script>alert(1)</script>"),
    "handler": wrap("<rect OnCliCk='alert(1)'/>", " onload='alert(1)'"),
    "link": wrap("<a href='jav&#x09;ascript&#58;alert(1)'><text>x</text></a>"),
    "animated link": wrap("<a><animate attributeName='href' values='javascript:alert(1)'/></a>"),
    "page within": wrap(
        "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='javascript:1'/></foreignObject>"
    ),
    "style from elsewhere": wrap(f"<style>@import url({LISTENER}); rect{{fill:url({LISTENER}#a)}}</style>"),
    "picture from elsewhere": wrap(f"<image href='{LISTENER}i.png'/><use href='{LISTENER}u.svg#a'/>"),
    "file": wrap("<image href='file:///etc/passwd' width='9' height='9'/>"),
    "drawing within": wrap("<image href='data:image/svg+xml;base64,PHN2Zy8+'/>"),
    "entity of a file": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + wrap("&x;"),
    "billion laughs": f'<!DOCTYPE svg [<!ENTITY a0 "lol">{_ENTITIES}]>'.encode() + wrap("&a9;"),
    "deep": wrap("<g>" * 100_000 + "</g>" * 100_000),
    "reused and reused": wrap(
        "<g id='g0'/>" + "".join(f"<g id='g{n}'>{_use(n - 1) * 10}</g>" for n in range(1, 10))
    ),
    "turbulent": wrap("<filter id='f'><feTurbulence numOctaves='2147483647'/></filter>"),
    "immense": f'<svg {XMLNS} width="1000000000" height="1000000000"/>'.encode(),
    "a long path": wrap(f"<path d='M0 0{'l1 1' * 300_000}'/>"),
    "utf-16": wrap("<script>alert(1)</script>").decode().encode("utf-16"),
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-svg onload=+ACI-alert(1)+ACI-+AD4-',
    "behind a comment": b"\xef\xbb\xbf<!-- <svg> --><!--" + b"x" * 5_000 + b"-->" + wrap("<script/>"),
    "a style sheet's address": b'<?xml-stylesheet href="http://127.0.0.1:9/s.xsl"?>' + wrap("<rect/>"),
}
