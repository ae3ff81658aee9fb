"""Running `images-render`: in this process, or as a program of its own where pipes and statuses matter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apps

ROOT = Path(apps.__file__).resolve().parents[1]


def run(
    *arguments: str | Path, stdin: bytes = b"", folder: Path = ROOT
) -> subprocess.CompletedProcess[bytes]:
    """Return what the program did, started in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "apps.imaging", *map(str, arguments)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        check=False,
    )
