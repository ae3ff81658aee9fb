"""Everything a worker will ever import, imported: after the lock nothing can be read from disk any more."""

from __future__ import annotations

import gc
import importlib

# Imported by the standard library, Pillow or pyvips only when a picture first needs them; found by comparing
# sys.modules before and after rendering every format (tests/renderer/test_preload.py does so again).
_LAZY_MODULES = (
    "encodings.ascii",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_16",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "traceback",
    "linecache",
    "unicodedata",
    "xml.etree.ElementTree",
)


def import_everything() -> None:
    """Import the engine, every Pillow plugin and what they load lazily; render nothing, start no thread."""
    from PIL import Image

    from apps.imaging import render as _render  # noqa: F401 - imported for its effect: libvips is loaded

    Image.init()
    for name in _LAZY_MODULES:
        importlib.import_module(name)
    # What the parent has built is never collected again, so that workers keep sharing its pages.
    gc.collect()
    gc.freeze()
