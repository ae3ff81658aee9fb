"""Recipes of every kind, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from apps.imaging.colour import Colour
from apps.imaging.recipe import AUTO, SIDES, Fit, Flip, FormatChoice, Gravity, Metadata, Recipe


def recipes() -> st.SearchStrategy[Recipe]:
    """Return any recipe the grammar can express."""
    channel = st.integers(0, 255)
    share = st.integers(0, Gravity.SCALE)
    return st.builds(
        Recipe,
        width=st.none() | st.integers(1, 12_000),
        height=st.none() | st.integers(1, 12_000),
        fit=st.sampled_from(Fit),
        gravity=st.sampled_from([AUTO, *SIDES.values()]) | st.builds(Gravity, share, share),
        dpr=hundredths(10, 300),
        quality=st.none() | st.integers(1, 100),
        format=st.sampled_from(FormatChoice),
        anim=st.booleans(),
        metadata=st.sampled_from(Metadata),
        background=st.none() | st.builds(Colour, channel, channel, channel, channel),
        flip=st.sampled_from(Flip),
        rotate=st.sampled_from([0, 90, 180, 270]),
        blur=hundredths(0, 25_000),
        sharpen=hundredths(0, 1_000),
    )


def hundredths(minimum: int, maximum: int) -> st.SearchStrategy[float]:
    return st.integers(minimum, maximum).map(lambda number: round(number / 100, 2))
