"""Run one of the platform's parts for a while, as a plain child of the test.

The supervisor's own Process has code run between fork and exec, which a test with threads must not.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from images_platform.supervisor.part import NotReady, Part


@contextmanager
def running(part: Part) -> Iterator[None]:
    """Start a part, wait until it answers, and end it by its own signal."""
    process = subprocess.Popen(
        part.command,
        env=dict(part.environment),
        cwd=part.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            wait_until_ready(part, process)
            yield
        finally:
            process.send_signal(part.stop_signal)
            process.wait(timeout=15)


def wait_until_ready(part: Part, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + part.start_seconds
    while True:
        try:
            return part.probe()
        except NotReady:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
