"""`manage.py up` as a stranger meets it: one command, a picture through the API, a signed link, Ctrl-C.

It starts from nothing but a folder, is killed in the middle, and starts again with everything it had.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from images_platform.instance import RUN_FOLDER, read_variables
from images_platform.supervisor.orphans import find_by_variable
from tests.pictures import photo_jpeg

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120
_STOP_SECONDS = 10


@dataclass
class Up:
    """One instance in a folder of its own."""

    data_dir: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> dict[str, Any]:
        """Start it and return its board."""
        (self.data_dir / "board.json").unlink(missing_ok=True)  # one that was killed leaves it
        # As in a stranger's terminal: nothing of this test run's own.
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.data_dir), "DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        give_up_at = time.monotonic() + _START_SECONDS
        while not (self.data_dir / "board.json").exists():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < give_up_at, self.output
            time.sleep(0.1)
        board: dict[str, Any] = json.loads((self.data_dir / "board.json").read_text())
        return board

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(_STOP_SECONDS)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def run_folder(self) -> Path:
        return Path(read_variables(self.data_dir)[RUN_FOLDER])


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    (tmp_path / "a data folder").mkdir()
    instance = Up(tmp_path / "a data folder", find_two_ports(), tmp_path / "log")
    yield instance
    if instance.process is not None and instance.process.poll() is None:
        instance.end(signal.SIGTERM)


def find_two_ports() -> int:
    """Return a free port whose successor is free too, below those that outgoing connections take."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000, 2):
        with contextlib.suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no two free ports")


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    """Return status, content type and body."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request(method, target, body, fields)
        response = connection.getresponse()
        return response.status, response.headers.get_content_type(), response.read()


def upload(board: dict[str, Any], picture: bytes) -> str:
    """Send a file as curl would, and return the image's id."""
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    status, _, body = ask(
        f"{board['api']}/accounts/{board['account_id']}/images/v1",
        "POST",
        head + picture + b"\r\n--edge--\r\n",
        Authorization=f"Bearer {board['token']}",
        Content_Type="multipart/form-data; boundary=edge",
    )
    assert status == 200, body
    image_id: str = json.loads(body)["result"]["id"]
    return image_id


def list_images(board: dict[str, Any]) -> set[str]:
    url = f"{board['api']}/accounts/{board['account_id']}/images/v1"
    status, _, body = ask(url, Authorization=f"Bearer {board['token']}")
    assert status == 200, body
    return {image["id"] for image in json.loads(body)["result"]["images"]}


def test_it_works(up: Up) -> None:
    board = up.start()
    image_id = upload(board, photo_jpeg())
    link = f"{board['delivery']}/{board['account_hash']}/{image_id}"
    status, content_type, picture = ask(f"{link}/thumbnail", Accept="image/webp")
    assert (status, content_type, picture[8:12]) == (200, "image/webp", b"WEBP")
    look_at_signed_link(up)
    look_at_dashboard(board)

    up.end(signal.SIGKILL)
    board = up.start()
    assert list_images(board) == {*board["images"], image_id}

    run_folder = up.run_folder
    assert find_by_variable(RUN_FOLDER, str(run_folder))
    assert up.end(signal.SIGINT) == 0
    assert find_by_variable(RUN_FOLDER, str(run_folder)) == []
    assert not run_folder.exists()
    assert not (up.data_dir / "board.json").exists()
    assert not (up.data_dir / "postgres" / "postmaster.pid").exists()
    assert list((up.data_dir / "incoming").iterdir()) == []


def look_at_signed_link(up: Up) -> None:
    (link,) = re.findall(r"http://\S+sig=[0-9a-f]{64}", up.output)
    status, content_type, _ = ask(link, Accept="image/avif,image/webp")
    assert (status, content_type) == (200, "image/avif")
    changed = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert ask(changed)[0] == 403
    assert ask(link.partition("?")[0])[0] == 403


def look_at_dashboard(board: dict[str, Any]) -> None:
    status, content_type, page = ask(f"{board['dashboard']}accounts/login/")
    assert (status, content_type) == (200, "text/html")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode()):
        assert ask(board["dashboard"].rstrip("/") + path)[0] == 200


def test_a_taken_port_is_said_before_anything_starts(up: Up) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", up.port + 1))
        other.listen()
        with pytest.raises(AssertionError, match=rf"Port {up.port + 1} is taken"):
            up.start()
    assert not (up.data_dir / "postgres").exists()
