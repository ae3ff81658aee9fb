"""The renderer's whole environment: seven variables, and none of the caller's.

glibc and libvips read theirs when the process starts, and /proc/<pid>/environ keeps what a process was
started with whatever it does to `os.environ` later. So a server started with anything else starts itself
anew.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

VARIABLES = {
    # One picture, one thread: the workers are the parallelism.
    "VIPS_CONCURRENCY": "1",
    "VIPS_BLOCK_UNTRUSTED": "1",
    # A locked worker can write no temporary file: what is too large for memory is too large.
    "VIPS_DISC_THRESHOLD": "64g",
    # One heap that keeps up to 64 MiB it has freed, and gives larger things back at once. Resident memory
    # over 900 mixed renders: 88 MB, and 121 with two heaps. glibc's smallest thresholds (128 KiB) make it 60,
    # but have the kernel clear 20 MB anew for every progressive JPEG: 92 ms instead of 74; 5 % on the whole.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "67108864",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    # numpy, where it is installed, starts threads at import otherwise, and Landlock binds one thread only.
    "OPENBLAS_NUM_THREADS": "1",
}

# Set by the interpreter (PEP 538) and by macOS in every process.
_HARMLESS = frozenset({"LC_CTYPE", "__CF_USER_TEXT_ENCODING"})


def find_foreign_names() -> tuple[str, ...]:
    """Return the names of the variables this process can see and should not, in order."""
    return tuple(sorted((set(os.environ) | set(_read_initial())) - set(VARIABLES) - _HARMLESS))


def is_clean() -> bool:
    """Say whether the process was started with exactly our variables, whatever it has set since."""
    initial = _read_initial()
    return {name: initial[name] for name in initial if name not in _HARMLESS} == VARIABLES


def start_anew() -> NoReturn:
    """Replace this process by the same command in the clean environment."""
    os.execve(  # noqa: S606 - our own command line again
        sys.executable, [sys.executable, *sys.orig_argv[1:]], VARIABLES
    )


def _read_initial() -> dict[str, str]:
    """Return what this process was started with; what it has now where the system does not tell (macOS)."""
    try:
        block = Path("/proc/self/environ").read_bytes()
    except OSError:
        return dict(os.environ)
    entries = [os.fsdecode(entry).partition("=") for entry in block.split(b"\0") if entry]
    return {name: value for name, _, value in entries}
