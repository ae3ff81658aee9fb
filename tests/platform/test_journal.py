"""The journal: whole lines with their speaker's name, however they arrive."""

from __future__ import annotations

import os
import selectors
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from images_platform.supervisor.journal import Journal, Speech


class Stage:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb")
        self.selector = selectors.DefaultSelector()
        reading, self.writing = os.pipe()
        journal = Journal(self.file.fileno(), ["web", "worker"])
        self.speech = Speech("web", reading, journal, self.selector)

    def say(self, data: bytes) -> None:
        os.write(self.writing, data)
        for key, _events in self.selector.select(1):
            key.data()

    @property
    def heard(self) -> str:
        return self.path.read_text()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path / "journal")
    yield stage
    stage.selector.close()
    stage.file.close()


def test_it_works(stage: Stage) -> None:
    stage.say(b"one\ntwo\n")
    assert stage.heard == "   web | one\n   web | two\n"
    os.close(stage.writing)
    stage.speech.close()


def test_a_line_in_pieces_is_one_line(stage: Stage) -> None:
    stage.say(b"on")
    assert stage.heard == ""
    stage.say(b"e\n")
    assert stage.heard == "   web | one\n"
    os.close(stage.writing)
    stage.speech.close()


def test_the_last_words_are_heard(stage: Stage) -> None:
    stage.say(b"no newline")
    os.close(stage.writing)
    stage.speech.close()
    assert stage.heard == "   web | no newline\n"


def test_it_closes_though_a_stray_child_holds_the_other_end(stage: Stage) -> None:
    stage.say(b"still here")
    stage.speech.close()
    assert stage.heard == "   web | still here\n"
    os.close(stage.writing)


def test_a_line_without_end_is_cut(stage: Stage) -> None:
    stage.say(b"x" * 20_000)
    assert stage.heard.startswith("   web | xxx")
    os.close(stage.writing)
    stage.speech.close()


def test_an_ended_part_is_not_watched_any_more(stage: Stage) -> None:
    is_watched: Callable[[], bool] = lambda: bool(stage.selector.get_map())  # noqa: E731  # read twice, once each way
    assert is_watched()
    os.close(stage.writing)
    for key, _events in stage.selector.select(1):
        key.data()
    assert not is_watched()
    stage.speech.close()
