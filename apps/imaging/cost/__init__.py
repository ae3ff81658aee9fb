"""Cost: what a picture will take in processor time and memory, told before anything of it is decoded.

    cost = searches (border, subject), then overlays, then the rendition:
           decoding (the source's header) + steps (the recipe and its plan) + encoding (format and size)

An overlay is a picture of its own, with searches, decoding and steps; its pixels are kept until it is drawn.

Plain arithmetic over facts: the same answer everywhere and always, so that it may decide what is stored under
a key; and what is larger never costs less. The figures were measured on one core with photos of 6, 24 and 100
megapixels (libvips 8.18.7); a slower machine takes longer in proportion. Memory is right to a fifth, time
mostly to a third: what a picture's pixels are like no header can tell.
"""

from apps.imaging.cost.figure import Cost
from apps.imaging.cost.work import estimate_encode, estimate_inspection, estimate_render

__all__ = ["Cost", "estimate_encode", "estimate_inspection", "estimate_render"]
