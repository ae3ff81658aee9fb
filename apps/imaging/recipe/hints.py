"""Hints: what a browser tells of its screen and its connection, and what a recipe then comes to.

Pure, and with plain values: which headers they were read from is the business of who serves. A recipe that
nobody resolved is rendered all the same: `width=auto` leaves the width open, and the quality is the usual.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from apps.imaging.recipe import AutoWidth, Recipe
from apps.imaging.recipe.faces import forget_faces

_SLOW_TYPES = frozenset({"slow-2g", "2g", "3g"})
_SLOW_RTT_MS = 150
_SLOW_DOWNLINK_MBPS = 5
_OF_WIDTH = ("wbreakpoints", "wmobile", "wdesktop")
_DEFAULTS: dict[str, Any] = {entry.name: entry.default for entry in fields(Recipe)}


class Topic(Enum):
    """What hints can be about."""

    SCREEN = "screen"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Hints:
    """What one browser tells; the defaults stand for one that tells nothing.

    viewport_width: in CSS pixels; None where it says none. dpr: of the screen.
    """

    viewport_width: int | None = None
    dpr: float = 1.0
    is_mobile: bool = False
    is_slow: bool = False


NO_HINTS = Hints()


def find_topics(recipe: Recipe) -> tuple[Topic, ...]:
    """Return what a recipe wants to be told before it can be followed; nothing for most."""
    topics = []
    if recipe.width is AutoWidth.AUTO:
        topics.append(Topic.SCREEN)
    if recipe.slow_connection_quality is not None:
        topics.append(Topic.CONNECTION)
    return tuple(topics)


def resolve(recipe: Recipe, hints: Hints) -> Recipe:
    """Return the recipe as it is for that browser, with nothing left open."""
    if not find_topics(recipe):
        return recipe
    wide = resolve_width(
        recipe, viewport_width=hints.viewport_width, dpr=hints.dpr, is_mobile=hints.is_mobile
    )
    return resolve_quality(wide, is_slow=hints.is_slow)


def list_resolved(recipe: Recipe) -> tuple[Recipe, ...]:
    """Return every recipe that hints can make of one, and each without faces; itself alone for most."""
    topics = find_topics(recipe)
    if not topics:
        return tuple(dict.fromkeys((recipe, forget_faces(recipe))))
    speeds = (False, True) if Topic.CONNECTION in topics else (False,)
    screens = [Hints(), Hints(is_mobile=True), *(Hints(viewport_width=each) for each in recipe.wbreakpoints)]
    if Topic.SCREEN not in topics:
        screens = [Hints()]
    found = [resolve(recipe, replace(screen, is_slow=is_slow)) for screen in screens for is_slow in speeds]
    return tuple(dict.fromkeys([*found, *map(forget_faces, found)]))


def resolve_width(
    recipe: Recipe, *, viewport_width: int | None = None, dpr: float = 1.0, is_mobile: bool = False
) -> Recipe:
    """Return the recipe with a width in pixels instead of `auto`.

    The smallest breakpoint that fills the viewport, which is in CSS pixels, at the screen's `dpr`; the
    largest where none does. Without a viewport's width, what the recipe has for phones or for desktops.
    """
    width = recipe.width
    if width is AutoWidth.AUTO:
        if viewport_width is None:
            width = recipe.wmobile if is_mobile else recipe.wdesktop
        else:
            enough = [each for each in recipe.wbreakpoints if each >= viewport_width * dpr]
            width = min(enough, default=max(recipe.wbreakpoints))
    # What has been used up is taken out, so that equal results have equal fingerprints.
    return replace(recipe, width=width, **{name: _DEFAULTS[name] for name in _OF_WIDTH})


def resolve_quality(recipe: Recipe, *, is_slow: bool) -> Recipe:
    """Return the recipe with the quality it has for a connection of that kind."""
    slow = recipe.slow_connection_quality
    quality = slow if is_slow and slow is not None else recipe.quality
    return replace(recipe, quality=quality, slow_connection_quality=None)


def is_slow_connection(
    *,
    rtt_ms: float | None = None,
    downlink_mbps: float | None = None,
    effective_type: str | None = None,
    saves_data: bool = False,
) -> bool:
    """Whether any of the hints that were given tells of a slow connection (catalogue §4.7)."""
    return (
        saves_data
        or effective_type in _SLOW_TYPES
        or (rtt_ms is not None and rtt_ms > _SLOW_RTT_MS)
        or (downlink_mbps is not None and downlink_mbps < _SLOW_DOWNLINK_MBPS)
    )
