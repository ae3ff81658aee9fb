"""Unchanged: what stands for "leave it as it is" where None is a value that can be given."""

from __future__ import annotations

from enum import Enum


class Unchanged(Enum):
    """Its one member is the default of such an argument."""

    UNCHANGED = "unchanged"
