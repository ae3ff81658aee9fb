"""pyvips in the asking process: thumbnail and save, with the settings our encoders use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

from tests.bench.contestants.contestant import (
    AVIF_QUALITY,
    JPEG_QUALITY,
    PNG_LEVEL,
    SIDE,
    WEBP_QUALITY,
    Contestant,
)


class Pyvips(Contestant):
    """What the manual advises: shrink while loading, one thread, no operation cache."""

    def __enter__(self) -> Self:
        os.environ["VIPS_CONCURRENCY"] = "1"  # read when libvips starts
        import pyvips  # here, so that no other contestant's process has it

        pyvips.cache_set_max(0)
        self._vips = pyvips
        return self

    def render(self, source: Path, format_name: str) -> bytes:
        is_roll = source.suffix == ".gif" and format_name == "webp"
        image = self._vips.Image.thumbnail(
            f"{source}[n=-1]" if is_roll else str(source), SIDE, height=SIDE, size="down", fail_on="truncated"
        )
        if image.interpretation == "cmyk" or image.get_typeof("icc-profile-data"):
            image = image.icc_transform("srgb", embedded=True, input_profile="cmyk")
        if format_name == "jpeg" and image.hasalpha():
            image = image.flatten(background=255)
        return bytes(self._save(image, format_name))

    def _save(self, image: Any, format_name: str) -> Any:
        if format_name == "jpeg":
            return image.jpegsave_buffer(Q=JPEG_QUALITY, optimize_coding=True, interlace=True, keep="none")
        if format_name == "webp":
            return image.webpsave_buffer(Q=WEBP_QUALITY, effort=2, keep="none")
        if format_name == "avif":
            return image.heifsave_buffer(
                compression="av1", Q=AVIF_QUALITY, effort=0, subsample_mode="on", bitdepth=8, keep="none"
            )
        return image.pngsave_buffer(compression=PNG_LEVEL, filter="all", keep="none")
