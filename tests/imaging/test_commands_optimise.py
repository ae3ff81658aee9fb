"""`images-render optimise`: files get smaller where they lie, and nothing else happens to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from apps.imaging.cli import main
from apps.imaging.commands.journal import JOURNAL_NAME, keep_journal
from apps.imaging.commands.replacing import is_leftover
from tests import pictures
from tests.imaging.commanding import ROOT
from tests.imaging.looking import distance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One of each kind, in two folders."""
    (tmp_path / "below").mkdir()
    photo = pictures.draw_photo(300, 200)
    files = {
        "telling.jpg": pictures.telling_jpeg(),
        "photo.jpg": pictures.photo_jpeg(300, 200, orientation=6),
        "below/profile.png": pictures.encode(photo, "PNG", icc_profile=pictures.swapped_profile()),
        "below/loose.webp": pictures.encode(
            photo, "WEBP", lossless=True, method=0, exif=pictures.make_exif(6)
        ),
        "moving.gif": pictures.animation("GIF", comment=b"said " * 99),
        "phone.heic": pictures.heic(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read_all(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}


def see(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return ImageOps.exif_transpose(picture.convert("RGB") if picture.mode == "P" else picture)


def test_it_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, seen = read_all(folder), {path: see(path) for path in folder.rglob("*.*g")}
    assert main(["optimise", str(folder)]) == 0
    after = read_all(folder)
    smaller = {path.name for path in before if len(after[path]) < len(before[path])}
    assert smaller == {"telling.jpg", "profile.png", "loose.webp", "moving.gif"}
    assert all(after[path] == before[path] for path in before if path.name not in smaller)
    assert all(see(path).tobytes() == picture.tobytes() for path, picture in seen.items())
    assert pictures.CANARY not in after[folder / "telling.jpg"]
    lines = capsys.readouterr().out.splitlines()
    total = sum(map(len, before.values())), sum(map(len, after.values()))
    assert lines[-1].startswith(f"4 of 6 files were made smaller: {total[0]:,} → {total[1]:,} bytes, ")
    assert f"{folder / 'phone.heic'}: stays, HEIC is not written" in lines


def test_lossy_is_smaller_and_looks_the_same(folder: Path) -> None:
    path = folder / "photo.jpg"
    size, seen = path.stat().st_size, see(path)
    assert main(["optimise", "--lossy", str(folder)]) == 0
    assert path.stat().st_size < size * 0.8
    assert see(path).size == (300, 200)
    assert distance(see(path), seen) < 4


def test_a_dry_run_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_all(folder)
    assert main(["optimise", "-n", str(folder)]) == 0
    assert read_all(folder) == before
    assert not (folder / JOURNAL_NAME).exists()
    dry = capsys.readouterr().out.splitlines()
    assert "4 of 6 files would be made smaller" in dry[-1]
    assert main(["optimise", str(folder)]) == 0
    assert sorted(capsys.readouterr().out.splitlines()[:-1]) == sorted(dry[:-1])


def test_mode_and_times_stay_and_nothing_is_left_behind(folder: Path) -> None:
    path = folder / "telling.jpg"
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18 + 7))
    before = path.stat()
    assert main(["optimise", str(path)]) == 0
    after = path.stat()
    assert after.st_size < before.st_size
    assert after.st_ino != before.st_ino, "written in place: a reader could see half of it"
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert not any(path.name.startswith(".") for path in folder.iterdir())


def test_a_second_run_does_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimise", "--lossy", str(folder)]) == 0
    done = read_all(folder)
    (folder / "photo.jpg").rename(folder / "renamed.jpg")
    capsys.readouterr()
    assert main(["optimise", "--lossy", str(folder)]) == 0
    assert main(["optimise", str(folder)]) == 0
    assert sorted(read_all(folder).values()) == sorted(done.values())
    assert all(line.startswith("0 of 6 files") for line in capsys.readouterr().out.splitlines())


def test_lossless_work_can_still_be_made_lossy(folder: Path) -> None:
    assert main(["optimise", str(folder)]) == 0
    size = (folder / "photo.jpg").stat().st_size
    assert main(["optimise", "--lossy", str(folder)]) == 0
    assert (folder / "photo.jpg").stat().st_size < size


def test_a_run_that_was_killed_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is the old one or the new one at any time, and what is done stays done."""
    for number in range(12):
        photo = pictures.encode(pictures.draw_photo(160 + number, 120), "PNG")
        (folder / f"{number:02}.png").write_bytes(photo)
    seen = {path: see(path).tobytes() for path in folder.glob("*.png")}
    program = [sys.executable, "-m", "apps.imaging", "optimise", "-j", "1", str(folder)]
    running = subprocess.Popen(
        program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert running.stdout is not None
    running.stdout.readline()
    running.stdout.readline()
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()
    time.sleep(0.1)  # the lock goes with the last process
    left = folder / ".00.png.0.images-render-new"
    left.write_bytes(b"half of")
    assert is_leftover(left)
    assert {path: see(path).tobytes() for path in seen} == seen
    done = (folder / JOURNAL_NAME).read_text().split()[1::2]
    assert 1 <= len(done) < 18

    assert main(["optimise", str(folder)]) == 0
    assert {path: see(path).tobytes() for path in seen} == seen
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 1 + 18
    assert not any(is_leftover(path) for path in folder.iterdir())


def test_one_run_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with keep_journal(folder):
        assert main(["optimise", str(folder)]) == 2
    assert capsys.readouterr().err == f"images-render: another optimise is at work in {folder}\n"


def test_a_torn_journal_is_read_as_far_as_it_goes(folder: Path) -> None:
    assert main(["optimise", str(folder)]) == 0
    journal = folder / JOURNAL_NAME
    lines = journal.read_text()
    journal.write_text(lines[: len(lines) - 20])
    assert main(["optimise", str(folder)]) == 0
    assert set(journal.read_text().split()) >= set(lines.split())


def test_a_damaged_picture_stays_and_is_told_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "telling.jpg"
    path.write_bytes(pictures.photo_jpeg()[:9_000])
    before = path.read_bytes()
    assert main(["optimise", str(folder), "-q"]) == 1
    assert path.read_bytes() == before
    told = capsys.readouterr()
    assert (told.out, told.err) == (
        "",
        f"images-render: {path}: The image is incomplete: its end is missing\n",
    )


def test_what_cannot_be_kept_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moving, twin = tmp_path / "moving.avif", tmp_path / "twin.jpg"
    moving.write_bytes(pictures.animation("AVIF"))
    twin.write_bytes(pictures.telling_jpeg())
    os.link(twin, tmp_path / "other.jpg")
    assert main(["optimise", "--lossy", str(moving), str(twin)]) == 0
    said = capsys.readouterr().out
    assert f"{moving}: stays, its animation could not be kept" in said
    assert f"{twin}: stays, it has another name" in said
    assert twin.samefile(tmp_path / "other.jpg")


def test_a_link_is_followed_and_stays_one(folder: Path) -> None:
    link = folder / "link.jpg"
    link.symlink_to("telling.jpg")
    size = (folder / "telling.jpg").stat().st_size
    assert main(["optimise", str(link)]) == 0
    assert link.is_symlink()
    assert (folder / "telling.jpg").stat().st_size < size


def test_a_pipe_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimise", "-"]) == 2
    assert "for a pipe there is render" in capsys.readouterr().err
