"""Recipes of every kind, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from apps.imaging.options.grammar import MAX_TEXT_LENGTH, write
from apps.imaging.recipe import AutoWidth, Compression, Fit, Flip, FormatChoice, Metadata, Recipe
from apps.imaging.recipe.border import Border
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.gravity import SIDES, SOUGHT, Gravity, Mode
from apps.imaging.recipe.overlay import Composite, Overlay, Repeat
from apps.imaging.recipe.signs import SIGNS, find_missing
from apps.imaging.recipe.trim import BorderSearch, Length, Trim

SIDE = st.integers(1, 12_000)
CHANNEL = st.integers(0, 255)
COLOUR = st.builds(Colour, CHANNEL, CHANNEL, CHANNEL, CHANNEL)


IMAGE_IDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), min_size=1, max_size=20
)
LINES = st.text(st.sampled_from(sorted(SIGNS)), min_size=1, max_size=20)
# Two signs may compose to one that the font lacks.
TEXTS = st.lists(LINES, min_size=1, max_size=3).map("\n".join).filter(lambda text: not find_missing(text))


def recipes(trims: st.SearchStrategy[Trim] | None = None) -> st.SearchStrategy[Recipe]:
    """Return any recipe the grammar can express."""
    found = st.builds(
        Recipe,
        width=st.none() | SIDE | st.just(AutoWidth.AUTO),
        wbreakpoints=st.sets(SIDE, min_size=1, max_size=20).map(lambda widths: tuple(sorted(widths))),
        wmobile=SIDE,
        wdesktop=SIDE,
        height=st.none() | SIDE,
        dpr=hundredths(10, 300),
        quality=st.none() | st.integers(1, 100),
        slow_connection_quality=st.none() | st.integers(1, 100),
        max_bytes=st.none() | st.integers(1, 100_000_000),
        compression=st.sampled_from(Compression),
        format=st.sampled_from(FormatChoice),
        anim=st.booleans(),
        metadata=st.sampled_from(Metadata),
        draw=st.lists(overlays(), max_size=2).map(tuple),
        **_transforms(_trims() if trims is None else trims),
    )
    return found.filter(lambda recipe: len(write(recipe)) <= MAX_TEXT_LENGTH)


def overlays() -> st.SearchStrategy[Overlay]:
    """Return any overlay; most of what could be said of it is left to the defaults, or it would get long."""
    side = st.builds(Length, SIDE) | st.builds(Length, st.integers(1, Length.SCALE), st.just(True))
    options = {
        "width": side,
        "height": side,
        "opacity": hundredths(0, 100),
        "repeat": st.sampled_from(Repeat),
        "composite": st.sampled_from(Composite),
        **{edge: st.integers(0, 12_000) for edge in _AXES},
        **_transforms(_trims()),
    }
    said = st.one_of([st.tuples(st.just(name), value) for name, value in options.items()])
    image = st.fixed_dictionaries({"image": IMAGE_IDS})
    letters = {"size": st.integers(1, 1_000), "color": COLOUR, "weight": st.integers(100, 900)}
    text = st.fixed_dictionaries({"text": TEXTS, **letters})
    return st.builds(
        lambda drawn, more: Overlay(**drawn, **dict(more)),
        image | text,
        st.lists(said, max_size=6, unique_by=lambda pair: _AXES.get(pair[0], pair[0])),
    )


_AXES = {"left": "across", "right": "across", "top": "down", "bottom": "down"}


def _transforms(trims: st.SearchStrategy[Trim]) -> dict[str, st.SearchStrategy[Any]]:
    """Return the options that a base and an overlay share."""
    return {
        "fit": st.sampled_from(Fit),
        "gravity": gravities(),
        "zoom": hundredths(0, 100),
        "background": st.none() | COLOUR,
        "trim": trims,
        "flip": st.sampled_from(Flip),
        "rotate": st.sampled_from([0, 90, 180, 270]),
        "brightness": hundredths(1, 25_500),
        "contrast": hundredths(1, 25_500),
        "gamma": hundredths(1, 25_500),
        "saturation": hundredths(0, 25_500),
        "blur": hundredths(0, 25_000),
        "sharpen": hundredths(0, 1_000),
        "border": st.builds(Border, COLOUR, *[st.integers(0, 12_000)] * 4),
    }


def gravities() -> st.SearchStrategy[Gravity]:
    share = st.integers(0, Gravity.SCALE)
    points = st.builds(Gravity, share, share, st.sampled_from(Mode))
    return st.sampled_from([*SOUGHT.values(), *SIDES.values()]) | points


def hundredths(minimum: int, maximum: int) -> st.SearchStrategy[float]:
    return st.integers(minimum, maximum).map(lambda number: round(number / 100, 2))


def _trims() -> st.SearchStrategy[Trim]:
    shares = st.builds(Length, st.integers(1, Length.SCALE), st.just(True))
    length = st.builds(Length, st.integers(0, 12_000)) | shares
    search = st.builds(
        BorderSearch,
        is_on=st.just(True),
        color=st.none() | COLOUR,
        tolerance=CHANNEL,
        keep=st.integers(0, 12_000),
    )
    return st.just(Trim()) | st.builds(
        Trim,
        top=length,
        right=length,
        bottom=length,
        left=length,
        width=st.none() | length,
        height=st.none() | length,
        border=st.just(BorderSearch()) | search,
    )
