"""An entrant: one contestant in a process of its own, and the line that the bench commands it by.

    → {"source": "…/photo.jpg", "format": "webp", "calls": 3, "output": "…/out.webp" or null}
    ← {"milliseconds": [34.1, …], "cpu_milliseconds": [33.0, …], "bytes": 43104}   or   {"error": "…"}

The clock runs in the entrant, around each call: what the bench and the line cost is not in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.bench.contestants.contestant import Contestant, read_peak_bytes
from tests.bench.contestants.in_process import InProcess
from tests.bench.contestants.ipx import Ipx
from tests.bench.contestants.pillow import Pillow
from tests.bench.contestants.pyvips import Pyvips
from tests.bench.contestants.renderer import Renderer, RendererBytes
from tests.bench.contestants.thumbor import Thumbor

CAN_COUNT_CPU = sys.platform == "linux"
ROOT = Path(__file__).resolve().parents[2]
CONTESTANTS: dict[str, Callable[[Path], Contestant]] = {
    "renderer": lambda _: Renderer(),
    "renderer, bytes": lambda _: RendererBytes(),
    "in process": lambda _: InProcess(),
    "pyvips": lambda _: Pyvips(),
    "Pillow": lambda _: Pillow(),
    "thumbor": Thumbor,
    "ipx": Ipx,
}


class EntrantError(RuntimeError):
    """The contestant could not do what it was asked; the message is its own."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What some calls took, one number each; `size_bytes` is the last answer's."""

    milliseconds: list[float]
    cpu_milliseconds: list[float]
    size_bytes: int


class Entrant:
    """The bench's end of the line."""

    def __init__(self, name: str, pictures: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.entrant", name, str(pictures)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def render(
        self, source: Path | None, format_name: str = "", *, calls: int, output: Path | None = None
    ) -> Timing:
        """Have it render so many times (or, without a source, do nothing). Raises EntrantError."""
        answer = self._ask(
            source=source and str(source), format=format_name, calls=calls, output=output and str(output)
        )
        return Timing(answer["milliseconds"], answer["cpu_milliseconds"], answer["bytes"])

    def read_peak_bytes(self) -> int:
        """Return the most resident memory its processes have had, added up; shared pages count in each."""
        return int(self._ask(peak=True)["peak"])

    def _ask(self, **question: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process has ended"}
        if "error" in answer:
            raise EntrantError(f"{self.name}: {answer['error']}")
        return answer


def pin_to_one_processor() -> bool:
    """Keep this process and all it starts on the last processor it may use; say whether that works here."""
    if not hasattr(os, "sched_setaffinity"):  # macOS has none
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return True


def run_entrant(name: str, pictures: Path) -> None:
    """Answer questions until the line ends."""
    pin_to_one_processor()
    with CONTESTANTS[name](pictures) as contestant:
        for line in sys.stdin:
            try:
                answer = _answer(contestant, json.loads(line))
            except Exception as error:  # noqa: BLE001  # whatever a rival raises belongs into the table
                answer = {"error": f"{type(error).__name__}: {error}"[:300]}
            print(json.dumps(answer), flush=True)


def _answer(contestant: Contestant, question: dict[str, Any]) -> dict[str, Any]:
    if "peak" in question:
        return {"peak": sum(map(read_peak_bytes, contestant.processes()))}
    milliseconds, cpu_milliseconds, data = [], [], b""
    for _ in range(question["calls"]):
        spent, began = read_cpu_seconds(contestant), time.perf_counter()
        if question["source"] is None:
            contestant.idle()
        else:
            data = contestant.render(Path(question["source"]), question["format"])
        milliseconds.append((time.perf_counter() - began) * 1000)
        cpu_milliseconds.append((read_cpu_seconds(contestant) - spent) * 1000)
    if question["output"] is not None:
        Path(question["output"]).write_bytes(data)
    return {"milliseconds": milliseconds, "cpu_milliseconds": cpu_milliseconds, "bytes": len(data)}


def read_cpu_seconds(contestant: Contestant) -> float:
    """Return the processor time its processes, and this one, have used; 0 where the system does not tell."""
    if not CAN_COUNT_CPU:
        return 0.0
    # The clock of another process: MAKE_PROCESS_CPUCLOCK of the kernel's posix-timers.h.
    clocks = [(~pid << 3) | 2 for pid in {os.getpid(), *contestant.processes()}]
    total = 0.0
    for clock in clocks:
        with suppress(OSError):  # a worker that has been replaced meanwhile
            total += time.clock_gettime(clock)
    return total


if __name__ == "__main__":
    run_entrant(sys.argv[1], Path(sys.argv[2]))
