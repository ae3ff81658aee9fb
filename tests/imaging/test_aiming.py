"""A picture's subject is found once, in the whole picture, and every rendition is cut around it."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageSequence

from apps.imaging.errors import DamagedImage
from apps.imaging.geometry.focus import UNKNOWN, Area, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from apps.imaging.rendered import Rendered
from tests import pictures
from tests.imaging.looking import colour, is_near, look

RED = (230, 20, 20)


def draw_spot(left: int, width: int = 900, height: int = 200) -> Image.Image:
    """Return grey with a red spot, 80×80, whose left edge is given."""
    picture = Image.new("RGB", (width, height), (128, 128, 128))
    picture.paste(RED, (left, 60, left + 80, 140))
    return picture


def make(
    data: bytes, options: str, output: OutputFormat = OutputFormat.PNG, known: FocalPoints = UNKNOWN
) -> Rendered:
    return render(io.BytesIO(data), parse(options), output, limits=Limits(), known=known)


def list_reds(picture: Image.Image) -> list[int]:
    """Return which columns of the middle row are red."""
    picture = picture.convert("RGB")
    row = picture.height // 2
    return [x for x in range(picture.width) if is_near(colour(picture, (x, row)), RED, within=20)]


def test_it_works() -> None:
    made = make(pictures.encode(draw_spot(700), "PNG"), "w=200,h=200,fit=cover,g=auto")
    assert len(list_reds(look(made.data))) == 80
    assert made.found is not None
    assert made.found.eye is not None
    assert 7_700 <= made.found.eye.left <= 8_700


def test_what_is_known_is_not_sought_again_and_changes_nothing() -> None:
    data = pictures.encode(draw_spot(700), "PNG")
    options = "w=200,h=200,fit=cover,g=auto"
    first = make(data, options)
    assert first.found is not None
    again = make(data, options, known=first.found)
    assert (again.data, again.found) == (first.data, None)


def test_what_is_known_is_believed() -> None:
    made = make(
        pictures.encode(draw_spot(700), "PNG"),
        "w=200,h=200,fit=cover,g=auto",
        known=FocalPoints(Area(1_000, 5_000)),
    )
    assert list_reds(look(made.data)) == []


@pytest.mark.parametrize(
    "options",
    [
        "w=300,g=auto",
        "w=200,h=200,fit=cover",
        "w=200,h=200,fit=cover,g=entropy",
        "w=90,h=20,fit=cover,g=auto",
    ],
)
def test_nobody_looks_in_vain(options: str) -> None:
    assert make(pictures.encode(draw_spot(700), "PNG"), options).found is None


def test_every_recipe_finds_the_same() -> None:
    data = pictures.photo_jpeg(600, 400, orientation=6)
    recipes = ("w=90,h=90", "w=500,h=10,rotate=90", "w=20,h=20,trim.left=0.3,flip=h,blur=3", "w=9,h=90,dpr=2")
    found = {make(data, f"{recipe},fit=cover,g=auto").found for recipe in recipes}
    assert len(found) == 1
    assert None not in found


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_found_in_the_upright_picture(orientation: int) -> None:
    stored = pictures.lay(draw_spot(700), orientation)
    data = pictures.encode(stored, "PNG", exif=pictures.make_exif(orientation))
    made = make(data, "w=200,h=200,fit=cover,g=auto")
    assert made.found is not None
    assert made.found.eye is not None
    assert 7_700 <= made.found.eye.left <= 8_700
    assert len(list_reds(look(made.data))) == 80


@pytest.mark.parametrize(
    "picture", [draw_spot(700).convert("RGBA"), Image.new("L", (90, 40), 7), Image.new("RGB", (1, 9))]
)
def test_pictures_of_every_kind(picture: Image.Image) -> None:
    made = make(pictures.encode(picture, "PNG"), "w=1,h=1,fit=cover,g=auto")
    assert (made.width, made.height) == (1, 1)
    assert made.found is not None


@pytest.mark.parametrize("gravity", ["auto", "entropy"])
@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG"])
def test_an_animation_does_not_jump(format_name: str, gravity: str) -> None:
    """The spot wanders to the right, and out of what was chosen in the first frame."""
    first, *others = [draw_spot(left) for left in (100, 160, 700)]
    options = {"lossless": True} if format_name == "WEBP" else {}
    data = pictures.encode(first, format_name, save_all=True, append_images=others, duration=90, **options)
    made = make(data, f"w=300,h=200,fit=cover,g={gravity}", OutputFormat.WEBP)
    frames = [frame.copy() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(made.data)))]
    lefts = [list_reds(frame)[:1] for frame in frames]
    assert lefts[2] == []
    assert abs(lefts[1][0] - lefts[0][0] - 60) <= 2


def test_a_damaged_picture_is_still_one() -> None:
    data = pictures.encode(draw_spot(700), "PNG")
    with pytest.raises(DamagedImage):
        make(data[:60] + bytes(40) + data[100:], "w=200,h=200,fit=cover,g=auto")
