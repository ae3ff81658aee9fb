"""The cage: what a renderer worker gives up before it looks at a stranger's bytes.

Three walls, each enough to spoil most plans: Landlock (no file, no TCP), seccomp (no socket, process,
program or new code at all), resource limits (memory, time); and nobody inside is root. `lock` puts them on,
`probe` tries to get out.
"""

from apps.imaging.cage.lock import count_threads, lock
from apps.imaging.cage.probe import probe
from apps.imaging.cage.report import Attempt, CageError, CageReport, Locks
from apps.imaging.cage.rlimits import ResourceLimits

__all__ = [
    "Attempt",
    "CageError",
    "CageReport",
    "Locks",
    "ResourceLimits",
    "count_threads",
    "lock",
    "probe",
]
