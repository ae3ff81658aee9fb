"""The cage, tried with real targets from inside a locked process; outside, the same attempts succeed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from apps.imaging import cage
from apps.imaging.cage import CageError, CageReport, Locks, bpf, environment, landlock, seccomp
from apps.imaging.cage.syscalls import ALLOWED, CONDITIONAL, Architecture
from apps.imaging.renderer.client import RendererClient
from tests.renderer.conftest import StartRenderer
from tests.renderer.running import ROOT, wait_until


@pytest.fixture
def targets(tmp_path: Path, socket_path: Path) -> Iterator[dict[str, str]]:
    """Things worth having: another's original, a database's two doors, somewhere to send it."""
    original = tmp_path / "original"
    original.write_bytes(b"another account's picture")
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        unix.bind(str(socket_path))
        unix.listen()
        udp.bind(("127.0.0.1", 0))
        yield {
            "read": str(original),
            "write": str(tmp_path / "new"),
            "rename": str(original),
            "look_at": str(original),
            "connect_by_tcp": str(tcp.getsockname()[1]),
            "connect_by_unix_socket": str(socket_path),
            "send_by_udp": str(udp.getsockname()[1]),
            "fork": "",
            "kill": str(os.getpid()),
        }


def imprison(targets: dict[str, str], *options: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.renderer.prisoner", json.dumps(targets), *options],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_it_works(client: RendererClient) -> None:
    report = client.probe()
    assert report.is_in_force, report.summarize()
    assert (report.holes, report.foreign_variables) == ((), ())
    assert report.locks.has_seccomp
    assert set(report.locks.limits) == {"AS", "CPU", "FSIZE", "NOFILE", "CORE"}


def test_every_deed_is_refused(targets: dict[str, str]) -> None:
    outcomes = imprison(targets | {"execute": "/bin/true", "remove": targets["read"]})
    assert set(outcomes.values()) == {"EPERM"}, outcomes
    assert Path(targets["read"]).exists()


def test_the_same_deeds_are_possible_outside(targets: dict[str, str]) -> None:
    outcomes = imprison(targets, "--free")
    assert set(outcomes.values()) == {"done"}, outcomes
    assert "execute" not in outcomes


def test_landlock_alone_refuses_files_and_tcp(targets: dict[str, str]) -> None:
    if landlock.find_abi() == 0:
        pytest.skip("this kernel has no Landlock; seccomp refuses the same (test_every_deed_is_refused)")
    program = (
        "import os, sys, json\n"
        "from apps.imaging.cage import landlock, libc\n"
        "from tests.renderer.prisoner import DEEDS, attempt\n"
        "libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)\n"
        "abi = landlock.deny_everything()\n"
        "targets = json.loads(sys.argv[1])\n"
        "print(json.dumps([abi, {name: attempt(DEEDS[name], targets[name]) for name in targets}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(targets)],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    abi, outcomes = json.loads(done.stdout)
    assert abi == landlock.find_abi()
    assert (outcomes["read"], outcomes["write"], outcomes["rename"]) == ("EACCES", "EACCES", "EACCES")
    assert outcomes["send_by_udp"] == "done", "if Landlock learned UDP, say so in its docstring"
    assert outcomes["connect_by_tcp"] == ("EACCES" if abi >= 4 else "done")


def test_nothing_of_the_callers_environment_is_left(start: StartRenderer) -> None:
    renderer = start()
    for pid in (renderer.pid, *renderer.workers()):
        block = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"canary" not in block
        assert b"DATABASE_URL" not in block
    assert renderer.client().probe().foreign_variables == ()


def test_a_worker_is_never_root(start: StartRenderer) -> None:
    renderer = start(workers=2)
    renderer.client().probe()
    # The probe went to one of them; the other may still be on its way into the cage.
    wait_until(lambda: all(0 not in read_ids(pid)["Uid"] for pid in renderer.workers()))
    for pid in renderer.workers():
        ids = read_ids(pid)
        assert 0 not in ids["Uid"] + ids["Gid"] + ids["Groups"], ids
        if os.geteuid() == 0:
            assert ids == {"Uid": [65534] * 4, "Gid": [65534] * 4, "Groups": []}


def read_ids(pid: int) -> dict[str, list[int]]:
    """Return a process' real, effective, saved and file system ids, and its groups."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    named = dict(line.split(":", 1) for line in lines)
    return {name: [int(number) for number in named[name].split()] for name in ("Uid", "Gid", "Groups")}


