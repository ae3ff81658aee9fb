"""A focal point on the wire: `{"x": 0.5, "y": 0.25}`, shares of the upright picture from its top left corner.

An extension. Whoever chooses one says what `gravity=auto` and `face` keep, whatever is found in the pixels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from apps.api.refusals import BadPart
from apps.images.sources import read_focal_points
from apps.imaging.geometry.focus import Area
from apps.imaging.recipe.gravity import Gravity

NAME = "focal_point"


class FocalPoint(serializers.Serializer[Any]):
    """A point to keep when a picture is cut; four decimals count."""

    example = {"x": 0.5, "y": 0.25}

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


def read_point(told: Mapping[str, float] | None) -> Area | None:
    """Return the place that checked shares mean, or None for none."""
    return None if told is None else Area(*(round(told[axis] * Gravity.SCALE) for axis in ("x", "y")))


def write_point(focal_points: str) -> dict[str, float] | None:
    """Return the shares of the point somebody chose, by an image's focal points as they are kept."""
    chosen = read_focal_points(focal_points).chosen
    return None if chosen is None else {"x": chosen.left / Gravity.SCALE, "y": chosen.top / Gravity.SCALE}


def pick_point(words: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return a form's point as a JSON body would have it, nothing if the form has none; raises BadPart.

    Its part is JSON; an empty one stands for null.
    """
    texts = words.get(NAME, ())
    if not texts:
        return {}
    if len(texts) > 1:
        raise BadPart(NAME, "may stand once in the form")
    try:
        return {NAME: json.loads(texts[0] or "null")}
    except (ValueError, RecursionError) as error:
        raise BadPart(NAME, 'must be JSON, such as {"x": 0.5, "y": 0.25}') from error
