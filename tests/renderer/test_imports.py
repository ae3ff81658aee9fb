"""Imports: once the server is imported no picture of any kind imports anything more, and no thread runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.renderer.drawn import draw_every_kind
from tests.renderer.running import ROOT

PROGRAM = """
import io, sys
from pathlib import Path
from apps.imaging.cage import count_threads
from apps.imaging.errors import ImagingError
from apps.imaging.options.grammar import parse
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat
import apps.imaging.renderer.server
assert count_threads() == 1, count_threads()
from apps.imaging.render import inspect, render
preloaded = set(sys.modules)
for path in Path(sys.argv[1]).iterdir():
    picture = path.read_bytes()
    inspect(io.BytesIO(picture), Limits())
    for output in OutputFormat:
        if output.value == "svg":
            continue
        for options in ("w=20", "metadata=keep,background=red"):
            render(io.BytesIO(picture), parse(options), output, limits=Limits())
    for damaged in (picture[:60], picture[:-30], picture[:20] + b"x" * 99):
        try:
            inspect(io.BytesIO(damaged), Limits())
        except ImagingError:
            pass
print(*sorted(set(sys.modules) - preloaded))
"""


def test_it_works(tmp_path: Path) -> None:
    for name, picture in draw_every_kind().items():
        (tmp_path / name).write_bytes(picture)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout.split()) == (0, "", [])


def test_a_client_loads_no_decoder() -> None:
    program = (
        "import sys, apps.imaging.renderer.client, apps.imaging.renderer.async_client\n"
        "print(*sorted({'pyvips', 'PIL', 'pi_heif'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
