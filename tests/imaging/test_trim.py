"""Edges are cut off before anything else, in the picture as it is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from apps.imaging.box import Box
from apps.imaging.errors import EmptyImage
from apps.imaging.geometry.plan import Plan, make_plan
from apps.imaging.geometry.turn import UPRIGHT, Turn
from apps.imaging.options.grammar import from_mapping, parse, to_mapping, write
from apps.imaging.recipe import OutputFormat
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.trim import BorderSearch, Length, Trim
from apps.imaging.source import SourceFormat, SourceInfo
from tests import pictures
from tests.imaging.looking import colour, corners, distance, is_near, look, make


def plan(width: int, height: int, options: str, *, orientation: int = 1) -> Plan:
    """Return the plan for a source that is seen at width×height."""
    stored = UPRIGHT[orientation].lay((width, height))
    return make_plan(parse(options), SourceInfo(SourceFormat.JPEG, *stored, orientation=orientation))


def test_it_works() -> None:
    found = plan(1000, 500, "trim=10;20;30;40,w=470")
    assert found.trimmed == Box(40, 10, 940, 460)
    assert (found.resized, found.size) == ((470, 230), (470, 230))


@pytest.mark.parametrize(
    ("options", "trimmed"),
    [
        # The documentation's own (catalogue §4.8).
        ("trim=0.1;0.2;0.1;0.2", Box(200, 50, 600, 400)),
        ("trim.left=10,trim.top=5,trim.width=300,trim.height=200", Box(10, 5, 300, 200)),
        # And what follows from the rules.
        ("trim=0;0;0;0", None),
        ("trim.top=7", Box(0, 7, 1000, 493)),
        ("trim.width=0.5", Box(0, 0, 500, 500)),
        ("trim.width=1.0,trim.height=1", Box(0, 0, 1000, 1)),
        ("trim.width=5000", None),
        ("trim.left=900,trim.width=300", Box(900, 0, 100, 500)),
        ("trim.right=900,trim.width=300", Box(0, 0, 100, 500)),
        ("trim=10;20;30;40,dpr=2", Box(80, 20, 880, 420)),
        ("trim=0.1;0;0;0,dpr=2", Box(0, 50, 1000, 450)),
        ("trim=1;0;0;0,dpr=1.5", Box(0, 2, 1000, 498)),
        ("trim=9;9;9;9,trim.top=0,trim.left=0", Box(0, 0, 991, 491)),
    ],
)
def test_regions(options: str, trimmed: Box | None) -> None:
    assert plan(1000, 500, options).trimmed == trimmed


@pytest.mark.parametrize("options", ["trim=250;0;250;0", "trim.left=1.0", "trim.width=0", "trim.left=4000"])
def test_nothing_left(options: str) -> None:
    with pytest.raises(EmptyImage) as caught:
        plan(1000, 500, options)
    assert str(caught.value) == "The image has width or height of size 0"


def test_it_comes_before_flip_and_rotate() -> None:
    assert plan(1000, 500, "trim=0;0;0;40,flip=h").trimmed == Box(40, 0, 960, 500)
    found = plan(1000, 500, "trim=0;0;0;500,rotate=90,w=250")
    assert (found.trimmed, found.size) == (Box(500, 0, 500, 500), (250, 250))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", ["trim=3;7;5;11", "trim=3;7;5;11,flip=h,rotate=90,w=21"])
def test_however_it_is_stored(orientation: int, options: str) -> None:
    card = pictures.draw_card()
    stored = pictures.encode(pictures.lay(card, orientation), "PNG", exif=pictures.make_exif(orientation))
    wanted = card.crop((11, 3, 53, 35))
    if "flip" in options:
        wanted = ImageOps.mirror(wanted).rotate(-90, expand=True)
    found = look(make(stored, options).data)
    assert found.size == ((42, 32) if "flip" not in options else (21, 28))
    assert distance(found, wanted.resize(found.size)) < 4


@given(
    left=st.integers(0, 50), top=st.integers(0, 50), width=st.integers(1, 50), height=st.integers(1, 50),
    orientation=st.integers(1, 8),
)  # fmt: skip
def test_a_box_is_traced_back(left: int, top: int, width: int, height: int, orientation: int) -> None:
    turn, seen, box = UPRIGHT[orientation], (100, 100), Box(left, top, width, height)
    picture = Image.new("L", seen)
    picture.paste(255, (left, top, left + width, top + height))
    stored = pictures.lay(picture, orientation).getbbox()
    traced = turn.trace(box, seen)
    assert stored == (traced.left, traced.top, traced.left + traced.width, traced.top + traced.height)
    assert Turn().trace(box, seen) == box


class TestBorder:
    @pytest.mark.parametrize("options", ["trim=border", "trim.border=true", "trim.border.tolerance=10"])
    def test_it_is_found(self, options: str) -> None:
        assert look(make(framed((0, 0, 255)), options).data).size == (60, 40)

    def test_it_feeds_the_box(self) -> None:
        found = look(make(framed((9, 9, 9)), "trim=border,w=30,h=30,fit=pad,background=black").data)
        assert found.size == (30, 30)
        assert is_near(colour(found.convert("RGB"), (7, 10)), pictures.RED, within=60)
        assert colour(found.convert("RGB"), (15, 3)) == (0, 0, 0)

    @pytest.mark.parametrize("orientation", [1, 5, 6])
    def test_of_a_turned_picture(self, orientation: int) -> None:
        source = pictures.lay(draw_framed((128, 128, 128), right=20), orientation)
        data = pictures.encode(source, "PNG", exif=pictures.make_exif(orientation))
        found = make(data, "trim=border").data
        assert look(found).size == (60, 40)
        assert corners(found) == corners(pictures.encode(pictures.draw_card(), "PNG"))

    def test_only_what_is_near_its_colour(self) -> None:
        source = framed((128, 128, 128), (125, 125, 125))
        assert look(make(source, "trim=border").data).size == (60, 40)
        assert look(make(source, "trim=border,trim.border.tolerance=2").data).size == (70, 50)

    def test_a_given_colour(self) -> None:
        source = framed((128, 128, 128))
        assert look(make(source, "trim.border.color=808080").data).size == (60, 40)
        assert look(make(source, "trim.border.color=red").data).size == (80, 60)

    @pytest.mark.parametrize(("options", "size"), [("3", (66, 46)), ("3,dpr=2", (72, 52)), ("99", (80, 60))])
    def test_some_may_stay(self, options: str, size: tuple[int, int]) -> None:
        assert look(make(framed((128, 128, 128)), f"trim.border.keep={options}").data).size == size

    def test_within_what_the_edges_leave(self) -> None:
        source = framed((128, 128, 128))
        assert look(make(source, "trim=0;0;30;0,trim.border=true").data).size == (60, 20)

    def test_clear_ground(self) -> None:
        picture = Image.new("RGBA", (80, 60), (255, 0, 0, 0))
        picture.paste(
            (255, 0, 0, 255), (10, 10, 70, 50)
        )  # differs from what is hidden by nothing but opacity
        assert look(make(pictures.encode(picture, "PNG"), "trim=border").data).size == (60, 40)

    @pytest.mark.parametrize("place", [(0, 0), (7, 3), (1_001, 1), (513, 799), (1_499, 999)])
    def test_a_large_one_to_the_pixel(self, place: tuple[int, int]) -> None:
        """The edges lie anywhere between two pixels of the copy that is looked at first."""
        picture = Image.new("RGB", (3_100, 2_100), (240, 240, 250))
        picture.paste((90, 20, 30), (place[0], place[1], place[0] + 1_601, place[1] + 1_101))
        source = pictures.encode(picture, "PNG", compress_level=1)
        options = "trim.border.color=f0f0fa"
        facts = make(source, options, OutputFormat.JSON)
        assert (facts.width, facts.height) == (1_601, 1_101)
        assert colour(look(make(source, options).data), (0, 0)) == (90, 20, 30)

    @pytest.mark.parametrize("size", [(1, 1), (2, 2), (2, 50), (50, 2), (1, 3_000), (9_000, 1), (3, 3)])
    def test_a_thin_picture_stays_one(self, size: tuple[int, int]) -> None:
        """Thinner than what libvips compares, and than one step of the copy that is looked at first."""
        picture = Image.new("RGB", size, (9, 9, 9))
        source = pictures.encode(picture, "PNG")
        assert look(make(source, "trim=border").data).size == size
        if max(size) > 9:
            picture.paste((250, 0, 0), (0, 0, *(min(side, 7) for side in size)))
            source = pictures.encode(picture, "PNG")
            found = look(make(source, "trim=border,trim.border.color=090909").data)
            assert found.size == tuple(min(side, 7) for side in size)

    def test_nothing_but_border_stays_whole(self) -> None:
        plain = pictures.encode(Image.new("RGB", (30, 20), "red"), "PNG")
        assert look(make(plain, "trim=border").data).size == (30, 20)


def draw_framed(
    inner: tuple[int, int, int], outer: tuple[int, int, int] | None = None, *, right: int = 10
) -> Image.Image:
    """Return the card in a frame of ten pixels, the outer five of which may have another colour."""
    width = 70 + right
    picture = Image.new("RGB", (width, 60), outer or inner)
    picture.paste(inner, (5, 5, width - 5, 55))
    picture.paste(pictures.draw_card(), (10, 10))
    return picture


def framed(inner: tuple[int, int, int], outer: tuple[int, int, int] | None = None) -> bytes:
    return pictures.encode(draw_framed(inner, outer), "PNG")


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "JPEG", "BMP", "TIFF"])
def test_every_decoder_crops(format_name: str) -> None:
    source = pictures.encode(pictures.draw_card(600, 400), format_name)
    for options in ("trim=0.5;0;0;0.5", "trim=200;0;0;300,w=100"):
        found = look(make(source, options).data).convert("RGB")
        assert found.width / found.height == pytest.approx(1.5, abs=0.02)
        assert is_near(colour(found, (found.width // 2, found.height // 2)), pictures.WHITE, within=9)


@pytest.mark.parametrize(
    ("mapping", "trim"),
    [
        ({"top": 5, "left": 0.25}, Trim(top=Length(5), left=Length(2_500, is_share=True))),
        ({"width": 10.0, "height": 1.0}, Trim(width=Length(10), height=Length(10_000, is_share=True))),
        ({"border": True}, Trim(border=BorderSearch(is_on=True))),
        ({"border": False}, Trim()),
        (
            {"border": {"color": "#f00", "tolerance": 3, "keep": 1}},
            Trim(border=BorderSearch(is_on=True, color=Colour(255, 0, 0), tolerance=3, keep=1)),
        ),
        ("1;2;3;4", Trim(Length(1), Length(2), Length(3), Length(4))),
        ("border", Trim(border=BorderSearch(is_on=True))),
    ],
)
def test_objects(mapping: object, trim: Trim) -> None:
    recipe = from_mapping({"trim": mapping})
    assert recipe.trim == trim
    assert from_mapping(to_mapping(recipe)) == recipe


def test_canonical_forms() -> None:
    recipe = parse("trim=border,trim.border.color=red,trim.left=0.5")
    assert write(recipe) == "trim.border=true,trim.border.color=ff0000,trim.left=0.5"
    assert to_mapping(recipe) == {"trim": {"border": {"color": "#ff0000"}, "left": 0.5}}
