"""Who asks for what cannot be is told so."""

from __future__ import annotations

import pytest

from apps.imaging.advice import warnings
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.source import SourceFormat, SourceInfo

INFO = SourceInfo(SourceFormat.JPEG, 720, 1080, orientation=6)  # 1080×720 as seen
COVER = "cover fit mode needs both width and height"
DPR = "dpr > 3 should never be used"
SMALLER = "original is smaller"
CHOICE = "JPEG vs PNG selection is automatic"
FACE = "gravity face needs a face detector, and there is none: it is auto"


def advise(
    options: str,
    info: SourceInfo = INFO,
    output: OutputFormat = OutputFormat.JPEG,
    *,
    finds_faces: bool = False,
) -> tuple[str, ...]:
    return warnings(parse(options), info, output, finds_faces=finds_faces)


def test_it_works() -> None:
    assert advise("w=400,fit=cover,dpr=3") == (COVER, DPR)
    assert advise("w=400,h=300,fit=cover,dpr=2") == ()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", ()),
        ("fit=cover", ()),
        ("h=9,fit=cover", (COVER,)),
        ("w=9,fit=crop", ()),
        ("dpr=2.99", ()),
        ("w=1080", ()),
        ("w=1081", (SMALLER,)),
        ("w=541,dpr=2", (SMALLER,)),
        ("w=2000,h=720", ()),
        ("w=2000,h=720,fit=crop", (SMALLER,)),
        ("w=2000,h=720,fit=aspect-crop", (SMALLER,)),
        ("w=2000,h=2000,fit=contain", ()),
        ("w=2000,h=2000,fit=cover", ()),
        ("w=721,rotate=90", (SMALLER,)),
        ("w=541,trim.width=0.5", (SMALLER,)),
        ("w=99,h=99,fit=cover,g=face", (FACE,)),
        ("w=99,g=face", ()),
        ("draw.1.text=a,draw.2.image=b,draw.2.w=9,draw.2.h=9,draw.2.fit=crop,draw.2.g=face", (FACE,)),
        ("draw.image=b,draw.g=face", ()),
        ("f=png", ()),
        ("f=png,compression=fast", (CHOICE,)),
        ("f=baseline-jpeg,compression=fast", (CHOICE,)),
        ("f=webp,compression=fast", ()),
    ],
)
def test_each(options: str, found: tuple[str, ...]) -> None:
    assert advise(options) == found


def test_a_drawing_takes_no_options() -> None:
    drawing = SourceInfo(SourceFormat.SVG, 60, 40)
    assert advise("w=400,fit=cover,dpr=3,trim.left=60", drawing) == ()


def test_who_finds_faces_need_not_be_told() -> None:
    assert advise("w=99,h=99,fit=cover,g=face", finds_faces=True) == ()


def test_it_fits_a_header() -> None:
    assert all(sentence.isascii() and '"' not in sentence for sentence in (COVER, DPR, SMALLER, CHOICE, FACE))


def test_avif_that_would_take_too_long() -> None:
    large = SourceInfo(SourceFormat.JPEG, 6_000, 4_000)
    assert advise("", large, OutputFormat.WEBP) == ("image too large for AVIF",)
    assert advise("f=avif", large, OutputFormat.WEBP) == ("image too large for AVIF",)
    assert advise("", large, OutputFormat.JPEG) == (), "who takes JPEG only misses nothing"
    assert advise("f=webp", large, OutputFormat.WEBP) == ()
    assert advise("w=600", large, OutputFormat.WEBP) == ()
