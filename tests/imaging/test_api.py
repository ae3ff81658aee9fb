"""The library's own face."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from apps.imaging.api import open_image
from apps.imaging.errors import LimitExceeded, OptionsError
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import corners, is_near


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


def test_what_is_wrong_is_said() -> None:
    card = open_image(pictures.transparent_png(), limits=Limits(max_side=50))
    with pytest.raises(OptionsError, match="'colour' is not an option"):
        card.transform(colour="red")
    with pytest.raises(OptionsError, match="'tiff' is no format"):
        card.output("tiff")
    with pytest.raises(LimitExceeded):
        card.output("png")
    with pytest.raises(FileNotFoundError):
        open_image("missing.jpg").info()
