"""What libvips may open: the formats of ours, and none of the many others it knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from apps.imaging.pixels.loaders import find_open_loaders

ROOT = Path(__file__).resolve().parents[2]


def test_it_works() -> None:
    assert find_open_loaders() == ()


def test_an_open_loader_is_found() -> None:
    program = (
        "import pyvips\n"
        "from apps.imaging.pixels.loaders import find_open_loaders\n"
        "pyvips.operation_block_set('VipsForeignLoadSvgSource', False)\n"
        "pyvips.operation_block_set('VipsForeignLoadRaw', False)\n"
        "print(*find_open_loaders())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["VipsForeignLoadRaw", "VipsForeignLoadSvgSource"]
