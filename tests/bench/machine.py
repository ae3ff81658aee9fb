"""The machine, and what ran on it: the facts without which a figure means nothing."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path


def describe_machine() -> dict[str, str]:
    """Return the processor, the system and the versions of what we render with."""
    return {
        "processor": f"{_read_processor()}, {os.cpu_count()} processors",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "pyvips": version("pyvips"),
        "libvips": version("pyvips-binary"),
        "pillow": version("pillow"),
    }


def _read_processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
