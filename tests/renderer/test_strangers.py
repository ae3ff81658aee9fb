"""Strangers on both ends of the socket: clients that misbehave, and a renderer that has been taken over."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.imaging.errors import BadReply, ImagingError, RendererCrashed, RendererTimeout
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.wire.frames import GREETING, encode_head
from apps.imaging.renderer.wire.requests import Request, Verb, write_request
from tests.renderer.conftest import StartRenderer
from tests.renderer.drawn import draw, draw_noise
from tests.renderer.running import RunningRenderer, wait_until

LIMITS = Limits()
INSPECT = encode_head(write_request(Request(verb=Verb.INSPECT, sources=(None,))))


def call(renderer: RunningRenderer, data: bytes, descriptors: tuple[int, ...] = ()) -> bytes:
    """Send raw bytes and return everything that comes back before the line is closed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(renderer.socket_path))
        socket.send_fds(connection, [data], list(descriptors))
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:  # it closed without reading all of it
            pass
        return received


def assert_it_works(renderer: RunningRenderer) -> None:
    assert renderer.client().inspect(draw(), limits=LIMITS).width == 64


def count_descriptors(renderer: RunningRenderer) -> dict[int, int]:
    """Count the files and pipes that each worker holds open; connections come and go."""
    return {pid: sum(map(is_kept, Path(f"/proc/{pid}/fd").iterdir())) for pid in renderer.workers()}


def is_kept(descriptor: Path) -> bool:
    try:
        return not str(descriptor.readlink()).startswith("socket:")
    except FileNotFoundError:  # closed since it was listed
        return False


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\0" * 100,
        os.urandom(100_000),
        struct.pack(">II", 2**31, 0),
        struct.pack(">II", 2, 2**31) + b"{}",
        struct.pack(">II", 100, 0) + b"{",
        b"\0",
    ],
    ids=["http", "zeros", "noise", "long header", "long body", "cut off", "one byte"],
)
def test_garbage_gets_no_answer_and_costs_no_worker(renderer: RunningRenderer, data: bytes) -> None:
    before = renderer.workers()
    assert call(renderer, data) in (b"", GREETING)
    assert_it_works(renderer)
    assert renderer.workers() == before


@pytest.mark.parametrize("header", [{}, {"verb": "probe"}, {"verb": "render", "options": "w=1"}])
def test_a_frame_that_is_no_request_is_told_so(renderer: RunningRenderer, header: dict[str, str]) -> None:
    assert b"bad_request" in call(renderer, encode_head(header))


def test_descriptors_that_are_no_files(renderer: RunningRenderer, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        for descriptor in (reading, folder):
            assert b"bad_request" in call(renderer, INSPECT, (descriptor,))
    finally:
        for descriptor in (reading, writing, folder):
            os.close(descriptor)
    assert_it_works(renderer)


def test_more_descriptors_than_asked_for(renderer: RunningRenderer, tmp_path: Path) -> None:
    before = count_descriptors(renderer)
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw())
    with path.open("rb") as file:
        for count in (2, 7, 8, 200):
            assert b"bad_request" in call(renderer, INSPECT, (file.fileno(),) * count)
    assert_it_works(renderer)
    wait_until(lambda: count_descriptors(renderer) == before)  # the last connection is closed, too


def test_a_slow_client_does_not_pin_a_worker(start: StartRenderer) -> None:
    renderer = start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as slow:
        slow.connect(str(renderer.socket_path))
        slow.sendall(INSPECT[:5])
        slow.settimeout(30)
        assert slow.recv(1) == GREETING
        assert_it_works(renderer)  # as soon as the worker has given the slow one up
        assert slow.recv(1) == b""


def test_a_client_that_leaves_is_not_rendered_for(start: StartRenderer, tmp_path: Path) -> None:
    renderer = start()
    path = tmp_path / "noise.jpg"
    path.write_bytes(draw_noise())
    slow = Request(Verb.RENDER, LIMITS, Recipe(width=1600), OutputFormat.AVIF, Generation.SMALL, (None,))
    renderer.signal_workers(signal.SIGSTOP)
    with path.open("rb") as file:
        for _ in range(5):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as leaving:
                leaving.connect(str(renderer.socket_path))
                socket.send_fds(leaving, [encode_head(write_request(slow))], [file.fileno()])
    renderer.signal_workers(signal.SIGCONT)
    assert_it_works(renderer)
    assert renderer.busy_workers() == set()


def test_a_client_that_does_not_read(start: StartRenderer) -> None:
    renderer = start()
    body = draw("PNG", (2000, 1500))
    request = Request(Verb.RENDER, recipe=Recipe(width=2000), output=OutputFormat.PNG, sources=(len(body),))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
        deaf.connect(str(renderer.socket_path))
        deaf.sendall(encode_head(write_request(request), body_length=len(body)) + body)
        started = time.monotonic()
        assert renderer.client(total_seconds=60).inspect(draw(), limits=LIMITS).width == 64
        assert time.monotonic() - started < 45


@contextmanager
def impostor(path: Path, behave: Callable[[socket.socket], None]) -> Iterator[RendererClient]:
    """Listen where a renderer should, and behave like a worker that a picture has taken over."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                behave(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield RendererClient(path, total_seconds=2)
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


WEBP = {"width": 64, "height": 48, "frames": 1}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", RendererCrashed),
        (b"\x02", RendererCrashed),
        (GREETING, RendererCrashed),
        (GREETING + b"\0\0", RendererCrashed),
        (GREETING + struct.pack(">II", 2**31, 0), BadReply),
        (GREETING + struct.pack(">II", 2, 2**32 - 1) + b"{}", BadReply),
        (GREETING + struct.pack(">II", 2, 0) + b"[]", BadReply),
        (GREETING + encode_head({"fault": "made_up"}), BadReply),
        (GREETING + encode_head(WEBP, body_length=8) + b"<script>", BadReply),
        (GREETING + encode_head(WEBP, body_length=100) + b"RIFF", RendererCrashed),
        (GREETING + encode_head({"fault": "crashed"}), RendererCrashed),
    ],
)
def test_an_answer_is_not_believed(socket_path: Path, answer: bytes, error: type[ImagingError]) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with impostor(socket_path, behave) as client, pytest.raises(error) as caught:
        client.render(draw(), Recipe(), OutputFormat.WEBP, limits=LIMITS)
    assert type(caught.value) is error


def test_an_answer_that_drips_is_cut_off(socket_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        try:
            while True:
                time.sleep(0.05)
                connection.sendall(b"\0")
        except OSError:
            pass

    with impostor(socket_path, behave) as client, pytest.raises((RendererTimeout, BadReply)):
        client.inspect(draw(), limits=LIMITS)


def test_a_descriptor_in_an_answer_is_not_taken(socket_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        for _ in range(4):
            socket.send_fds(connection, [GREETING], [0, 1, 2])

    before = len(list(Path("/proc/self/fd").iterdir()))
    with impostor(socket_path, behave) as client, pytest.raises(ImagingError):
        client.inspect(draw(), limits=LIMITS)
    wait_until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before)
