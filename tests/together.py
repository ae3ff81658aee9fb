"""Several threads that start at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def run_together(*functions: Callable[[], T]) -> list[T | Exception]:
    """Return what each function returned or raised, in their order."""
    barrier = Barrier(len(functions))

    def run(function: Callable[[], T]) -> T | Exception:
        try:
            barrier.wait(timeout=30)
            return function()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))
