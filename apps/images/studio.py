"""The studio that makes montages of strangers' pictures: the isolated renderer, asked step by step.

Nothing of a picture is decoded here. What is between two steps lies in a file without a name, whose
descriptor the renderer is handed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from django.conf import settings

from apps.images.renderer import make_client
from apps.imaging.errors import RendererTimeout
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.rendered import Rendered

# Sources were weighed as they came, and what is between two steps may weigh more. What moves is transformed
# whole: passed through as it is, it would lack what is drawn onto it.
_LIMITS = Limits(max_bytes=2**40, large_animation_pixels=Limits().max_animation_pixels)


@dataclass(frozen=True, slots=True)
class RendererStudio:
    """`due_at`, on the monotonic clock, is when no further step is begun: RendererTimeout is raised then."""

    due_at: float

    def render(
        self,
        source: BinaryIO,
        recipe: Recipe,
        output: OutputFormat,
        *,
        generation: Generation,
        overlays: Mapping[str, BinaryIO],
    ) -> Rendered:
        self._check_time()
        return make_client().render(
            source, recipe, output, limits=_LIMITS, generation=generation, overlays=overlays
        )

    def letter(self, text: Overlay) -> Rendered:
        self._check_time()
        return make_client().letter(text, limits=_LIMITS)

    def hold(self, data: bytes) -> BinaryIO:
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # compose() closes it
        file.write(data)
        file.flush()
        file.seek(0)
        return file

    def _check_time(self) -> None:
        if monotonic() >= self.due_at:
            raise RendererTimeout
