"""What is sought in the pixels is found: colour draws the eye, detail has entropy."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from tests import pictures
from tests.imaging.looking import colour, is_near, look, make


def draw_choice() -> bytes:
    """Return a grey picture with a plain red patch on its left and grey noise on its right."""
    picture = Image.new("RGB", (900, 200), (128, 128, 128))
    picture.paste((230, 20, 20), (60, 60, 140, 140))
    noise = Image.frombytes("L", (200, 200), random.Random(5).randbytes(40_000))  # noqa: S311  # the same each time
    picture.paste(noise.convert("RGB"), (700, 0))
    return pictures.encode(picture, "PNG")


@pytest.mark.parametrize(("gravity", "has_red"), [("auto", True), ("face", True), ("entropy", False)])
def test_it_works(gravity: str, has_red: bool) -> None:
    found = look(make(draw_choice(), f"w=200,h=200,fit=cover,g={gravity}").data).convert("RGB")
    reds = [point for point in ((x, 100) for x in range(0, 200, 5)) if is_red(colour(found, point))]
    assert bool(reds) is has_red


def is_red(found: tuple[int, ...]) -> bool:
    return is_near(found, (230, 20, 20), within=20)
