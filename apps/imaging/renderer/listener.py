"""The renderer's listening socket: bound once by the parent, accepted on by every worker."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero.
_MAX_PATH_BYTES = 103
_ASK_SECONDS = 1.0


class ListenerError(RuntimeError):
    """The socket cannot be bound; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket and the file that stands for it."""

    socket: socket.socket
    path: Path
    inode: int

    def close(self) -> None:
        """Stop listening and remove the file, unless another server has put its own there meanwhile."""
        self.socket.close()
        with suppress(FileNotFoundError):
            if self.path.lstat().st_ino == self.inode:
                self.path.unlink()


def open_listener(path: Path, *, backlog: int) -> Listener:
    """Bind and listen at `path`, for this user only (0600); at most `backlog` connections wait.

    A socket file nobody listens on is replaced. Raises ListenerError when somebody does, when the path holds
    something else, or when it is too long.
    """
    if len(os.fsencode(path)) > _MAX_PATH_BYTES:
        raise ListenerError(
            f"{path} is longer than the {_MAX_PATH_BYTES} bytes a unix socket's path may have"
        )
    _remove_stale(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        listening.bind(os.fspath(path))
        listening.listen(backlog)
    except OSError as error:
        listening.close()
        raise ListenerError(f"cannot listen at {path}: {error.strerror}") from error
    finally:
        os.umask(previous)
    # Several idle workers wake for one connection; the losers must not block in accept.
    listening.setblocking(False)
    return Listener(socket=listening, path=path, inode=path.lstat().st_ino)


def _remove_stale(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenerError(f"{path} exists and is no socket")
    if _is_live(path):
        raise ListenerError(f"another renderer listens at {path}")
    path.unlink(missing_ok=True)


def _is_live(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_ASK_SECONDS)
        try:
            asking.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # its backlog is full, or we may not ask: somebody is there
            return True
    return True
