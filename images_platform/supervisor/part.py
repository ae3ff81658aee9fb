"""Part: one program the platform is made of, and how it is started, asked and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals

from images_platform.supervisor.identity import Identity


class NotReady(Exception):
    """A part does not answer yet; the message says what it did instead."""


def _nothing() -> None:
    """Prepare nothing, ask nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A program as data.

    `prepare` runs before every start and `clear` after every end; `probe` asks the running program and raises
    NotReady. A part that `is_one_shot` is ready once it has ended with status 0. `identity` is whom it runs
    as: None for ourselves.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    prepare: Callable[[], None] = _nothing
    probe: Callable[[], None] = _nothing
    clear: Callable[[], None] = _nothing
    stop_signal: Signals = SIGTERM
    start_seconds: float = 30.0
    stop_seconds: float = 1.5
    identity: Identity | None = None
    is_one_shot: bool = False
