"""The doctor: tries what is really there, and says what to do about what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from images_platform import examination
from images_platform.examination import EXAMINATIONS, Ailment


@pytest.mark.django_db
@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("name", [name for name in EXAMINATIONS if name != "worker"])
def test_it_works(name: str) -> None:
    assert EXAMINATIONS[name]()


def test_a_missing_worker_is_noticed() -> None:
    with pytest.raises(Ailment, match="none answers"):
        examination.examine_worker()


def test_a_missing_renderer_is_noticed(settings: Any, tmp_path: Path) -> None:
    settings.RENDERER_SOCKET = str(tmp_path / "none.sock")
    for examine in (examination.examine_cage, examination.examine_render):
        with pytest.raises(Ailment, match="not running") as caught:
            examine()
        assert "make up" in caught.value.advice


def test_a_renderer_with_one_lane_says_what_it_refuses(settings: Any, tmp_path: Path) -> None:
    assert "cheap and heavy" in examination.examine_lanes()
    settings.RENDERER_SOCKET = str(tmp_path / "none.sock")
    assert "cheap only: what takes more than 452 MB" in examination.examine_lanes()


def test_a_missing_broker_is_noticed(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock?db=0"
    with pytest.raises(Ailment, match="No such file"):
        examination.examine_broker()


def test_a_store_that_cannot_be_written_is_noticed(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings.STORAGES = settings.STORAGES | {
        "originals": settings.STORAGES["originals"] | {"OPTIONS": {"location": tmp_path / "file"}}
    }
    with pytest.raises(Ailment, match="originals: "):
        examination.examine_storage()


def test_a_package_of_another_version_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "version", lambda name: "0.0.1")
    with pytest.raises(Ailment, match=r"django 0\.0\.1"):
        examination.examine_versions()


@pytest.mark.django_db
@pytest.mark.usefixtures("stores")
def test_one_ailment_is_told_beside_all_that_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        call_command("doctor")
    assert caught.value.code == 1
    told = capsys.readouterr().out
    assert told.count("ok  ") == len(EXAMINATIONS) - 1
    assert "FAIL  worker    none answers: nothing is rendered ahead or swept\n" in told
    assert "→ `make up` runs everything." in told