def test_a_worker_holds_no_descriptor_but_its_own(start: StartRenderer) -> None:
    renderer = start(workers=2)
    for _ in range(3):
        renderer.client().probe()
    for pid in renderer.workers():
        # Two sockets: where it accepts, and its line to the parent.
        wait_until(lambda pid=pid: list_kinds(pid) == ["/dev/null", "/dev/null", "pipe", "socket", "socket"])


def list_kinds(pid: int) -> list[str]:
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            links.append(str(entry.readlink()))
    return sorted(link.partition(":")[0] for link in links)


def test_several_threads_cannot_be_locked() -> None:
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    try:
        with pytest.raises(CageError, match="threads run already"):
            cage.lock(cage.ResourceLimits())
    finally:
        leave.set()
        thread.join()


def test_the_probe_sees_that_there_is_no_cage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://canary")
    report = cage.probe(Locks(landlock_abi=0, has_seccomp=False, limits=()))
    assert not report.is_in_force
    assert {"read a file by path", "write a file", "make a unix socket", "fork", "connect"} <= set(
        report.holes
    )
    assert "sees $DATABASE_URL" in report.holes
    assert "NOT in force" in report.summarize()


def test_a_report_of_nothing_is_no_cage() -> None:
    assert not CageReport(Locks(7, True, ()), attempts=(), foreign_variables=()).is_in_force


# The hole is a variable of the caller's: the command would clear it away, this program does not.
LEAKY_SERVER = """
import logging, sys
from pathlib import Path
from apps.imaging.renderer.server import ServeError, ServerSettings, serve
logging.basicConfig(level=logging.INFO)
try:
    serve(ServerSettings(Path(sys.argv[1]), must_be_caged=sys.argv[2] != "allowed"))
except ServeError as error:
    sys.exit(f"refused: {error}")
"""


def start_leaky(socket_path: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEAKY_SERVER, str(socket_path), *words],
        cwd=ROOT,
        env={"DATABASE_URL": "postgres://canary"},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_server_does_not_start_with_a_hole_in_its_cage(socket_path: Path) -> None:
    with start_leaky(socket_path, "required") as server:
        _, said = server.communicate(timeout=30)
    assert server.returncode == 1
    assert "refused: the cage has holes: sees $DATABASE_URL" in said
    assert "--allow-open-cage" in said
    assert not socket_path.exists()


def test_a_hole_that_is_allowed_is_told(socket_path: Path) -> None:
    with start_leaky(socket_path, "allowed") as server:
        wait_until(socket_path.exists)
        assert RendererClient(socket_path).probe().holes == ("sees $DATABASE_URL",)
        server.terminate()
        _, said = server.communicate(timeout=30)
    assert "the cage has holes (sees $DATABASE_URL)" in said


@pytest.mark.parametrize("column", [0, 1], ids=["x86-64", "arm64"])
def test_the_table_of_calls_is_sound(column: int) -> None:
    rows = [*ALLOWED.values(), *CONDITIONAL.values()]
    numbers = [row[column] for row in rows if row[column] >= 0]
    assert len(numbers) == len(set(numbers)), "two names share a number"
    program = seccomp.write_filter(Architecture(audit_number=1, column=column), own_pid=1)
    assert len(bpf.assemble(program)) == 8 * len(program)
    assert program[-1][-1] == bpf.refuse(1)


def test_a_variable_set_by_a_module_starts_nothing_anew() -> None:
    program = (
        "import os\n"
        "from apps.imaging.cage import environment\n"
        "os.environ['SET_LATER'] = '1'\n"
        "print(environment.is_clean(), environment.find_foreign_names())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment.VARIABLES,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True ('SET_LATER',)"
