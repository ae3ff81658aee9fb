"""A load generator: a few keep-alive connections that ask for one target as fast as it is answered."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import psutil

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per second, the slowest hundredth in milliseconds, and the server's processor time."""

    per_second: float
    p99_milliseconds: float
    cpu_microseconds: float = 0.0


def measure(port: int, target: str, *, seconds: float, connections: int = 16) -> Rate:
    """Return what a server gives to so many connections, each asking again once it is answered."""
    servers = find_servers(port)
    before = sum(map(_cpu_seconds, servers))
    with ProcessPoolExecutor(1) as process:  # a process of its own: it must not share the interpreter's lock
        rate, asked = process.submit(_drive, port, target, seconds, connections).result()
    spent = sum(map(_cpu_seconds, servers)) - before
    return replace(rate, cpu_microseconds=spent / asked * 1e6)


def find_servers(port: int) -> list[psutil.Process]:
    """Return those of our children that listen on a port."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.is_running() and _is_listening(child, port)]


def _is_listening(process: psutil.Process, port: int) -> bool:
    try:
        connections = process.net_connections("tcp")
    except psutil.NoSuchProcess:  # one that has just ended
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _drive(port: int, target: str, seconds: float, connections: int) -> tuple[Rate, int]:
    request = f"GET {target} HTTP/1.1\r\nHost: bench\r\nAccept: image/webp\r\n\r\n".encode()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    took: list[float] = []
    began = time.perf_counter()
    asked_at = {}
    for connection in sockets:
        connection.sendall(request)
        asked_at[connection] = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        for connection in sockets:
            _read_answer(connection)
            now = time.perf_counter()
            took.append(now - asked_at[connection])
            connection.sendall(request)
            asked_at[connection] = now
    elapsed = time.perf_counter() - began
    for connection in sockets:
        connection.close()
    took.sort()
    return Rate(len(took) / elapsed, took[int(len(took) * 0.99)] * 1000), len(took)


def _read_answer(connection: socket.socket) -> None:
    data = connection.recv(262_144)
    while _HEAD_END not in data:
        data += connection.recv(262_144)
    head, _, body = data.partition(_HEAD_END)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])
    left = length - len(body)
    while left:
        left -= len(connection.recv(min(left, 262_144)))
