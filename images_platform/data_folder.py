"""The data folder: everything an instance keeps, held by one `up` at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from images_platform.supervisor.errors import AlreadyRunning, SupervisorError


def make_data_folder(folder: Path) -> None:
    """Make the folder, and the one uploads are received in: Django wants it to be there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "incoming").mkdir(mode=0o700, exist_ok=True)


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a data folder, made if need be. Raises AlreadyRunning; SupervisorError when it is another user's.

    The kernel's lock on the folder itself leaves no file behind, and ends with its holder whatever happens.
    """
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise SupervisorError(
            f"{folder} belongs to another user ({folder.owner()}): run as that user, or set DATA_DIR."
        )
    try:
        make_data_folder(folder)
    except OSError as error:
        raise SupervisorError(
            f"{folder} cannot be made: {error.strerror}. Set DATA_DIR to another."
        ) from error
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder) from None
        yield
    finally:
        os.close(descriptor)
