"""The command `images-render`, in this process and by a server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from apps.imaging.cli import main
from apps.imaging.faces.extra import is_installed
from tests.renderer.drawn import draw
from tests.renderer.running import CALLERS_ENVIRONMENT, ROOT, RunningRenderer


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw())
    return path


@pytest.fixture(params=["here", "by a server"])
def where(request: pytest.FixtureRequest, renderer: RunningRenderer) -> list[str]:
    return ["--socket", str(renderer.socket_path)] if request.param == "by a server" else []


def test_it_works(photo: Path, where: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = photo.with_suffix(".webp")
    assert main(["render", str(photo), "-o", str(out), "--options", "w=32", *where]) == 0
    with Image.open(io.BytesIO(out.read_bytes())) as picture:
        assert (picture.format, picture.size) == ("WEBP", (32, 24))
    assert "32 × 24" in capsys.readouterr().out


def test_info_is_json(photo: Path, where: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(photo), *where]) == 0
    info = json.loads(capsys.readouterr().out)
    assert (info["format"], info["width"], info["height"]) == ("jpeg", 64, 48)


def test_what_is_wrong_is_said(photo: Path, where: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    photo.write_bytes(b"no picture")
    assert main(["info", str(photo), *where]) == 1
    assert main(["info", str(photo.with_name("missing.jpg")), *where]) == 1
    assert main(["render", str(photo), "-o", "out.txt", *where]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("images-render: ") and len(line) > 20 for line in lines)


@pytest.mark.parametrize("options", [[], ["--socket"]], ids=["here", "by a server"])
def test_the_doctor_tells(renderer: RunningRenderer, options: list[str]) -> None:
    target = [*options, str(renderer.socket_path)] if options else []
    done = subprocess.run(
        [sys.executable, "-m", "apps.imaging", "doctor", *target],
        cwd=ROOT,
        env=CALLERS_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("cage in force")
    assert "refused   read a file by path" in done.stdout
    assert ("faces are found" in done.stdout) is is_installed()


def test_the_server_says_what_is_in_force(renderer: RunningRenderer) -> None:
    assert renderer.says("cage in force")
