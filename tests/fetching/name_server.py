"""A name server over real UDP and TCP: what the system's own resolver asks, and hears what a test says."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

_TYPES = {"A": 1, "CNAME": 5, "AAAA": 28}
_NO_SUCH_NAME = 3
_IS_ANSWER, _IS_CUT = 0x8580, 0x0200
# What a datagram may carry unless both sides agree on more; the rest is asked for over TCP.
_DATAGRAM = 512

# By name and type: what to answer each time, the last one again and again; None is "no such name". An answer
# is a list of addresses, or of `CNAME other.name` before them.
Zone = Mapping[tuple[str, str], Sequence[Sequence[str] | None]]


class NameServer:
    """Answers with a time to live of 0, so that nobody may keep what it said. `asked` are the questions."""

    def __init__(self, zone: Zone) -> None:
        self._zone = {question: list(turns) for question, turns in zone.items()}
        self._lock = threading.Lock()
        self.asked: list[tuple[str, str]] = []

    def start(self, host: str = "127.0.0.1", port: int = 53) -> None:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind((host, port))
        listener = socket.create_server((host, port))
        threading.Thread(target=self._serve_datagrams, args=[datagrams], daemon=True).start()
        threading.Thread(target=self._serve_connections, args=[listener], daemon=True).start()

    def _serve_datagrams(self, datagrams: socket.socket) -> None:
        while True:
            question, sender = datagrams.recvfrom(4096)
            datagrams.sendto(self._answer(question, most=_DATAGRAM), sender)

    def _serve_connections(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve_connection, args=[connection], daemon=True).start()

    def _serve_connection(self, connection: socket.socket) -> None:
        """Answer every question that comes: the system asks for both kinds of addresses over one."""
        with connection:
            while len(size := connection.recv(2, socket.MSG_WAITALL)) == 2:
                question = connection.recv(int.from_bytes(size), socket.MSG_WAITALL)
                answer = self._answer(question, most=65535)
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, question: bytes, *, most: int) -> bytes:
        end = question.index(b"\0", 12) + 5
        name, kind = _read_name(question[12 : end - 5]), int.from_bytes(question[end - 4 : end - 2])
        kind_name = next((known for known, number in _TYPES.items() if number == kind), str(kind))
        records = self._take_turn(name, kind_name, is_last_word=most > _DATAGRAM)
        if records is None:
            return (
                question[:2] + struct.pack("!5H", _IS_ANSWER | _NO_SUCH_NAME, 1, 0, 0, 0) + question[12:end]
            )
        written = b"".join(_write_record(name, record) for record in records)
        answer = (
            question[:2] + struct.pack("!5H", _IS_ANSWER, 1, len(records), 0, 0) + question[12:end] + written
        )
        if len(answer) <= most:
            return answer
        return question[:2] + struct.pack("!5H", _IS_ANSWER | _IS_CUT, 1, 0, 0, 0) + question[12:end]

    def _take_turn(self, name: str, kind: str, *, is_last_word: bool) -> Sequence[str] | None:
        with self._lock:
            if not is_last_word:  # over TCP it is the same question once more
                self.asked.append((name, kind))
            turns = self._zone.get((name, kind))
            if turns is None:
                return [] if any(known == name for known, _ in self._zone) else None
            return turns.pop(0) if len(turns) > 1 else turns[0]


def _read_name(labels: bytes) -> str:
    words = []
    while labels:
        words.append(labels[1 : 1 + labels[0]].decode("ascii").lower())
        labels = labels[1 + labels[0] :]
    return ".".join(words)


def _write_name(name: str) -> bytes:
    return b"".join(bytes([len(word)]) + word.encode("ascii") for word in name.split(".")) + b"\0"


def _write_record(asked: str, record: str) -> bytes:
    """Write an address of the asked name, or of another: `CNAME other` and `other 10.0.0.1`."""
    first, _, second = record.rpartition(" ")
    if first == "CNAME":
        owner, kind, data = asked, "CNAME", _write_name(second)
    else:
        address = ip_address(second)
        owner, kind, data = first or asked, "AAAA" if address.version == 6 else "A", address.packed
    return _write_name(owner) + struct.pack("!HHIH", _TYPES[kind], 1, 0, len(data)) + data
