"""`images-render info`: facts as JSON."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from apps.imaging.cli import main
from tests import pictures
from tests.imaging.commanding import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a.jpg").write_bytes(pictures.photo_jpeg(60, 40, orientation=6))
    (tmp_path / "below" / "no suffix").write_bytes(pictures.transparent_png())
    (tmp_path / ".hidden" / "b.jpg").write_bytes(pictures.photo_jpeg(60, 40))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_it_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(folder / "a.jpg")]) == 0
    shown = capsys.readouterr().out
    facts = json.loads(shown)
    assert (facts["format"], facts["width"], facts["oriented_size"]) == ("jpeg", 40, [60, 40])
    assert len(shown.splitlines()) > 5


def test_a_placeholder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "drawn.svg").write_bytes(pictures.drawing_svg())
    assert main(["info", "--placeholder", str(folder / "a.jpg"), str(folder / "drawn.svg")]) == 0
    photo, drawing = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (photo["format"], drawing["format"]) == ("jpeg", "svg")
    assert 5 <= len(base64.b64decode(photo["placeholder"])) <= 25
    assert re.fullmatch("#[0-9a-f]{6}", photo["dominant_color"])
    assert (drawing["placeholder"], drawing["dominant_color"]) == (None, None)


def test_a_folder_is_a_line_for_each_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(folder)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["file"], each["format"]) for each in found] == [
        (str(folder / "a.jpg"), "jpeg"),
        (str(folder / "below" / "no suffix"), "png"),
    ]


def test_a_pattern_is_expanded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(folder / "**" / "*.jpg")]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(folder / "a.jpg")


def test_standard_input() -> None:
    done = run("info", "-", stdin=pictures.animation("GIF"))
    assert (done.returncode, done.stderr) == (0, b"")
    facts = json.loads(done.stdout)
    assert (facts["file"], facts["frames"]) == ("stdin", 5)


def test_one_bad_picture_does_not_hide_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, missing = folder / "notes.txt", folder / "missing.jpg"
    assert main(["info", str(bad), str(folder / "a.jpg"), str(missing)]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["format"] == "jpeg"
    assert told.err.splitlines() == [
        f"images-render: {bad}: The file is not an image",
        f"images-render: {missing}: No such file or directory",
    ]


def test_a_folder_without_pictures_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"images-render: {tmp_path} holds no pictures\n"


def test_a_renderer_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(folder / "a.jpg"), "--socket", str(folder / "nobody")]) == 3
    assert "The renderer is not running" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["info"], ["paint", "x"], ["info", "x", "--colour"]])
def test_wrong_usage_is_one_line(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(b"images-render: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("verb", ["info", "render", "explain", "optimise", "serve", "doctor"])
def test_help_has_examples_and_statuses(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([verb, "--help"])
    shown = capsys.readouterr().out
    assert f"images-render {verb} " in shown.partition("examples:")[2]
    assert "exit status:" in shown


def test_where_the_subject_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--focus", str(folder / "a.jpg")]) == 0
    x, y = json.loads(capsys.readouterr().out)["focus"]["eye"]
    assert 0 <= x <= 1
    assert 0 <= y <= 1


def test_a_drawing_has_no_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "card.svg").write_bytes(pictures.drawing_svg())
    assert main(["info", "--focus", str(tmp_path / "card.svg")]) == 0
    assert json.loads(capsys.readouterr().out)["focus"] is None
