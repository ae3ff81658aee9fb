"""`images-render render`: renditions of one picture or of many."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from apps.imaging.cli import main
from tests import pictures
from tests.imaging.commanding import run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.photo_jpeg(60, 40))
    return path


def look(path: Path) -> tuple[str | None, tuple[int, int]]:
    with Image.open(path) as picture:
        return picture.format, picture.size


def test_it_works(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = photo.with_name("out.webp")
    assert main(["render", str(photo), "w=30", "-o", str(out)]) == 0
    assert look(out) == ("WEBP", (30, 20))
    assert capsys.readouterr().out.startswith(f"{out}: 30 × 20, ")


def test_pipes() -> None:
    done = run("render", "-", "w=30", "-o", "-", "--format", "png", stdin=pictures.photo_jpeg(60, 40))
    assert (done.returncode, done.stderr) == (0, b"")
    with Image.open(io.BytesIO(done.stdout)) as picture:
        assert (picture.format, picture.size) == ("PNG", (30, 20))


def test_without_options(photo: Path) -> None:
    assert main(["render", str(photo), "-o", str(photo.with_name("out.png"))]) == 0
    assert look(photo.with_name("out.png")) == ("PNG", (60, 40))


@pytest.mark.parametrize(
    ("options", "accept", "expected"),
    [
        ("w=30", "", "photo-30.jpg"),
        ("w=30", "image/avif,image/webp", "photo-30.avif"),
        ("w=30", "image/webp", "photo-30.webp"),
        ("w=30,f=png", "image/webp", "photo-30.png"),
    ],
)
def test_the_format_is_chosen(photo: Path, options: str, accept: str, expected: str) -> None:
    out = str(photo.with_name("{stem}-{width}.{ext}"))
    assert main(["render", str(photo), options, "-o", out, "--accept", accept]) == 0
    assert photo.with_name(expected).exists()


def test_a_folder_keeps_its_shape(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also in processes of their own, and whatever fails."""
    (photo.parent / "below").mkdir()
    for number in range(3):
        (photo.parent / "below" / f"{number}.png").write_bytes(pictures.transparent_png())
    bad = photo.parent / "below" / "bad.jpg"
    bad.write_bytes(pictures.photo_jpeg()[:5_000])
    out = photo.parent.parent / f"{photo.parent.name}-out"
    assert main(["render", str(photo.parent), "w=30", "-o", f"{out}/", "-j", "2"]) == 1
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == [
        *("below/0.png", "below/1.png", "below/2.png"),
        "photo.jpg",
    ]
    told = capsys.readouterr()
    assert told.err == f"images-render: {bad}: The image is incomplete: its end is missing\n"
    assert len(told.out.splitlines()) == 4


def test_a_file_that_exists_is_no_options_text(photo: Path) -> None:
    odd = photo.with_name("w=1.jpg")
    odd.write_bytes(photo.read_bytes())
    out = str(photo.with_name("{stem}-out.webp"))
    assert main(["render", str(photo), str(odd), "-o", out]) == 0
    assert look(photo.with_name("w=1-out.webp")) == ("WEBP", (60, 40))


def test_what_is_drawn_is_named(photo: Path) -> None:
    """On several pictures at once too, in processes of their own."""
    (photo.parent / "a=b.png").write_bytes(pictures.encode(Image.new("RGB", (20, 20), "red"), "PNG"))
    pictures_folder = photo.parent / "pictures"
    pictures_folder.mkdir()
    for number in range(2):
        (pictures_folder / f"{number}.jpg").write_bytes(photo.read_bytes())
    logo = f"logo={photo.parent / 'a=b.png'}"
    out = str(photo.parent / "{stem}-out.png")
    assert (
        main(["render", str(pictures_folder), "draw.image=logo", "--draw", logo, "-o", out, "-j", "2"]) == 0
    )
    for number in range(2):
        with Image.open(photo.parent / f"{number}-out.png") as picture:
            assert picture.getpixel((30, 20)) == pictures.RED


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["w=0", "-o", "out.webp"], "width must be between 1 and 12000 (at character 3)"),
        (["-o", "out.txt"], ".txt is no format that can be written"),
        (["f=png", "-o", "out.webp"], "the options, --format and OUT ask for png and webp at once"),
        (["-o", "{size}.webp"], "{size} is no field of OUT"),
        (
            ["draw.image=a", "-o", "out.webp"],
            "the options draw the image a: name its file with --draw a=FILE",
        ),
        (["--draw", "a={other}", "-o", "out.webp"], "other.jpg: the options draw no such image"),
        (["draw.image=a", "--draw", "a=b.png", "-o", "out.webp"], "--draw a=b.png: there is no such file"),
        (["{other}", "-o", "out.webp"], "would both go to out.webp; {name} or {path} tells them apart"),
        (["-", "-o", "{stem}.webp"], "- (standard input) cannot be one of several inputs"),
    ],
)
def test_wrong_usage(
    photo: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = photo.with_name("other.jpg")
    other.write_bytes(photo.read_bytes())
    words = [word.replace("{other}", str(other)) for word in arguments]
    assert main(["render", str(photo), *words]) == 2
    told = capsys.readouterr().err
    assert told.startswith("images-render: ")
    assert sentence in told
    assert told.count("\n") == 1


def test_what_fails_leaves_the_old_file(photo: Path) -> None:
    out = photo.with_name("out.webp")
    out.write_bytes(b"old")
    photo.write_bytes(b"no picture")
    assert main(["render", str(photo), "-o", str(out)]) == 1
    assert out.read_bytes() == b"old"
    assert sorted(path.name for path in photo.parent.iterdir()) == ["out.webp", "photo.jpg"]


def test_nobody_at_the_socket_is_said_once(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        photo.with_name(f"{number}.jpg").write_bytes(photo.read_bytes())
    out = str(photo.with_name("{stem}-out.webp"))
    where = ["--socket", str(photo.with_name("nobody"))]
    assert main(["render", str(photo.parent), "-o", out, *where]) == 3
    assert capsys.readouterr().err.count("\n") == 1
