"""nginx in front: delivery decides, nginx sends the file, and a viewer sees no difference."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from apps.accounts.actor import SYSTEM
from apps.images.models import Image, Rendition
from apps.variants.models import Variant
from apps.variants.services import set_delivery_policy
from images_platform.parts import make_delivery
from tests.delivery.conftest import link, signed_link
from tests.delivery.running import running
from tests.delivery.test_granian import Server, database_url
from tests.edges import DEPLOY, NGINX, find_free_port, running_nginx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.edge]
# What a proxy says for itself.
OF_THE_WAY = {
    *("date", "server", "connection", "transfer-encoding", "surrogate-key", "cf-resized", "x-request-id"),
}


@pytest.fixture
def servers(transactional_db: None, stores: Path, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Serve the test's database and stores through nginx, and beside it without."""
    behind, alone = find_free_port(), find_free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)}
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        running(make_delivery(behind, environment | {"ACCEL_PREFIX": "/_renditions/"})),
        running(make_delivery(alone, environment)),
        running_nginx(folder, origin_port=behind, renditions=stores / "renditions") as port,
    ):
        yield Server(port), Server(alone)


def described(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OF_THE_WAY}


def test_it_works(servers: tuple[Server, Server], photo: Image, thumbnail: Variant) -> None:
    nginx, alone = servers
    status, headers, body = nginx.ask(link(photo), accept="image/webp")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert headers["cf-resized"].startswith("internal=ok/m")
    assert "surrogate-key" not in headers
    assert "x-accel-redirect" not in headers
    assert alone.ask(link(photo), accept="image/webp")[2] == body


CONDITIONS = (
    {},
    {"range": "bytes=10-19"},
    {"range": "bytes=-5"},
    {"range": "bytes=0-"},
    {"range": "bytes=999999-"},
    {"range": "bytes=0-1,4-5"},
    {"range": "bytes=10-19", "if-range": '"other"'},
    {"if-none-match": "*"},
    {"if-none-match": '"other"'},
    {"if-modified-since": "Tue, 24 Nov 2099 00:00:00 GMT"},
)


def ask_about_the_file(path: Path) -> list[dict[str, str]]:
    """Return conditions that a server which looks at the file alone would find to be met."""
    status = path.stat()
    return [
        {
            "if-modified-since": format_datetime(
                datetime.fromtimestamp(int(status.st_mtime), UTC), usegmt=True
            )
        },
        {"if-none-match": f'"{int(status.st_mtime):x}-{status.st_size:x}"'},
    ]


def test_conditions_and_ranges_are_delivery_s_to_decide(
    servers: tuple[Server, Server], photo: Image, thumbnail: Variant, stores: Path
) -> None:
    """Whether nginx is in front or not: the same status, the same headers, the same bytes."""
    nginx, alone = servers
    alone.ask(link(photo))
    file = stores / "renditions" / Rendition.objects.get().storage_key
    for headers in (*CONDITIONS, *ask_about_the_file(file)):
        for method in ("GET", "HEAD"):
            answers = [server.ask(link(photo), method, **headers) for server in (nginx, alone)]
            through, straight = [(status, described(given), body) for status, given, body in answers]
            assert through == straight, (method, headers)


def test_a_fallback_is_missing_all_the_same(
    servers: tuple[Server, Server], photo: Image, thumbnail: Variant
) -> None:
    """nginx answers what it sends itself with 200, whatever delivery said."""
    nginx, alone = servers
    set_delivery_policy(account=photo.account, fallback_image=photo.public_id, actor=SYSTEM)
    target = f"/{photo.account.hash}/none/thumbnail"
    status, headers, body = nginx.ask(target)
    assert (status, headers["content-type"], headers["cf-resized"]) == (404, "image/jpeg", "err=9431")
    assert body == alone.ask(link(photo))[2]


def test_the_target_arrives_as_it_was_signed(
    servers: tuple[Server, Server], secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    nginx, _ = servers
    target = signed_link(secret_photo, key)
    assert nginx.status(target) == 200
    assert nginx.status(target.replace("/thumbnail", "/%74humbnail")) == 403
    assert nginx.status(target.replace("sig=", "sig=0")) == 403


def test_nobody_reaches_a_file_by_its_place(
    servers: tuple[Server, Server], photo: Image, thumbnail: Variant
) -> None:
    nginx, _ = servers
    nginx.ask(link(photo))
    key = Rendition.objects.get().storage_key
    assert nginx.status(f"/_renditions/{key}") == 404
    assert nginx.status(f"/x/../_renditions/{key}") == 404


def test_the_whole_configuration_is_sound(tmp_path: Path) -> None:
    """With certificates made here, nginx has no fault to find."""
    for name in ("images.example.com", "img.example.net"):
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-nodes", "-days", "1", "-subj", f"/CN={name}"),
                *("-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem"),
            ],
            check=True,
            capture_output=True,
        )
    for file in (DEPLOY / "nginx").iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace("/etc/ssl/", f"{tmp_path}/"))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ include images.conf; }}")
    done = subprocess.run(
        [NGINX, "-t", "-e", "stderr", "-p", tmp_path, "-c", whole], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"warn" not in done.stderr
