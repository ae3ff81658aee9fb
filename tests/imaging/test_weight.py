"""Who only asks a renderer never loads a decoder, and who decodes has loaded everything beforehand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from apps.imaging.faces.extra import is_installed

ROOT = Path(__file__).resolve().parents[2]
DECODERS = "{'pyvips', 'PIL', 'pi_heif', 'numpy'}"


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "module",
    [
        "",
        ".options.grammar",
        ".negotiate",
        ".pixels.encoders",
        ".rendered",
        ".source",
        ".headers",
        ".limits",
        ".renderer.client",
        ".renderer.async_client",
    ],
)
def test_light_modules(module: str) -> None:
    assert run(f"import sys, apps.imaging{module}; print({DECODERS} & set(sys.modules))") == "set()"


def test_the_engine_brings_everything_and_numpy_for_faces_only() -> None:
    loaded = run(f"import sys, apps.imaging.render; print(sorted({DECODERS} & set(sys.modules)))")
    extra = ["numpy"] if is_installed() else []
    assert loaded == str(["PIL", *extra, "pi_heif", "pyvips"])


def test_untrusted_loaders_are_blocked() -> None:
    program = """
import apps.imaging.pixels.engine, pyvips
def is_opened():
    try:
        pyvips.Image.new_from_buffer(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "")
    except pyvips.Error:
        return False
    return True
before = is_opened()
pyvips.block_untrusted_set(False)
print(before, is_opened())
"""
    assert run(program) == "False True"


def test_one_thread_per_picture() -> None:
    program = """
import apps.imaging.render, pyvips
print(pyvips.vips_lib.vips_concurrency_get())
"""
    assert run(program) == "1"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_importing_starts_no_thread() -> None:
    assert run("import os, apps.imaging.render; print(len(os.listdir('/proc/self/task')))") == "1"
