"""A world of its own: a network in which every address of the internet, and of what lies inside, leads to us.

    python -m tests.fetching.world < questions

It needs namespaces of its own for network and files (`unshare`), in which it makes all of IPv4 local and puts
its name server in the place of the system's. So the real fetcher runs with the real resolver, under the rules
it has in production, and a packet that goes anywhere at all is seen: each passes the loopback device.
"""

from __future__ import annotations

import ctypes
import fcntl
import io
import json
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Iterable
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

from apps.fetching.errors import FetchError
from apps.fetching.fetcher import Fetcher, FetchLimits
from tests.fetching.name_server import NameServer
from tests.fetching.serving import ok

BODY = b"a pear"
PORTS = (22, 80, 443, 6379, 11211)
# Together all of IPv4 but 0.0.0.0/8, which leads to this very host anyway.
_HALVES = [("128.0.0.1", "128.0.0.0"), ("64.0.0.1", "192.0.0.0"), ("32.0.0.1", "224.0.0.0")] + [
    (f"{2**bit}.0.0.1", f"{256 - 2**bit}.0.0.0") for bit in range(5)
]
_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK, _IFF_UP = 0x8914, 0x8916, 0x891C, 1
_MS_BIND, _LOOPBACK = 4096, 1


def make_all_addresses_ours(others: Iterable[IPv6Address]) -> None:
    """Bring the loopback device up, and give it everything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
        for number, (address, mask) in enumerate(_HALVES):
            for order, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, mask)):
                name = f"lo:{number}".encode()
                fcntl.ioctl(
                    control, order, struct.pack("16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(value))
                )
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        for other in others:
            try:
                fcntl.ioctl(control, _SIOCSIFADDR, struct.pack("16sIi", other.packed, 128, _LOOPBACK))
            except OSError:
                pass  # Multicast, or ours already.


def ask_our_name_server() -> None:
    """Put files of our own in the place of those that say whom the system's resolver asks."""
    folder = Path(tempfile.mkdtemp())
    for path, text in {
        "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        "/etc/nsswitch.conf": "hosts: files dns\n",
        "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    }.items():
        if Path(path).exists():
            ours = folder / Path(path).name
            ours.write_text(text)
            _bind(ours, Path(path).resolve())


def _bind(source: Path, target: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(str(source).encode(), str(target).encode(), None, _MS_BIND, None):
        raise OSError(ctypes.get_errno(), f"{target} cannot be replaced")


class Everywhere:
    """Listens on every address, at the ports that matter; `visited` are the addresses somebody came to."""

    def __init__(self) -> None:
        self.visited: list[str] = []
        for port in PORTS:
            listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
            threading.Thread(target=self._serve, args=[listener], daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                self.visited.append(connection.getsockname()[0].removeprefix("::ffff:"))
                connection.recv(4096)
                connection.sendall(ok(BODY))


def count_packets() -> int:
    """Return what the loopback device has sent; /sys would show that of the world outside."""
    for line in Path("/proc/self/net/dev").read_text().splitlines():
        name, _, figures = line.partition(":")
        if name.strip() == "lo":
            return int(figures.split()[9])
    raise RuntimeError("no loopback device")


ZONE = {
    ("rebind.test", "A"): [["93.184.215.14"], ["127.0.0.1"]],
    ("inside.test", "A"): [["10.0.0.7"]],
    ("mixed.test", "A"): [["93.184.215.14"]],
    ("mixed.test", "AAAA"): [["::1"]],
    ("alias.test", "A"): [["CNAME deep.test", "deep.test 192.168.7.7"]],
    ("alias.test", "AAAA"): [["CNAME deep.test"]],
    ("many.test", "A"): [[f"93.184.{number}.14" for number in range(200)] + ["10.0.0.7"]],
    ("flapping.test", "A"): [None, ["93.184.215.14"]],
    ("flapping.test", "AAAA"): [None, []],
    ("six.test", "AAAA"): [["2606:4700:4700::1111"]],
    ("metadata.google.internal", "A"): [["169.254.169.254"]],
    ("localhost.localdomain", "A"): [["127.0.0.1"]],
}


def try_urls(urls: Iterable[str]) -> list[dict[str, Any]]:
    """Fetch each URL as production would; returns what came of it, who was visited, asked and sent what."""
    make_all_addresses_ours([IPv6Address("2606:4700:4700::1111")])
    ask_our_name_server()
    names, everywhere = NameServer(ZONE), Everywhere()
    names.start()
    fetcher = Fetcher(user_agent="test", via="test", limits=FetchLimits(total_seconds=5, step_seconds=0))
    outcomes = []
    for url in urls:
        names.asked.clear()
        everywhere.visited.clear()
        before = count_packets()
        try:
            fetcher.fetch(url, into=io.BytesIO(), max_bytes=1000, asker="test")
            outcome = "fetched"
        except FetchError as error:
            outcome = type(error).__name__
        outcomes.append(
            {
                "outcome": outcome,
                "packets": count_packets() - before,
                "visited": list(everywhere.visited),
                "asked": [list(question) for question in names.asked],
            }
        )
    return outcomes


if __name__ == "__main__":
    json.dump(try_urls(json.load(sys.stdin)), sys.stdout)
