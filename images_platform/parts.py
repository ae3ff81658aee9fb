"""The platform's own programs as parts: what `manage.py up` runs beside the embedded servers."""

from __future__ import annotations

import sys
from pathlib import Path

from apps.imaging.client import RendererClient
from apps.imaging.errors import RendererError
from images_platform.supervisor.part import NotReady, Part

ROOT = Path(__file__).resolve().parents[1]
_PYTHON = sys.executable


def make_renderer(socket: Path, *, workers: int = 2) -> Part:
    """The renderer, started with an empty environment: it decodes what strangers send."""

    def probe() -> None:
        try:
            RendererClient(socket, connect_seconds=1, total_seconds=5).probe()
        except RendererError as error:
            raise NotReady(str(error)) from error

    command = (_PYTHON, "-m", "apps.imaging", "serve", "--socket", str(socket), "--workers", str(workers))
    return Part(name="renderer", command=command, environment={}, folder=ROOT, probe=probe)
