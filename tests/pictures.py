"""Pictures made in memory: a card that shows how it lies, a photo-like scene, files of every kind we read.

The card has a colour in each corner, so that a test can say what is where: red and green above, blue and
white below, 60×40.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CANARY = b"CANARY-7f3a"
COPYRIGHT = b"(c) Olive of Orchard"

# How an upright picture has to be laid so that EXIF's orientation makes it upright again.
_LAID = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def draw_card(width: int = 60, height: int = 40) -> Image.Image:
    """Return the four-coloured card; RGB."""
    card = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(card)
    for column, row, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE)):
        left, top = column * width // 2, row * height // 2
        draw.rectangle((left, top, left + width // 2 - 1, top + height // 2 - 1), fill=colour)
    return card


def draw_photo(width: int = 1200, height: int = 800) -> Image.Image:
    """Return something with the soft and the fine of a photo, the same each time; RGB."""
    size = (width, height)
    ramps = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
    scene = Image.merge("RGB", [ramp.resize(size, Image.Resampling.BICUBIC) for ramp in ramps])
    box = (-2.0, -1.2, 1.0, 1.2)
    detail = Image.effect_mandelbrot(size, box, 90).filter(ImageFilter.GaussianBlur(1))
    return ImageChops.soft_light(scene, Image.merge("RGB", [detail, ImageChops.invert(detail), detail]))


def draw_face(width: int = 300, skin: tuple[int, int, int] = (222, 178, 150)) -> Image.Image:
    """Return a person of nobody's likeness, head and shoulders; RGB, a fifth higher than wide.

    Flat, but with what a detector of faces looks for: eyes under brows, a nose's shadow, a mouth, in skin.
    The face, from the brows to the chin, is half as wide as the picture and in its middle.
    """
    side, height = 4 * width, 4 * width * 6 // 5  # drawn larger: Pillow's edges are hard
    dark, lit = tuple(shade * 4 // 5 for shade in skin), tuple(min(255, shade * 14 // 13) for shade in skin)
    hair, lips, white, shadow = (60, 40, 30), (170, 80, 80), (245, 245, 245), (90, 50, 40)
    picture = Image.new("RGB", (side, height), (150, 170, 190))
    draw = ImageDraw.Draw(picture)

    def oval(x: float, y: float, across: float, down: float, fill: tuple[int, ...]) -> None:
        box = ((x - across) * side, (y - down) * height, (x + across) * side, (y + down) * height)
        draw.ellipse(box, fill=fill)

    def stroke(points: list[tuple[float, float]], fill: tuple[int, ...], width: float) -> None:
        draw.line([(x * side, y * height) for x, y in points], fill=fill, width=int(width * height))

    draw.rectangle((0.36 * side, 0.66 * height, 0.64 * side, 0.95 * height), fill=dark)
    for x, y, across, down, fill in (
        (0.5, 1.08, 0.48, 0.26, (70, 80, 120)),
        (0.5, 0.40, 0.33, 0.36, hair),
        (0.5, 0.46, 0.27, 0.34, skin),
        (0.5, 0.22, 0.26, 0.12, hair),
        (0.38, 0.55, 0.09, 0.07, lit),
        (0.62, 0.55, 0.09, 0.07, lit),
        (0.5, 0.685, 0.105, 0.032, lips),
    ):
        oval(x, y, across, down, fill)
    for x in (0.385, 0.615):
        for across, down, fill in ((0.075, 0.042, dark), (0.058, 0.026, white), (0.026, 0.026, shadow)):
            oval(x, 0.45, across, down, fill)
        stroke([(x - 0.075, 0.395), (x, 0.375), (x + 0.075, 0.395)], hair, 0.018)
    stroke([(0.5, 0.45), (0.47, 0.585), (0.53, 0.585)], dark, 0.012)
    stroke([(0.395, 0.685), (0.605, 0.685)], shadow, 0.01)
    soft = picture.filter(ImageFilter.GaussianBlur(side / 220))
    return soft.resize((width, width * 6 // 5), Image.Resampling.LANCZOS)


def lay(picture: Image.Image, orientation: int) -> Image.Image:
    """Return a picture as a camera stores it that writes this EXIF orientation."""
    move = _LAID[orientation]
    return picture if move is None else picture.transpose(move)


def encode(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    """Return the file Pillow writes."""
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def make_exif(orientation: int = 1, *, is_telling: bool = False) -> bytes:
    """Return an EXIF block; a telling one has a copyright, a place on earth and the canary in every text."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    if is_telling:
        exif[0x010E] = exif[0x013B] = CANARY.decode()
        exif[0x8298] = COPYRIGHT.decode()
        exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)})
    return exif.tobytes()


