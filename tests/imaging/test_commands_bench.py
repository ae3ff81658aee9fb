"""`images-render bench`: how long renditions take."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from apps.imaging.cli import main
from tests import pictures
from tests.imaging.commanding import run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.photo_jpeg(300, 200))
    return path


def bench(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[list[str]]:
    """Return the lines of the table in words, without its headings."""
    assert main(["bench", *map(str, arguments)]) == 0
    first, headings, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith(str(arguments[0]))
    assert headings.split()[:2] == ["format", "where"]
    return [line.split() for line in lines]


def test_it_works(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = bench(capsys, photo, "w=100", "--rounds", "3")
    assert [line[:2] for line in lines] == [[each, "here"] for each in ("jpeg", "webp", "avif", "png")]
    for line in lines:
        p50, p95, ratio = map(float, line[2:5])
        assert 0 < p50 <= p95
        assert ratio == 1
        assert line[-3:] == ["100", "×", "67"]


def test_one_round_is_enough_and_formats_can_be_chosen(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = bench(capsys, photo, "--formats", "webp,jpeg", "--rounds", "1", "--small")
    assert [line[0] for line in lines] == ["webp", "jpeg"]
    assert lines[0][-3:] == ["300", "×", "200"]


def test_a_renderer_is_measured_beside_this_process(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = bench(
        capsys, photo, "w=100", "--formats", "jpeg", "--rounds", "3", "--socket", settings.RENDERER_SOCKET
    )
    assert [line[:2] for line in lines] == [["jpeg", "here"], ["jpeg", "renderer"]]
    here, there = lines
    assert here[-4:] == there[-4:]  # the same bytes
    assert float(here[4]) == 1
    assert float(there[4]) > 0


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["--formats", "jpg"], 2, "a format is one of jpeg, "),
        (["--rounds", "0"], 2, "must be at least 1"),
        (["w=99999"], 2, "width must be between 1 and 12000"),
        (["--socket", "/nowhere/at/all"], 3, "The renderer is not running"),
    ],
)
def test_refusals(photo: Path, arguments: list[str], status: int, complaint: str) -> None:
    done = run("bench", photo, *arguments)
    assert done.returncode == status
    assert complaint in done.stderr.decode()
    assert done.stdout == b""


def test_a_damaged_picture_does_not_hide_the_others(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "half.jpg").write_bytes(photo.read_bytes()[:2_000])
    assert main(["bench", str(tmp_path), "w=50", "--formats", "jpeg", "--rounds", "1"]) == 1
    said = capsys.readouterr()
    assert "half.jpg" in said.err
    assert "photo.jpg" in said.out
