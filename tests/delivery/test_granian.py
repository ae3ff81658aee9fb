"""The delivery plane as it is run: Granian, in a process of its own, asked over a socket with raw targets."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from apps.images.models import Image
from apps.signing.signature import sign
from apps.variants.models import Variant
from images_platform.parts import make_delivery
from tests.delivery.conftest import link, signed_link, upload
from tests.delivery.running import running

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """A running delivery plane."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send the target as it is; http.client changes nothing about it."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, headers=names)
            response = connection.getresponse()
            return (
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )

    def status(self, target: str, method: str = "GET") -> int:
        return self.ask(target, method)[0]


@pytest.fixture
def server(transactional_db: None, stores: Path) -> Iterator[Server]:
    """Serve the test's database and stores on a free port, as `manage.py up` does."""
    port = find_free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)}
    with running(make_delivery(port, environment)):
        yield Server(port)


def find_free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def database_url() -> str:
    """Return DATABASE_URL with this test run's database in the place of the configured one."""
    address, mark, query = os.environ["DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}{mark}{query}"


def test_it_works(server: Server, photo: Image, secret_photo: Image, thumbnail: Variant, key: str) -> None:
    status, headers, body = server.ask(link(photo))
    assert (status, headers["content-type"], headers["content-length"]) == (200, "image/jpeg", str(len(body)))
    again, stored_headers, stored = server.ask(link(photo))
    assert (again, stored) == (200, body)
    assert stored_headers["cf-resized"].startswith("internal=ok/h")  # now sent by the server: pathsend
    assert stored_headers["content-length"] == str(len(body))
    assert server.ask(link(photo), if_none_match=headers["etag"])[::2] == (304, b"")
    assert server.ask(link(photo), range="bytes=1-3")[::2] == (206, body[1:4])
    assert server.ask(link(photo), "HEAD")[1]["content-length"] == str(len(body))
    assert server.status(link(photo), "POST") == 405
    assert server.status(signed_link(secret_photo, key)) == 200


def test_the_target_is_taken_as_sent(
    server: Server, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    image = upload(thumbnail.account, image_id="a/b c%/d")
    account_hash = thumbnail.account.hash
    assert server.status(f"/{account_hash}/a%2Fb%20c%25/d/thumbnail") == 200
    assert server.status(link(image)) == 200
    signed = signed_link(secret_photo, key)
    lower, upper = (signed.replace("-", escape, 1) for escape in ("%2d", "%2D"))
    for bent in (lower, upper, f"/{signed}", signed.replace("/thumbnail", "//thumbnail"), f"/x/..{signed}"):
        assert server.status(bent) in {403, 404}, bent
    for spelling in (lower, upper):
        signed_text = spelling.partition("?")[0]
        assert server.status(f"{signed_text}?sig={sign(signed_text, key)}") == 200
        other = upper if spelling is lower else lower
        assert server.status(f"{other.partition('?')[0]}?sig={sign(signed_text, key)}") == 403
    assert server.status(f"{signed_text}?a=%2F&a=+&sig={sign(f'{signed_text}?a=%2F&a=+', key)}") == 200


def test_threads_hold_up_the_event_loop_for_half_a_millisecond_at_most() -> None:
    """Beside a queue of misses, the usual five would be what most hits wait for."""
    program = "import sys, images_platform.delivery; print(sys.getswitchinterval())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) <= 0.0005


def test_no_decoder_is_loaded() -> None:
    """Untrusted bytes are decoded in the renderer only: this process does not even have the means."""
    program = (
        "import sys, images_platform.delivery\n"
        "found = {'pyvips', 'PIL', 'pi_heif'} & set(sys.modules)\n"
        "sys.exit(repr(found) if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
