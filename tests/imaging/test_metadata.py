"""Nothing of what a camera tells survives, unless the recipe keeps it: proven on the bytes that go out."""

from __future__ import annotations

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Generation
from tests import pictures
from tests.imaging.looking import look, make

GPS, ORIENTATION, COPYRIGHT = 0x8825, 0x0112, 0x8298
TELLING = pictures.telling_jpeg()
CARD = pictures.draw_card()
EXIF = pictures.make_exif(6, is_telling=True)
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + pictures.CANARY + b"</x:xmpmeta>"
SOURCES = {
    "JPEG": TELLING,
    "PNG": pictures.encode(CARD, "PNG", exif=EXIF) + pictures.CANARY,
    "WEBP": pictures.encode(CARD, "WEBP", exif=EXIF, xmp=XMP),
    "AVIF": pictures.encode(CARD, "AVIF", exif=EXIF, xmp=XMP),
    "HEIC": pictures.heic(),
}


def _telling_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", pictures.CANARY.decode())
    texts.add_text("Comment", pictures.CANARY.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return pictures.encode(CARD, "PNG", pnginfo=texts, exif=EXIF)


def _with_iptc() -> bytes:
    """Return a JPEG with a caption as agencies write it, in a block of Photoshop's."""
    caption = b"\x1c\x02\x78" + len(pictures.CANARY).to_bytes(2, "big") + pictures.CANARY
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(caption).to_bytes(4, "big") + caption
    block += bytes(len(caption) % 2)
    data = pictures.encode(CARD, "JPEG")
    return data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]


# What else a file can say, and where.
TALKATIVE = SOURCES | {
    "texts of a PNG": _telling_png(),
    "texts of an APNG": pictures.animation("PNG", exif=EXIF) + pictures.CANARY,
    "a GIF's comment": pictures.encode(CARD, "GIF", comment=pictures.CANARY) + pictures.CANARY,
    "an animated GIF's comment": pictures.animation("GIF", comment=pictures.CANARY),
    "an animated WebP": pictures.animation("WEBP", exif=EXIF, xmp=XMP),
    "a TIFF's tags": pictures.encode(CARD, "TIFF", tiffinfo={270: pictures.CANARY.decode(), 700: XMP}),
    "behind a BMP": pictures.encode(CARD, "BMP") + pictures.CANARY,
    "a caption": _with_iptc(),
}
# How formats call the places for what is said.
PLACES = (
    b"Exif\0\0",
    b"eXIf",
    b"EXIF",
    b"tEXt",
    b"zTXt",
    b"iTXt",
    b"XMP ",
    b"8BIM",
    b"GPS",
    b"<?php",
    b"mime",
)


def test_it_works() -> None:
    assert pictures.CANARY in TELLING
    exif = look(make(TELLING, "metadata=copyright", OutputFormat.JPEG).data).getexif()
    assert exif[COPYRIGHT] == pictures.COPYRIGHT.decode()
    assert pictures.CANARY not in make(TELLING, "metadata=copyright", OutputFormat.JPEG).data


@pytest.mark.parametrize("source", TALKATIVE)
def test_a_source_says_it(source: str) -> None:
    data = TALKATIVE[source]
    assert b"CANARY" in data


@pytest.mark.parametrize("source", TALKATIVE)
@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("output", [output for output in OutputFormat if output is not OutputFormat.SVG])
def test_nothing_of_it_is_left_in_any_format(
    source: str, output: OutputFormat, generation: Generation
) -> None:
    """Where it was packed, it might be packed again: so the places are looked for too."""
    for options in ("metadata=none", "metadata=none,anim=false,w=20"):
        data = make(TALKATIVE[source], options, output, generation=generation).data
        assert not [word for word in (b"CANARY", b"Olive", b"xmpmeta", *PLACES) if word in data]


@pytest.mark.parametrize("source", TALKATIVE)
@pytest.mark.parametrize("policy", ["keep", "copyright"])
@pytest.mark.parametrize("output", [output for output in OutputFormat if output is not OutputFormat.SVG])
def test_only_a_jpeg_keeps_anything(source: str, policy: str, output: OutputFormat) -> None:
    data = make(TALKATIVE[source], f"metadata={policy}", output).data
    assert b"CANARY" not in data or (output.is_jpeg and policy == "keep")
    assert b"Olive" not in data or output.is_jpeg


