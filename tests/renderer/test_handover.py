"""The handover: a file goes as a descriptor of its own that can only read, everything else as bytes."""

from __future__ import annotations

import fcntl
import io
import os
import socket
from pathlib import Path

import pytest

from apps.imaging.renderer.handover import hand_over


def test_it_works(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source, hand_over(source) as handover:
        assert handover.descriptor is not None
        assert handover.descriptor != source.fileno()
        assert os.read(handover.descriptor, 100) == b"a picture"
        assert source.read() == b"a picture"


def test_it_is_closed_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source:
        with hand_over(source) as handover:
            descriptor = handover.descriptor
        assert descriptor is not None
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_writable_file_is_passed_for_reading_only(tmp_path: Path) -> None:
    with (tmp_path / "upload").open("w+b") as source:
        source.write(b"a picture")
        with hand_over(source) as handover:
            assert handover.descriptor is not None
            assert fcntl.fcntl(handover.descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
            assert os.read(handover.descriptor, 100) == b"a picture"


def test_a_removed_file_is_still_passed(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source:
        path.unlink()
        with hand_over(source) as handover:
            assert handover.descriptor is not None
            assert os.read(handover.descriptor, 100) == b"a picture"


def test_bytes_and_memory_go_as_bytes() -> None:
    memory = io.BytesIO(b"a picture")
    memory.seek(3)
    for source in (b"a picture", memory):
        with hand_over(source) as handover:
            assert (handover.descriptor, handover.body) == (None, b"a picture")
    assert memory.tell() == 3
    with hand_over(None) as handover:
        assert (handover.descriptor, handover.body) == (None, b"")


def test_a_socket_is_no_file() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as source, pytest.raises(OSError, match="seek"), hand_over(source):
        pass
