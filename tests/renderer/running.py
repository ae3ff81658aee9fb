"""A real renderer in a process of its own, and what the system says about it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import apps
from apps.imaging.renderer.client import RendererClient

ROOT = Path(apps.__file__).resolve().parents[1]
# A caller's environment with something to steal in it.
CALLERS_ENVIRONMENT = {"DATABASE_URL": "postgres://canary", "SECRET_KEY": "canary", "PATH": os.defpath}
PATIENCE_SECONDS = 30.0


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class RunningRenderer:
    """`images-render serve` with the given options; its log is collected as it comes."""

    def __init__(self, socket_path: Path, *options: str, workers: int = 1, heavy_workers: int = 0) -> None:
        self.socket_path = socket_path
        self._worker_counts = workers, heavy_workers
        self.log: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "apps.imaging", "serve", *self._describe(), *options],
            cwd=ROOT,
            env=CALLERS_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._collect)
        self._reader.start()

    def _describe(self) -> list[str]:
        workers, heavy_workers = map(str, self._worker_counts)
        return ["--socket", str(self.socket_path), "--workers", workers, "--heavy-workers", heavy_workers]

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> RunningRenderer:
        wait_until(lambda: self.has_ended() or (self.says("workers at") and self.has_all_workers()))
        assert not self.has_ended(), self.log
        return self

    def says(self, words: str) -> bool:
        """Say whether the log has a line with the words."""
        return any(words in line for line in self.log)

    def has_all_workers(self) -> bool:
        return len(self.workers()) == sum(self._worker_counts)

    def client(self, **deadlines: float) -> RendererClient:
        return RendererClient(self.socket_path, **deadlines)

    def workers(self) -> set[int]:
        """Return the pids of the living workers."""
        text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return {int(pid) for pid in text.split() if is_alive(int(pid))}

    def busy_workers(self) -> set[int]:
        """Return the workers that have spent a fifth of a second of processor time."""
        return {pid for pid in self.workers() if read_cpu_seconds(pid) > 0.2}

    def signal_workers(self, number: signal.Signals) -> None:
        for pid in self.workers():
            os.kill(pid, number)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        return self._process.wait(timeout=PATIENCE_SECONDS)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        if not self.has_ended():
            self.send(signal.SIGTERM)
        self.wait()
        self._reader.join(timeout=PATIENCE_SECONDS)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _collect(self) -> None:
        assert self._process.stderr is not None
        self.log.extend(iter(self._process.stderr.readline, ""))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def read_cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
