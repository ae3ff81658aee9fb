"""What a renderer can do is known without asking it."""

from __future__ import annotations

from pathlib import Path

from apps.imaging.faces.extra import is_installed
from apps.imaging.renderer.abilities import finds_faces, note_abilities
from tests.renderer.conftest import StartRenderer


def test_it_works(tmp_path: Path) -> None:
    socket_path = tmp_path / "socket"
    assert not finds_faces(socket_path)
    for expected in (True, True, False, False):
        note_abilities(socket_path, finds_faces=expected)
        assert finds_faces(str(socket_path)) is expected


def test_a_renderer_tells_and_its_word_outlives_it(start: StartRenderer, socket_path: Path) -> None:
    note_abilities(socket_path, finds_faces=not is_installed())  # another renderer's, from before
    renderer = start()
    assert finds_faces(socket_path) is is_installed()
    renderer.stop()
    assert finds_faces(socket_path) is is_installed()
