"""SVG: drawings with everything removed that could act, load or identify; nothing is ever rasterised here.

What is kept is listed (`names`, `tokens`), what is not listed goes. The output is written anew from what was
understood, so that no other reader can understand more in it than we did.
"""

from __future__ import annotations

from apps.imaging.svg.sanitizer import sanitize

__all__ = ["sanitize"]
