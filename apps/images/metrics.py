"""How long renditions take to make, step by step, for Prometheus; in every process that makes some."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from prometheus_client import Histogram

from apps.imaging.recipe import OutputFormat

Stage: TypeAlias = Literal["open", "render", "store"]

RENDER_SECONDS = Histogram(
    "images_render_seconds",
    "Making a rendition: opening originals, the renderer's answer, keeping the file. Failures count too.",
    ["step", "format"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45),
)


@contextmanager
def measured(step: Stage, output: OutputFormat) -> Iterator[None]:
    started_at = time.perf_counter()
    try:
        yield
    finally:
        RENDER_SECONDS.labels(step, output.value).observe(time.perf_counter() - started_at)
