"""Montages: what is kept open, what moves, and when a recipe is full."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import BinaryIO

from PIL import Image

from apps.imaging.limits import Limits
from apps.imaging.montage import Finish, Montage, compose
from apps.imaging.options.grammar import MAX_TEXT_LENGTH, parse, write
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.render import render, render_text
from apps.imaging.rendered import Rendered
from tests import pictures
from tests.imaging.looking import colour, look


class Watched:
    """A studio that notes what it was asked for, and what it held is open at each step."""

    def __init__(self) -> None:
        self.asked: list[tuple[Recipe, OutputFormat, Generation]] = []
        self.held: list[BinaryIO] = []
        self.open_at: list[int] = []

    def render(
        self,
        source: BinaryIO,
        recipe: Recipe,
        output: OutputFormat,
        *,
        generation: Generation,
        overlays: Mapping[str, BinaryIO],
    ) -> Rendered:
        self.asked.append((recipe, output, generation))
        self.open_at.append(sum(not file.closed for file in self.held))
        limits = Limits(large_animation_pixels=Limits().max_animation_pixels)
        return render(source, recipe, output, limits=limits, generation=generation, overlays=overlays)

    def letter(self, text: Overlay) -> Rendered:
        return render_text(text, limits=Limits())

    def hold(self, data: bytes) -> BinaryIO:
        self.held.append(io.BytesIO(data))
        return self.held[-1]


def plain(fill: str, size: tuple[int, int] = (20, 10)) -> bytes:
    return pictures.encode(Image.new("RGB", size, fill), "PNG")


def test_it_works() -> None:
    studio = Watched()
    montage = (
        Montage(plain("white")).transform(parse("rotate=90")).draw(Montage(plain("red")), Overlay(image="x"))
    )
    finish = Finish(OutputFormat.PNG, generation=Generation.SMALL)
    assert look(compose(montage, finish, studio).data).size == (10, 20)
    assert [(output, generation) for _, output, generation in studio.asked] == [
        (OutputFormat.PNG, Generation.SMALL)
    ]
    assert all(file.closed for file in studio.held)


def test_only_one_step_is_kept_at_a_time() -> None:
    studio = Watched()
    montage = Montage(plain("white"))
    for _ in range(4):
        montage = montage.transform(parse("flip=h"))
    made = compose(montage, Finish(OutputFormat.PNG), studio)
    assert studio.open_at == [1, 2, 2, 2]
    assert all(file.closed for file in studio.held)
    assert colour(look(made.data), (3, 3)) == pictures.WHITE
    assert {generation for *_, generation in studio.asked} == {Generation.QUICK}


def test_a_file_of_its_owner_stays_open() -> None:
    file = io.BytesIO(plain("white"))
    compose(Montage(file).transform(parse("w=5")), Finish(OutputFormat.PNG), Watched())
    assert not file.closed


def test_what_cannot_move_in_the_end_does_not_move_before() -> None:
    moving = Montage(pictures.animation("GIF")).transform(parse("w=20")).transform(parse("rotate=90"))
    for finish, expected in (
        (Finish(OutputFormat.WEBP), True),
        (Finish(OutputFormat.JPEG), False),
        (Finish(OutputFormat.WEBP, parse("anim=false")), False),
    ):
        studio = Watched()
        compose(moving, finish, studio)
        assert studio.asked[0][0].anim is expected
    studio = Watched()
    drawn = Montage(plain("white")).draw(moving, Overlay(image="x"))
    assert compose(drawn, Finish(OutputFormat.WEBP), studio).frames == 1
    assert [recipe.anim for recipe, *_ in studio.asked[:2]] == [False, False]


def test_a_recipe_has_room_for_so_much() -> None:
    """Overlays by number, and texts by length: the renderer reads no longer options."""
    montage = Montage(plain("white"))
    for number in range(7):
        montage = montage.draw_text(Overlay(text="€" * (150 if number < 3 else 1)))
    assert [len(recipe.draw) for recipe in montage.recipes] == [1, 1, 5]
    assert all(len(write(recipe)) <= MAX_TEXT_LENGTH for recipe in montage.recipes)


def test_a_text_is_drawn_in_one_step() -> None:
    studio = Watched()
    sign = Montage(Overlay(text="Hi", size=20))
    compose(Montage(plain("white")).draw(sign, Overlay(image="x", left=0)), Finish(OutputFormat.PNG), studio)
    assert [overlay.text for recipe, *_ in studio.asked for overlay in recipe.draw] == ["Hi"]
    turned = sign.transform(parse("rotate=90"))
    studio = Watched()
    compose(Montage(plain("white")).draw(turned, Overlay(image="x")), Finish(OutputFormat.PNG), studio)
    assert len(studio.asked) == 2
