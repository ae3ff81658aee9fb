"""The supervisor over small real programs: order, readiness, restarts, signals, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from images_platform.supervisor.errors import PartEnded, PartFailed
from images_platform.supervisor.journal import Journal
from images_platform.supervisor.orphans import is_alive
from images_platform.supervisor.part import NotReady, Part
from images_platform.supervisor.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]

# A program that notes in a file what happens to it, until a signal ends it.
LIVE = """
import os, signal, sys, time
name = sys.argv[1]
def note(what):
    with open("diary", "a") as file:
        file.write(f"{name} {what}\\n")
def leave(number, frame):
    note(signal.Signals(number).name)
    sys.exit(0)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, leave)
with open("pids", "a") as file:
    file.write(f"{os.getpid()}\\n")
note("started")
print(f"{name} says hello", flush=True)
while True:
    time.sleep(0.05)
"""


class Stage:
    """A folder parts play in, with what they and the supervisor left there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def part(self, name: str, program: str = LIVE, **traits: object) -> Part:
        command = (sys.executable, "-c", program, name)
        has_started = self.has_noted(f"{name} started") if program == LIVE else lambda: None
        defaults = {"probe": has_started, "start_seconds": 10.0}
        return Part(name=name, command=command, environment={}, folder=self.folder, **(defaults | traits))  # type: ignore[arg-type]  # a test's shorthand

    def has_noted(self, line: str) -> Callable[[], None]:
        def probe() -> None:
            if line not in self.diary:
                raise NotReady(f"no {line!r} in the diary")

        return probe

    def run(self, *parts: Part, when_ready: Callable[[], None] | None = None) -> None:
        """Run parts; without another wish, stop as soon as everything is ready."""
        with (self.folder / "journal").open("wb") as file:
            journal = Journal(file.fileno(), [part.name for part in parts])
            Supervisor(parts, journal).run(calling(when_ready or press_ctrl_c))

    @property
    def diary(self) -> list[str]:
        path = self.folder / "diary"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def journal(self) -> str:
        return (self.folder / "journal").read_text()

    @property
    def survivors(self) -> list[int]:
        """Who lives on; a process that was killed and is not our child ends a moment later."""
        pids = [int(pid) for pid in (self.folder / "pids").read_text().split()]
        give_up_at = time.monotonic() + 5
        while any(map(is_alive, pids)) and time.monotonic() < give_up_at:
            time.sleep(0.01)
        return [pid for pid in pids if is_alive(pid)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@contextmanager
def calling(function: Callable[[], None]) -> Iterator[None]:
    function()
    yield


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_it_works(stage: Stage) -> None:
    stage.run(
        stage.part("database", stop_signal=signal.SIGINT),
        stage.part("migrate", "open('diary', 'a').write('migrate ran\\n')", is_one_shot=True),
        stage.part("web"),
    )
    assert stage.diary == ["database started", "migrate ran", "web started", "web SIGTERM", "database SIGINT"]
    assert stage.survivors == []
    assert "database | database says hello\n" in stage.journal
    assert "     web | web says hello\n" in stage.journal


def test_the_next_part_waits_for_the_one_before(stage: Stage) -> None:
    slow = "import time; time.sleep(0.4); open('diary', 'a').write('slow is up\\n'); time.sleep(60)"
    stage.run(stage.part("slow", slow, probe=stage.has_noted("slow is up")), stage.part("web"))
    assert stage.diary[:2] == ["slow is up", "web started"]


def test_a_part_that_dies_is_started_again(stage: Stage) -> None:
    def kill_then_stop() -> None:
        (pid,) = stage.survivors
        os.kill(pid, signal.SIGKILL)
        stop_when(lambda: stage.diary.count("web started") == 2)

    stage.run(stage.part("web"), when_ready=kill_then_stop)
    assert stage.diary == ["web started", "web started", "web SIGTERM"]
    assert "web ended by SIGKILL; starting it again" in stage.journal
    assert stage.survivors == []


def test_the_order_outlives_a_restart(stage: Stage) -> None:
    def kill_then_stop() -> None:
        os.kill(stage.survivors[0], signal.SIGKILL)
        stop_when(lambda: stage.diary.count("database started") == 2)

    stage.run(stage.part("database"), stage.part("web"), when_ready=kill_then_stop)
    assert stage.diary[-2:] == ["web SIGTERM", "database SIGTERM"]


def test_what_stands_while_ready_goes_before_anything_stops(stage: Stage) -> None:
    @contextmanager
    def sign() -> Iterator[None]:
        press_ctrl_c()
        try:
            yield
        finally:
            with (stage.folder / "diary").open("a") as diary:
                diary.write("sign taken down\n")

    with Path(os.devnull).open("wb") as nowhere:
        Supervisor([stage.part("web")], Journal(nowhere.fileno())).run(sign())
    assert stage.diary == ["web started", "sign taken down", "web SIGTERM"]


def stop_when(is_time: Callable[[], bool]) -> None:
    """Have a process of its own press Ctrl-C for us once something is so."""
    parent = os.getpid()
    if os.fork() == 0:
        try:
            give_up_at = time.monotonic() + 10
            while not is_time() and time.monotonic() < give_up_at:
                time.sleep(0.02)
            os.kill(parent, signal.SIGINT)
        finally:
            os._exit(0)


def test_three_deaths_in_a_minute_stop_everything(stage: Stage) -> None:
    dying = "open('diary', 'a').write('worker dies\\n'); raise SystemExit(7)"
    with pytest.raises(PartFailed, match="worker died 3 times within a minute; the last time it ended with"):
        stage.run(
            stage.part("web"), stage.part("worker", dying, probe=stage.has_noted("never")), stage.part("last")
        )
    assert stage.diary == ["web started", *["worker dies"] * 3, "web SIGTERM"]
    assert stage.survivors == []


def test_a_one_shot_that_fails_stops_everything_at_once(stage: Stage) -> None:
    with pytest.raises(PartEnded, match="migrate ended with status 3"):
        stage.run(stage.part("web"), stage.part("migrate", "raise SystemExit(3)", is_one_shot=True))
    assert stage.diary == ["web started", "web SIGTERM"]


def test_a_part_that_does_not_answer_is_named_with_the_reason(stage: Stage) -> None:
    mute = stage.part("web", probe=stage.has_noted("a word"), start_seconds=0.5)
    with pytest.raises(PartFailed, match="web is not ready after 0 s: no 'a word' in the diary"):
        stage.run(mute)
    assert stage.survivors == []


def test_a_stubborn_part_and_its_children_are_killed(stage: Stage) -> None:
    stubborn = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.fork()\n"
        "open('pids', 'a').write(f'{os.getpid()}\\n')\n"
        "open('diary', 'a').write('one\\n')\n"
        "time.sleep(60)"
    )
    started_at = time.monotonic()

    def both_live() -> None:
        if stage.diary != ["one", "one"]:
            raise NotReady

    stage.run(stage.part("stubborn", stubborn, probe=both_live, stop_seconds=0.3))
    assert time.monotonic() - started_at < 5
    assert stage.survivors == []


