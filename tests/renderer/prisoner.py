"""A process that locks itself as a worker does and then tries, for real, what it is told to try.

    python -m tests.renderer.prisoner '{"read": "/path", …}'  →  {"read": "EPERM", "fork": "done", …}

Unlike the probe, which ships, it reaches for things that exist: a file, listening sockets, a program.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Callable

from apps.imaging import cage
from apps.imaging import render as _render  # noqa: F401 - imported for its effect: a worker has all of it loaded


def read(path: str) -> None:
    os.read(os.open(path, os.O_RDONLY), 1)


def write(path: str) -> None:
    os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)


def remove(path: str) -> None:
    os.unlink(path)  # noqa: PTH108 - the system call itself is meant, here and below


def rename(path: str) -> None:
    os.rename(path, path + ".moved")  # noqa: PTH104


def look_at(path: str) -> None:
    os.stat(path)  # noqa: PTH116


def connect_by_tcp(port: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", int(port)))


def connect_by_unix_socket(path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)


def send_by_udp(port: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"stolen", ("127.0.0.1", int(port)))


def fork(_: str) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def execute(program: str) -> None:
    os.execv(program, [program])  # noqa: S606 - the attempt itself


def kill(pid: str) -> None:
    os.kill(int(pid), 0)


DEEDS: dict[str, Callable[[str], None]] = {
    deed.__name__: deed
    for deed in (
        read,
        write,
        look_at,
        remove,
        rename,
        connect_by_tcp,
        connect_by_unix_socket,
        send_by_udp,
        fork,
        kill,
        execute,  # last: where it works there is nobody left to report
    )
}


def attempt(deed: Callable[[str], None], target: str) -> str:
    try:
        deed(target)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def main() -> None:
    targets: dict[str, str] = json.loads(sys.argv[1])
    if "--free" not in sys.argv:
        cage.lock(cage.ResourceLimits())
    outcomes = {name: attempt(deed, targets[name]) for name, deed in DEEDS.items() if name in targets}
    sys.stdout.write(json.dumps(outcomes))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
