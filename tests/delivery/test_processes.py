"""One render for all: two delivery processes, two hosts, and a process that dies while all wait for it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection

from apps.delivery.lookup import read_conninfo
from apps.images.models import Flight, Image
from apps.images.services.flights import CLAIM_SECONDS
from apps.variants.models import Variant
from images_platform.parts import make_delivery, make_renderer
from images_platform.supervisor.part import NotReady, Part
from tests.delivery.conftest import link
from tests.delivery.relay import Relay
from tests.delivery.running import wait_until_ready
from tests.delivery.test_claims import wait_until
from tests.delivery.test_granian import database_url, find_free_port

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
HERD = 100
_IP = shutil.which("ip") or "/sbin/ip"


@dataclass(frozen=True)
class Plane:
    """A delivery plane that runs; `enter` is what goes before a command to run it on the same host."""

    port: int
    process: subprocess.Popen[bytes]
    enter: Sequence[str] = ()

    def send_herd(self, target: str, count: int = HERD) -> subprocess.Popen[str]:
        command = [
            *self.enter,
            sys.executable,
            "-m",
            "tests.delivery.herd",
            str(self.port),
            target,
            str(count),
        ]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def kill(self) -> None:
        """Kill Granian and its worker, without a word to anyone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def started(part: Part, *, enter: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part and all its children in a group of their own."""
    command = (*enter, *part.command)
    output = subprocess.DEVNULL
    with subprocess.Popen(
        command,
        env=dict(part.environment),
        cwd=part.folder,
        stdout=output,
        stderr=output,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def serving(stores: Path, **variables: str) -> Iterator[Plane]:
    """Serve the test's database and stores from a process of its own."""
    port = find_free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)} | variables
    part = make_delivery(port, environment)
    with started(part) as process:
        wait_until_ready(part, process)
        yield Plane(port, process)


def read_herd(herd: subprocess.Popen[str]) -> list[tuple[int, str, float]]:
    output, _ = herd.communicate(timeout=60)
    return [tuple(answer) for answer in json.loads(output)]


def count_files_begun() -> int:
    """Return how many renders there have been that came to be kept, those that came second included.

    Before it writes its file, each puts the file's removal into the outbox, and takes a number there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM outbox_job_id_seq")
        return int(cursor.fetchone()[0])


def test_two_processes_make_one_picture(photo: Image, thumbnail: Variant, stores: Path) -> None:
    begun = count_files_begun()
    with ExitStack() as stack:
        planes = [stack.enter_context(serving(stores)) for _ in range(2)]
        herds = [plane.send_herd(link(photo)) for plane in planes]
        answers = [answer for herd in herds for answer in read_herd(herd)]
    assert [status for status, _, _ in answers] == [200] * 2 * HERD
    assert len({digest for _, digest, _ in answers}) == 1
    assert count_files_begun() - begun == 1


def test_a_process_killed_while_it_renders_is_passed_over(
    photo: Image, thumbnail: Variant, stores: Path
) -> None:
    """The first asks a renderer that never answers, and dies; the second has a renderer that works."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="images-")))
        silent = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        silent.bind(str(folder / "silent.sock"))
        silent.listen()
        first = stack.enter_context(serving(stores, RENDERER_SOCKET=str(folder / "silent.sock")))
        second = stack.enter_context(serving(stores))
        doomed = first.send_herd(link(photo), 1)
        wait_until(Flight.objects.exists)
        waiting = second.send_herd(link(photo), 20)
        time.sleep(1.5)  # a renewal is seen, and holds the others back
        assert waiting.poll() is None
        killed_at = time.monotonic()
        first.kill()
        answers = read_herd(waiting)
        took = time.monotonic() - killed_at
        doomed.kill()
        doomed.communicate()
    assert [status for status, _, _ in answers] == [200] * 20
    # Not a figure but a promise: its claim lapses within CLAIM_SECONDS, and the rest is one small render.
    assert took < CLAIM_SECONDS + 4


class Host:
    """A network namespace: loopback and ports of its own, and a cable to where the database is."""

    def __init__(self, number: int) -> None:
        self._name, self._cable = f"images-{os.getpid()}-{number}", f"img{os.getpid() % 10**8}{number}"[:15]
        self.gateway, self._address = f"10.213.{number}.1", f"10.213.{number}.2"
        self.enter = (_IP, "netns", "exec", self._name)

    def open(self) -> None:
        _run(_IP, "netns", "add", self._name)
        _run(_IP, "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self._name)
        _run(_IP, "address", "add", f"{self.gateway}/30", "dev", self._cable)
        _run(_IP, "link", "set", self._cable, "up")
        for command in (f"address add {self._address}/30 dev eth0", "link set eth0 up", "link set lo up"):
            _run(_IP, "-n", self._name, *command.split())

    def close(self) -> None:
        subprocess.run([_IP, "netns", "delete", self._name], capture_output=True, check=False)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"network namespaces cannot be made here: {' '.join(command)}: {done.stderr.strip()}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make network namespaces")
def test_two_hosts_make_one_picture(photo: Image, thumbnail: Variant, stores: Path) -> None:
    """Each has its own network and renderer; they share the database, over TCP, and the store."""
    begun = count_files_begun()
    settings = connection.settings_dict
    with ExitStack() as stack:
        relay = Relay(read_conninfo(), host="0.0.0.0")  # noqa: S104  # the hosts' cables end here
        stack.callback(relay.end)
        planes = []
        for number in (1, 2):
            host = Host(number)
            stack.callback(host.close)
            host.open()
            who = f"{settings['USER']}:{settings['PASSWORD']}"
            url = f"postgres://{who}@{host.gateway}:{relay.port}/{settings['NAME']}"
            planes.append(stack.enter_context(hosting(host, stores, url)))
        herds = [plane.send_herd(link(photo)) for plane in planes]
        answers = [answer for herd in herds for answer in read_herd(herd)]
    assert [status for status, _, _ in answers] == [200] * 2 * HERD
    assert len({digest for _, digest, _ in answers}) == 1
    assert count_files_begun() - begun == 1


@contextmanager
def hosting(host: Host, stores: Path, database: str) -> Iterator[Plane]:
    """Run a renderer and a delivery plane on a host."""
    with ExitStack() as stack:
        socket_path = Path(stack.enter_context(TemporaryDirectory(prefix="images-"))) / "renderer.sock"
        renderer = make_renderer(socket_path, "--allow-open-cage", workers=1)
        wait_until_ready(renderer, stack.enter_context(started(renderer, enter=host.enter)))
        variables = {"DATABASE_URL": database, "DATA_DIR": str(stores), "RENDERER_SOCKET": str(socket_path)}
        part = make_delivery(8001, os.environ | variables)
        process = stack.enter_context(started(part, enter=host.enter))
        plane = Plane(8001, process, host.enter)
        wait_until_ready(replace(part, probe=lambda: _ask_health(plane)), process)
        yield plane


def _ask_health(plane: Plane) -> None:
    herd = plane.send_herd("/healthz", 1)
    herd.communicate(timeout=10)
    if herd.returncode:
        raise NotReady("it does not answer")
