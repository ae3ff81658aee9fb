"""The lease: notices reach the parent, which can answer for a worker; and what a hijacked one might send."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.imaging.errors import RendererTimeout
from apps.imaging.renderer.lease import Lease, Notice, hear, tell
from apps.imaging.renderer.wire.faults import raise_fault, write_fault
from apps.imaging.renderer.wire.frames import FrameDecoder
from tests.renderer.running import ROOT

Pair = tuple[socket.socket, socket.socket]


def make_pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    for end in (one, other):
        end.setblocking(False)
    with one, other:
        yield one, other


line = pytest.fixture(make_pair, name="line")
call = pytest.fixture(make_pair, name="call")


def test_it_works(line: Pair, call: Pair) -> None:
    parent, worker = line
    client, connection = call
    tell(worker, Notice.ACCEPTED, connection)
    connection.close()
    notice, duplicate = hear(parent)
    assert notice is Notice.ACCEPTED
    lease = Lease(duplicate)
    lease.answer(write_fault(RendererTimeout()))
    decoder = FrameDecoder()
    while space := decoder.space():
        decoder.advance(client.recv_into(space))
    with pytest.raises(RendererTimeout):
        raise_fault(decoder.frame().header)
    assert client.recv(1) == b""


def test_notices_come_one_by_one(line: Pair, call: Pair) -> None:
    parent, worker = line
    tell(worker, Notice.FREE)
    tell(worker, Notice.ACCEPTED, call[1])
    tell(worker, Notice.ANSWERING)
    heard = [hear(parent) for _ in range(3)]
    assert [notice for notice, _ in heard] == [Notice.FREE, Notice.ACCEPTED, Notice.ANSWERING]
    assert [connection is not None for _, connection in heard] == [False, True, False]
    with pytest.raises(BlockingIOError):
        hear(parent)
    Lease(heard[1][1]).close()


def test_the_end_of_the_line(line: Pair) -> None:
    parent, worker = line
    worker.close()
    assert hear(parent) == (None, None)


def test_an_unknown_notice_ends_the_line(line: Pair, call: Pair) -> None:
    parent, worker = line
    socket.send_fds(worker, [b"?"], [call[1].fileno()])
    before = count_descriptors()
    assert hear(parent) == (None, None)
    assert count_descriptors() == before


def test_a_descriptor_that_is_no_socket(line: Pair) -> None:
    parent, worker = line
    reading, writing = os.pipe()
    before = count_descriptors()
    socket.send_fds(worker, [Notice.ACCEPTED.value], [writing, writing, writing])
    notice, connection = hear(parent)
    assert (notice, connection) == (Notice.ACCEPTED, None)
    assert count_descriptors() == before
    Lease(connection).answer(write_fault(RendererTimeout()))
    os.close(reading)
    os.close(writing)


def test_a_client_that_has_left(call: Pair) -> None:
    client, connection = call
    client.close()
    Lease(connection).answer(write_fault(RendererTimeout()))
    assert connection.fileno() == -1


def count_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


CROWDED = """
import os, resource, socket
from apps.imaging.renderer.lease import Notice, hear, tell
if os.getuid() == 0:
    os.setuid(65534)  # root may have as many on their way as it likes
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
ours, theirs = socket.socketpair()
client, _ = socket.socketpair()
heard = []
for _ in range(40):
    tell(ours, Notice.ACCEPTED, client)
for _ in range(40):
    notice, connection = hear(theirs)
    heard.append((notice.name, connection is not None))
    if connection is not None:
        connection.close()
print(heard[-1], {name for name, _ in heard})
"""


def test_more_descriptors_under_way_than_may_be() -> None:
    """The worker goes on without: it died of that where many renderers had one user."""
    done = subprocess.run(
        [sys.executable, "-c", CROWDED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("('ACCEPTED', False) {'ACCEPTED'}\n", "")
