"""What stops the supervisor.

SupervisorError
├ PartFailed(name, reason)     a part did not start, or died too often
│ └ PartEnded                  it ended, while it should be running
├ AlreadyRunning(folder)       another supervisor works in this data folder
└ PortTaken(port)              another program listens there
"""

from __future__ import annotations

import signal
from pathlib import Path


class SupervisorError(Exception):
    """The platform cannot run; the message is for the person who started it."""


class PartFailed(SupervisorError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.name = name
        self.reason = reason


class PartEnded(PartFailed):
    """`exit_code` is negative for a signal."""

    def __init__(self, name: str, exit_code: int) -> None:
        how = f"with status {exit_code}" if exit_code >= 0 else f"by {signal.Signals(-exit_code).name}"
        super().__init__(name, f"ended {how}")


class AlreadyRunning(SupervisorError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"`up` runs already with the data in {folder}; stop it first.")


class PortTaken(SupervisorError):
    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is taken by another program. Try `make up PORT=9000` (delivery is the next one)."
        )
        self.port = port
