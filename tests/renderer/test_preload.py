"""The preload: after it no picture of any format makes Python import anything more, and no thread runs."""

from __future__ import annotations

import subprocess
import sys

from tests.renderer.running import ROOT

PROGRAM = """
import io, sys
from apps.imaging.cage import count_threads
from apps.imaging.preload import import_everything
import_everything()
before = set(sys.modules)
assert count_threads() == 1, count_threads()
from apps.imaging.errors import ImagingError
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.render import inspect, render
from tests.renderer.drawn import draw
asked = set(sys.modules)
for name in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"):
    inspect(io.BytesIO(draw(name)), Limits())
    for output in OutputFormat:
        render(io.BytesIO(draw(name)), Recipe(width=20), output, limits=Limits())
    for damaged in (draw(name)[:60], draw(name)[:20] + b"x" * 99):
        try:
            inspect(io.BytesIO(damaged), Limits())
        except ImagingError:
            pass
print(*sorted(set(sys.modules) - before - (asked - before)))
"""


def test_it_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout.split()) == (0, "", [])


def test_a_client_loads_no_decoder() -> None:
    program = (
        "import sys, apps.imaging.client, apps.imaging.aclient\n"
        "print(*sorted({'pyvips', 'PIL', 'pi_heif'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
