"""`images-render explain`: what options mean for a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps.imaging.cli import main
from apps.imaging.pixels.pipeline import STEPS
from tests import pictures
from tests.imaging.commanding import run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.photo_jpeg(600, 400, orientation=6))
    return path


def explain(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, str]:
    """Return what is said, by label; what is said without one belongs to the label before."""
    assert main(["explain", *map(str, arguments)]) == 0
    said: dict[str, str] = {}
    label = ""
    for line in capsys.readouterr().out.splitlines():
        label = line[:9].strip() or label
        said[label] = said[label] + "\n" + line[10:] if label in said else line[10:]
    return said


def test_it_works(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = explain(capsys, photo, "h=100,w=100,fit=cover,blur=2")
    assert said["recipe"] == "blur=2,fit=cover,height=100,width=100"
    assert said["source"].startswith("jpeg, 400 × 600, orientation 6 (seen as 600 × 400), 8 bits")
    assert said["format"].startswith("jpeg, as the viewer names neither AVIF nor WebP")
    assert (said["resize"], said["turn"]) == ("to 100 × 150", "90° clockwise")
    assert (said["crop"], said["result"]) == ("to 100 × 100 at 25, 0", "100 × 100")
    assert re.fullmatch(r"\d+ ms of one core, \d+ MB of memory", said["predicted"])
    assert said["bytes"].endswith(" %)")


def test_the_steps_that_act_have_a_time(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split() for line in explain(capsys, photo, "w=100,blur=2")["steps"].splitlines()]
    assert [line[0] for line in lines] == ["decode_and_scale", *(step.__name__ for step in STEPS), "encode"]
    assert [line[0] for line in lines if line[-1] == "ms"] == ["decode_and_scale", "turn", "blur", "encode"]


def test_what_is_drawn_is_said(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logo = photo.with_name("logo.png")
    logo.write_bytes(pictures.transparent_png())
    options = (
        "w=300,draw.image=logo,draw.right=5,draw.opacity=0.5,draw.repeat=y,draw.2.text=Hi,draw.2.top=900"
    )
    said = explain(capsys, photo, options, "--draw", f"logo={logo}")
    assert said["draw"].splitlines() == [
        "1: the image logo, 60 × 200 at 235, 0, laid like tiles, 50% opaque",
        "2: the text 'Hi', beside the canvas",
    ]
    acting = [line.split()[0] for line in said["steps"].splitlines() if line.endswith("ms")]
    assert acting == ["make_layers", "decode_and_scale", "turn", "draw", "encode"]


@pytest.mark.parametrize(
    ("picture", "arguments", "expected"),
    [
        (
            pictures.transparent_png(),
            [],
            "png, as the viewer names neither AVIF nor WebP, and the picture may",
        ),
        (pictures.transparent_png(), ["--accept", "image/avif,image/webp"], "avif, as the viewer takes AVIF"),
        (pictures.transparent_png(), ["--accept", "image/webp"], "webp, as the viewer takes WebP, not AVIF"),
        (pictures.transparent_png(), ["f=jpeg"], "jpeg, as asked for"),
        (pictures.animation("GIF"), [], "gif, as the picture moves and the viewer takes no WebP"),
        (pictures.animation("GIF"), ["--accept", "image/webp"], "webp, as the picture moves"),
    ],
)
def test_why_the_format(
    tmp_path: Path, picture: bytes, arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(picture)
    assert explain(capsys, path, *arguments)["format"].startswith(expected)


def test_what_is_ignored_is_said(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = explain(capsys, photo, "widht=100,h=abc,background=rgb(1,2,3)")
    assert said["recipe"] == "background=010203"
    assert [line.split()[0] for line in said["ignored"].splitlines()] == ["widht=100", "h=abc"]


def test_a_caret_stands_below_what_is_wrong(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(photo), "h=20,width=99999,blur=2"]) == 2
    line, options, caret = capsys.readouterr().err.splitlines()
    assert line == "images-render: width must be between 1 and 12000 (at character 12)"
    assert options[caret.index("^") :] == "99999,blur=2"


def test_a_bad_picture(tmp_path: Path) -> None:
    done = run("explain", "-", "w=100", stdin=b"no picture")
    assert (done.returncode, done.stderr) == (1, b"images-render: stdin: The file is not an image\n")


def test_where_the_subject_is(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = explain(capsys, photo, "h=100,w=100,fit=cover,g=auto")
    assert said["subject"].startswith("the eye is drawn to 0.")
    assert "find_subject" in said["steps"]
    assert "subject" not in explain(capsys, photo, "w=100,g=auto")
