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
        [descriptor] = handover.descriptors
        assert (handover.lengths, handover.body) == ((None,), b"")
        assert descriptor != source.fileno()
        assert os.read(descriptor, 100) == b"a picture"
        assert source.read() == b"a picture"


def test_several_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source:
        with hand_over(b"one", source, io.BytesIO(b"three"), source) as handover:
            first, second = handover.descriptors
            assert (handover.body, handover.lengths) == (b"onethree", (3, None, 5, None))
            assert os.read(first, 100) == os.read(second, 100) == b"a picture", "each has its own offset"
        for descriptor in (first, second):
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)


def test_what_was_opened_is_closed_when_another_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    before = set(Path("/proc/self/fd").iterdir())
    closed = io.BytesIO()
    closed.close()
    with path.open("rb") as source, pytest.raises(ValueError, match="closed"), hand_over(source, closed):
        pass
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_it_is_closed_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source:
        with hand_over(source) as handover:
            [descriptor] = handover.descriptors
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_writable_file_is_passed_for_reading_only(tmp_path: Path) -> None:
    with (tmp_path / "upload").open("w+b") as source:
        source.write(b"a picture")
        with hand_over(source) as handover:
            [descriptor] = handover.descriptors
            assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
            assert os.read(descriptor, 100) == b"a picture"


def test_a_removed_file_is_still_passed(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"a picture")
    with path.open("rb") as source:
        path.unlink()
        with hand_over(source) as handover:
            [descriptor] = handover.descriptors
            assert os.read(descriptor, 100) == b"a picture"


def test_bytes_and_memory_go_as_bytes() -> None:
    memory = io.BytesIO(b"a picture")
    memory.seek(3)
    for source in (b"a picture", memory):
        with hand_over(source) as handover:
            assert (handover.descriptors, handover.body, handover.lengths) == ((), b"a picture", (9,))
    assert memory.tell() == 3
    with hand_over() as handover:
        assert (handover.descriptors, handover.body, handover.lengths) == ((), b"", ())


def test_a_socket_is_no_file() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as source, pytest.raises(OSError, match="seek"), hand_over(source):
        pass
