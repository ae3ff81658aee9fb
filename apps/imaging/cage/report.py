"""CageReport: what holds a worker, as found by trying rather than by believing."""

from __future__ import annotations

from dataclasses import dataclass


class CageError(RuntimeError):
    """The worker cannot be locked safely."""


@dataclass(frozen=True, slots=True)
class Locks:
    """What was put on: the Landlock ABI (0: none), the seccomp filter, the names of the resource limits."""

    landlock_abi: int
    has_seccomp: bool
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One forbidden thing that was tried; `errno` is the refusal's name, "" if the thing worked."""

    name: str
    is_refused: bool
    errno: str


@dataclass(frozen=True, slots=True)
class CageReport:
    """The locks, every attempt's outcome, and the names of variables that should not be visible."""

    locks: Locks
    attempts: tuple[Attempt, ...]
    foreign_variables: tuple[str, ...]

    @property
    def is_in_force(self) -> bool:
        """Say whether nothing got through."""
        return bool(self.attempts) and not self.foreign_variables and all(a.is_refused for a in self.attempts)

    @property
    def holes(self) -> tuple[str, ...]:
        """Return what got through, by name."""
        seen = tuple(f"sees ${name}" for name in self.foreign_variables)
        return tuple(attempt.name for attempt in self.attempts if not attempt.is_refused) + seen

    def summarize(self) -> str:
        """Return one line for a log."""
        landlock = f"Landlock ABI {self.locks.landlock_abi}" if self.locks.landlock_abi else "no Landlock"
        seccomp = "seccomp" if self.locks.has_seccomp else "no seccomp"
        verdict = "in force" if self.is_in_force else "NOT in force: can " + ", ".join(self.holes)
        limits = " ".join(self.locks.limits) or "none"
        return f"cage {verdict} ({landlock}, {seccomp}, limits {limits}; {len(self.attempts)} things tried)"
