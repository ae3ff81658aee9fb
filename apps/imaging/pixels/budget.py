"""Budget: the best quality whose file has no more than so many bytes."""

from __future__ import annotations

from collections.abc import Callable


def encode_within(max_bytes: int, highest: int, encode: Callable[[int | None], bytes]) -> bytes:
    """Return a file of the best quality that fits, or the smallest that was made if none does.

    `encode` takes a quality, None for the recipe's own, which is tried first; then those below `highest` are
    halved, so that at most eight files are made, and always the same ones. A picture that is too heavy is
    better than none: no error is raised.
    """
    smallest = encode(None)
    if len(smallest) <= max_bytes:
        return smallest
    best, low, high = None, 1, highest - 1
    while low <= high:
        quality = (low + high) // 2
        data = encode(quality)
        smallest = min(smallest, data, key=len)
        if len(data) <= max_bytes:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best or smallest
