"""Process: a part while it runs, in a session of its own, bound to end when its supervisor does."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import IO

from apps.imaging.cage.libc import PR_SET_PDEATHSIG, is_linux, prctl
from images_platform.supervisor.errors import PartEnded, PartFailed
from images_platform.supervisor.identity import write_subprocess_arguments
from images_platform.supervisor.part import NotReady, Part

_ASK_EVERY_SECONDS = 0.05
# What a killed process needs to be gone.
_LAST_BREATH_SECONDS = 1.0

# Sleeps so many seconds, or does something useful meanwhile: a supervisor passes on what its parts say.
Pause = Callable[[float], object]


class Process:
    """One run of a part. Make it in the main thread: Linux ties a child's life to the thread that made it."""

    def __init__(self, part: Part, output: int | IO[bytes]) -> None:
        part.prepare()
        self.part = part
        self.started_at = time.monotonic()
        self._popen = subprocess.Popen(  # noqa: S603  # our own programs
            part.command,
            env=dict(part.environment),
            cwd=part.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for the supervisor alone: it knows the order and the signals.
            start_new_session=True,
            # Safe here: there is no other thread that could hold a lock at the fork.
            preexec_fn=partial(_end_with_parent, part.stop_signal, os.getpid()) if is_linux() else None,
            **write_subprocess_arguments(part.identity),
        )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._popen.poll()

    def wait_until_ready(self, pause: Pause = time.sleep) -> None:
        """Return when the part answers, or has ended well if that is its job. Raises PartFailed."""
        give_up_at = self.started_at + self.part.start_seconds
        while reason := self._find_reason_to_wait():
            if time.monotonic() > give_up_at:
                seconds = round(self.part.start_seconds)
                raise PartFailed(self.part.name, f"is not ready after {seconds} s: {reason}")
            pause(_ASK_EVERY_SECONDS)

    def _find_reason_to_wait(self) -> str:
        exit_code = self.exit_code
        if self.part.is_one_shot and exit_code in {None, 0}:
            return "it is still at work" if exit_code is None else ""
        if exit_code is not None:
            raise PartEnded(self.part.name, exit_code)
        try:
            self.part.probe()
        except NotReady as error:
            return str(error) or type(error).__name__
        return ""

    def stop(self, pause: Pause = time.sleep) -> None:
        """End the part by its own signal, and after its seconds by force; with all it has started."""
        give_up_at = time.monotonic() + self.part.stop_seconds
        if self.exit_code is None:
            self._popen.send_signal(self.part.stop_signal)
        while self.exit_code is None and time.monotonic() < give_up_at:
            pause(_ASK_EVERY_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill whatever of the part is left, children that outlived it too (Granian's serve on)."""
        with suppress(ProcessLookupError, PermissionError):  # nobody; on macOS only zombies
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):  # stuck in the kernel: there is no more to be done
            self._popen.wait(_LAST_BREATH_SECONDS)
        self.part.clear()


def _end_with_parent(stop_signal: signal.Signals, parent: int) -> None:
    prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:  # it died before the call
        os._exit(0)