def test_what_a_script_in_exif_comes_to() -> None:
    exif = Image.Exif()
    exif[0x8298] = "<?php echo 1;?><script>alert(1)</script>"
    source = pictures.encode(CARD, "JPEG", exif=exif.tobytes())
    for output in (OutputFormat.JSON, OutputFormat.PLACEHOLDER, OutputFormat.WEBP):
        assert b"script" not in make(source, "metadata=keep", output).data


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("output", [output for output in OutputFormat if output.is_raster])
@pytest.mark.parametrize("options", ["metadata=none", "metadata=none,w=30", "", "w=30"])
def test_no_canary(source: str, output: OutputFormat, options: str) -> None:
    data = make(SOURCES[source], options, output).data
    for telltale in (pictures.CANARY, b"CANARY", b"xmpmeta", b"ICC_PROFILE", b"Photoshop"):
        assert telltale not in data
    assert GPS not in look(data).getexif()
    if "none" in options or not output.is_jpeg:
        assert not look(data).getexif().keys() - {ORIENTATION}  # Pillow makes one of AVIF's own
        assert b"Olive" not in data


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("source", SOURCES)
def test_copyright_is_kept_and_nothing_else(source: str, generation: Generation) -> None:
    exif = look(make(SOURCES[source], "", OutputFormat.JPEG, generation=generation).data).getexif()
    assert "Olive" in exif[COPYRIGHT]
    assert not exif.keys() & {0x010E, 0x013B, GPS}
    assert exif.get(ORIENTATION, 1) == 1


def test_a_source_without_copyright_gets_no_exif() -> None:
    data = make(pictures.photo_jpeg(90, 60), "", OutputFormat.JPEG).data
    assert b"Exif" not in data


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_keep_keeps_what_does_not_contradict_the_pixels(source: str) -> None:
    data = make(SOURCES[source], "metadata=keep,w=30", OutputFormat.JPEG).data
    exif = look(data).getexif()
    assert "Olive" in exif[COPYRIGHT]
    assert "CANARY" in exif[0x010E]
    assert exif.get(ORIENTATION, 1) == 1


@pytest.mark.parametrize("policy", ["keep", "copyright", "none"])
def test_a_text_with_a_name_in_latin_1(policy: str) -> None:
    """As PNG has them; libvips makes the text a field of that name, and pyvips takes all names for UTF-8."""
    text = pictures.png_chunk(b"tEXt", "Légende".encode("latin-1") + b"\0a secret")
    data = pictures.encode(CARD, "PNG", exif=EXIF)
    made = make(data[:33] + text + data[33:], f"metadata={policy}", OutputFormat.JPEG).data
    assert look(made).size == (40, 60)
    assert (0x010E in look(made).getexif()) is (policy == "keep")
    assert b"a secret" not in made


def test_keep_keeps_the_place_and_mends_the_orientation_in_xmp() -> None:
    data = make(TELLING, "metadata=keep", OutputFormat.JPEG).data
    assert look(data).getexif().get_ifd(GPS)[2] == (51.0, 30.0, 26.0)
    assert b"tiff:Orientation='1'" in data
    # What was appended to the file is no metadata.
    assert not data.endswith(pictures.CANARY)


def test_no_preview_of_what_was_cut_away() -> None:
    exif = pictures.make_exif(1)
    preview = pictures.encode(CARD, "JPEG", comment=b"PREVIEW")
    source = pictures.encode(CARD, "JPEG", exif=_with_preview(exif, preview))
    assert b"PREVIEW" in source
    data = make(source, "metadata=keep", OutputFormat.JPEG).data
    assert b"PREVIEW" not in data
    assert not look(data).getexif().get_ifd(ExifTags.IFD.IFD1)


def _with_preview(exif: bytes, preview: bytes) -> bytes:
    """Return an EXIF block with a second directory that holds a preview, as cameras write."""
    tiff = bytearray(exif.removeprefix(b"Exif\0\0"))
    order = "little" if tiff[:2] == b"II" else "big"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if order == "little" else "big")

    first = int.from_bytes(tiff[4:8], "little" if order == "little" else "big")
    count = int.from_bytes(tiff[first : first + 2], "little" if order == "little" else "big")
    link, second = first + 2 + 12 * count, len(tiff)
    tiff[link : link + 4] = number(second, 4)
    start = second + 2 + 12 * 3 + 4
    tiff += number(3, 2)
    for tag, kind, value in ((0x0103, 3, 6), (0x0201, 4, start), (0x0202, 4, len(preview))):
        body = number(value, 2) + bytes(2) if kind == 3 else number(value, 4)
        tiff += number(tag, 2) + number(kind, 2) + number(1, 4) + body
    return b"Exif\0\0" + bytes(tiff) + bytes(4) + preview
