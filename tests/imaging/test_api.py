"""The library's own face."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from apps.imaging.api import open_image, text
from apps.imaging.errors import LimitExceeded, OptionsError, OverlayIsSvg
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import colour, corners, is_near, look


def plain(size: tuple[int, int], fill: str) -> bytes:
    return pictures.encode(Image.new("RGB", size, fill), "PNG")


def test_it_works(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.photo_jpeg(60, 40))
    made = open_image(path).transform(width=20, height=20, fit="cover").output("webp", quality=80)
    assert (made.format, made.width, made.height) == (OutputFormat.WEBP, 20, 20)
    with Image.open(io.BytesIO(made.data)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (20, 20))


def test_a_picture_is_a_value() -> None:
    card = open_image(pictures.encode(pictures.draw_card(), "PNG"))
    turned = card.transform(rotate=90)
    assert card.output("png").width == 60
    assert turned.output("image/png").width == 40


def test_transforms_follow_each_other() -> None:
    """The box is met before the turn here, and after it in one transform."""
    card = open_image(pictures.encode(pictures.draw_card(), "PNG"))
    assert card.transform(width=30).transform(rotate=90).output("png").height == 30
    made = card.transform(trim={"left": 30}).transform(flip="v").output("png")
    assert is_near(corners(made.data)[0], pictures.WHITE)


def test_an_animation_stays_one() -> None:
    moving = open_image(pictures.animation("GIF"))
    assert moving.info().frames == 5
    assert moving.transform(width=30).transform(rotate=90).output("gif").frames == 5
    assert moving.transform(width=30).output("gif", anim=False).frames == 1


def test_a_picture_is_drawn_with_its_own_transforms(tmp_path: Path) -> None:
    card = pictures.encode(pictures.draw_card(), "PNG")
    path = tmp_path / "card.png"
    path.write_bytes(card)
    dot = open_image(plain((4, 4), "white")).draw(plain((2, 2), "black"), left=0, top=0)
    made = (
        open_image(plain((120, 80), "grey"))
        .draw(open_image(path).transform(rotate=180).draw(dot, left=0, top=0), left=0, top=0)
        .draw(path, width=0.25, right=0, bottom=0)
        .draw(card, opacity=0)
        .output("png")
    )
    picture = look(made.data)
    assert picture.size == (120, 80)
    assert colour(picture, (15, 10)) == colour(picture, (3, 3)) == pictures.WHITE
    assert colour(picture, (1, 1)) == (0, 0, 0)
    assert colour(picture, (45, 30)) == pictures.RED
    assert colour(picture, (91, 61)) == pictures.RED
    assert colour(picture, (60, 45)) == (128, 128, 128)


def test_drawings_and_transforms_take_turns() -> None:
    """What was drawn before a transform is transformed; and more are drawn than a link can ask for."""
    dot = plain((2, 2), "red")
    made = open_image(plain((40, 20), "white"))
    for number in range(7):
        made = made.draw(dot, left=5 * number, top=0)
    picture = look(made.transform(flip="h").draw(dot, right=0, bottom=0).output("png").data)
    reds = [x for x in range(40) if colour(picture, (x, 0)) == pictures.RED]
    assert reds == sorted(39 - 5 * number - each for number in range(7) for each in range(2))
    assert colour(picture, (39, 19)) == pictures.RED


def test_a_text_is_a_picture() -> None:
    sign = text("Hi", size=40, color="#ff0000", weight=700)
    size = look(sign.output("png").data).size
    assert look(sign.output("png").data).mode == "RGBA"
    drawn = open_image(plain((90, 90), "white")).draw(sign.transform(rotate=90), left=0, top=0).output("png")
    same = open_image(plain((90, 90), "white"))
    same = same.draw_text("Hi", size=40, color="#ff0000", weight=700, rotate=90, left=0, top=0)
    assert look(drawn.data).tobytes() == look(same.output("png").data).tobytes()
    board = sign.transform(background="yellow").draw(plain((2, 2), "blue"), left=0, top=0).output("png")
    assert look(board.data).size == size
    assert colour(look(board.data).convert("RGB"), (0, 0)) == pictures.BLUE
    with pytest.raises(OptionsError, match="U\\+4E16"):
        text("世")


def test_what_is_wrong_is_said() -> None:
    card = open_image(pictures.transparent_png(), limits=Limits(max_side=50))
    with pytest.raises(OptionsError, match="'colour' is not an option"):
        card.transform(colour="red")
    with pytest.raises(OptionsError, match="'tiff' is no format"):
        card.output("tiff")
    with pytest.raises(LimitExceeded):
        card.output("png")
    with pytest.raises(OptionsError, match=r"'draw.1.quality' is not an option"):
        card.draw(pictures.transparent_png(), quality=5)
    with pytest.raises(OptionsError, match=r"draw.1.text must have 1 to 200 characters"):
        card.draw_text("")
    with pytest.raises(OverlayIsSvg):
        open_image(plain((4, 4), "red")).draw(pictures.drawing_svg()).output("png")
    with pytest.raises(FileNotFoundError):
        open_image("missing.jpg").info()
