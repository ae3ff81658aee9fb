"""What the tests of embedded servers need: a run's folder, and a way to run one part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from images_platform.embedded.run_folder import make_run_folder, remove_run_folder
from images_platform.supervisor.part import Part
from images_platform.supervisor.process import Process

RunPart = Callable[[Part], AbstractContextManager[Process]]


@pytest.fixture
def run_folder() -> Iterator[Path]:
    folder = make_run_folder()
    yield folder
    remove_run_folder(folder)


@pytest.fixture
def run_part(tmp_path: Path) -> RunPart:
    @contextmanager
    def run(part: Part) -> Iterator[Process]:
        with (tmp_path / f"{part.name}.log").open("ab") as log:
            process = Process(part, log)
            try:
                process.wait_until_ready()
                yield process
            finally:
                process.stop()

    return run
