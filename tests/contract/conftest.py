"""The official Python client, unmodified, and the control plane as it is run, for all tests of this room.

One gunicorn serves the test run's database for the whole session; what each test wrote is emptied after it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cloudflare import Cloudflare, DefaultHttpxClient

from apps.accounts.models import Account
from images_platform.parts import make_control
from tests.delivery.running import running
from tests.delivery.test_granian import database_url
from tests.edges import find_free_port
from tests.images.conftest import jpeg

PHOTO = jpeg(60, 40)


class PhotoHandler(BaseHTTPRequestHandler):
    """Answers every GET with the photo, as somebody else's site does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(PHOTO)))
        self.end_headers()
        self.wfile.write(PHOTO)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def photo_site() -> Iterator[str]:
    """A site elsewhere that has the photo; returns its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), PhotoHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def api(django_db_setup: None, photo_site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a running API."""
    port = find_free_port()
    data_dir: Path = tmp_path_factory.mktemp("control")
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(data_dir),
        "CONTROL_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "FETCH_ALLOWED_NETWORKS": "127.0.0.1/32",
        "FETCH_PORTS": photo_site.rpartition(":")[2],
    }
    with running(make_control(port, environment)):
        yield f"http://127.0.0.1:{port}/client/v4"


@pytest.fixture
def sent() -> list[httpx.Request]:
    """The requests the client has sent."""
    return []


@pytest.fixture
def client(
    api: str, orchard_token: str, sent: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cloudflare]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    watching = DefaultHttpxClient(event_hooks={"request": [sent.append]})
    with Cloudflare(api_token=orchard_token, base_url=api, http_client=watching) as client:
        yield client


@pytest.fixture
def account_id(transactional_db: None, orchard: Account) -> str:
    return orchard.public_id