def test_ctrl_c_while_starting_stops_what_has_started(stage: Stage) -> None:
    never = stage.part("web", probe=stage.has_noted("never"), start_seconds=30.0)
    stop_when(lambda: "web started" in stage.diary)
    stage.run(stage.part("database"), never)
    assert stage.diary == ["database started", "web started", "web SIGTERM", "database SIGTERM"]


def test_parts_are_cleared_after_every_end(stage: Stage) -> None:
    calls: list[str] = []
    part = stage.part("web", prepare=lambda: calls.append("prepare"), clear=lambda: calls.append("clear"))
    stage.run(part)
    assert calls == ["prepare", "clear"]


def test_nobody_reading_is_no_reason_to_stop(stage: Stage) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    Supervisor([stage.part("web")], Journal(writing)).run(calling(press_ctrl_c))
    os.close(writing)
    assert stage.diary == ["web started", "web SIGTERM"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_parts_end_when_the_supervisor_is_killed(stage: Stage) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.platform.test_supervisor import Stage\n"
        "stage = Stage(Path(sys.argv[1]))\n"
        "stage.run(stage.part('web'), when_ready=lambda: None)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program, str(stage.folder)], cwd=ROOT)
    wait_until(lambda: "web started" in stage.diary)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: "web SIGTERM" in stage.diary and not stage.survivors)


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