def photo_jpeg(width: int = 1200, height: int = 800, *, orientation: int = 1, **options: Any) -> bytes:
    """Return a camera's JPEG: as stored, with its orientation; `width` and `height` are those seen."""
    stored = lay(draw_photo(width, height), orientation)
    return encode(stored, "JPEG", quality=90, exif=make_exif(orientation), **options)


def telling_jpeg() -> bytes:
    """Return a JPEG that says all it can: EXIF with a place, XMP, a comment, and bytes after its end."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><t tiff:Orientation='6'>" + CANARY + b"</t></x:xmpmeta>"
    options = {"exif": make_exif(6, is_telling=True), "comment": CANARY, "xmp": xmp}
    return encode(lay(draw_card(), 6), "JPEG", quality=95, **options) + CANARY


def transparent_png(width: int = 60, height: int = 40) -> bytes:
    """Return the card, opaque at its top and clear at its bottom."""
    card = draw_card(width, height).convert("RGBA")
    card.putalpha(ImageChops.invert(Image.linear_gradient("L").resize((width, height))))
    return encode(card, "PNG")


def draw_frames(count: int = 5, width: int = 60, height: int = 40) -> list[Image.Image]:
    """Return frames that differ: the card darkens step by step."""
    card = draw_card(width, height)
    return [card.point(lambda value, step=step: value * (count - step) // count) for step in range(count)]


def animation(format_name: str, count: int = 5, width: int = 60, height: int = 40, **options: Any) -> bytes:
    """Return an animation as GIF, WEBP, PNG or AVIF; its frames last 50 ms, 100 ms and so on."""
    first, *others = draw_frames(count, width, height)
    durations = [50 * (number + 1) for number in range(count)]
    if format_name == "WEBP":
        options = {"lossless": True, **options}
    if format_name != "AVIF":
        options = {"loop": 3, **options}
    return encode(first, format_name, save_all=True, append_images=others, duration=durations, **options)


def grey16_png(width: int = 60, height: int = 40) -> bytes:
    """Return a ramp of 16-bit grey from black to white, left to right."""
    row = b"".join(struct.pack(">H", column * 65_535 // (width - 1)) for column in range(width))
    return _png(width, height, bits=16, colour_type=0, rows=[row] * height)


def cmyk_jpeg() -> bytes:
    return encode(draw_card().convert("CMYK"), "JPEG", quality=95)


def heic() -> bytes:
    """Return the card at 64×48 as a phone stores it: turned, with `irot`, `clap`, EXIF with a copyright.

    Written once with pillow-heif; what we install can only decode.
    """
    return (Path(__file__).parent / "imaging" / "card.heic").read_bytes()


def drawing_svg() -> bytes:
    """Return the card as an SVG, with a script in it that has to go."""
    corners = ((0, 0, "#f00"), (30, 0, "#0f0"), (0, 20, "#00f"), (30, 20, "#fff"))
    quarters = "".join(
        f'<rect x="{x}" y="{y}" width="30" height="20" fill="{fill}"/>' for x, y, fill in corners
    )
    script = "<script>alert(1)</script>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">{script}{quarters}</svg>'.encode()


def huge_webp(side: int) -> bytes:
    """Return 28 bytes that are a legal WebP of side×side pixels: every Huffman code has one symbol."""
    bits = (side - 1) | (side - 1) << 14
    payload = b"\x2f" + struct.pack("<I", bits) + b"\x88\x88\x08"
    return (
        b"RIFF"
        + struct.pack("<I", 4 + 8 + len(payload))
        + b"WEBPVP8L"
        + struct.pack("<I", len(payload))
        + payload
    )


def swapped_profile() -> bytes:
    """Return an ICC profile in which red and blue change places: only who obeys it sees the right picture."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65_536)) for number in numbers)

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    gamma = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(2.2 * 256), 0)
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"swap\0" + bytes(79)
    tags = [
        (b"desc", description),
        (b"wtpt", b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249)),
        *(
            (name, b"XYZ \0\0\0\0" + fixed(*xyz))
            for name, xyz in ((b"rXYZ", blue), (b"gXYZ", green), (b"bXYZ", red))
        ),
        *((name, gamma) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    start = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags:
        table += name + struct.pack(">II", start + len(data), len(body))
        data += body.ljust(-(-len(body) // 4) * 4, b"\0")
    head = struct.pack(">I4sI4s4s4s", start + len(data), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head = (head + bytes(12) + b"acsp").ljust(68, b"\0") + fixed(0.9642, 1, 0.8249)
    return head.ljust(128, b"\0") + table + data


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, bits: int, colour_type: int, rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks
