"""Softening: a Gaussian blur whose cost does not grow with its radius.

A wide blur leaves nothing that a shrunk picture could not hold: from a deviation of 8 pixels on it is made
there. In full, a transparent picture of 6 megapixels took 55 s at the largest radius, an opaque one 0.9 s;
this way both take less than a second. The two differ by 41 to 54 dB of PSNR, nowhere by more than 6 levels.
"""

from __future__ import annotations

import math

import pyvips

# What is left to blur once the picture is shrunk, in its pixels: with less, the box would show.
_KEPT_SIGMA = 4
# libvips cuts a Gaussian off where it falls to a fifth, which takes this much of its variance.
_VARIANCE_KEPT = 0.689


def soften(image: pyvips.Image, sigma: float) -> pyvips.Image:
    """Return the image blurred by a deviation of `sigma` pixels; its edges are continued outwards."""
    factor = int(sigma / _KEPT_SIGMA)
    if factor < 2:
        return image.gaussblur(sigma)
    width, height = image.width, image.height
    whole = image.embed(0, 0, width + -width % factor, height + -height % factor, extend="copy")
    # The box of the shrinking has blurred a little already: variances add up.
    rest = math.sqrt(sigma**2 - (factor**2 - 1) / 12 / _VARIANCE_KEPT) / factor
    blurred = whole.shrink(factor, factor).gaussblur(rest)
    return blurred.resize(factor, kernel="cubic").crop(0, 0, width, height)
