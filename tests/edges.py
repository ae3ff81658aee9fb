"""The edges the tests put in front, as a pytest plugin: a real Varnish and a real nginx as we configure them.

Without them (Debian: varnish, varnish-modules, nginx) these tests are skipped, with the reason;
`REQUIRE_EDGE=1` makes that a failure instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARNISHD, NGINX = (
    shutil.which(name) or shutil.which(name, path="/usr/sbin") or "" for name in ("varnishd", "nginx")
)
DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
SECRET = "only for tests"
_IS_MISSING = not (VARNISHD and NGINX)
_REASON = "The tests with an edge need varnishd and nginx, and not both are here."
_SITE = """
backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
acl purgers {{ "localhost"; }}
{site_host}
sub site_secret {{ set req.http.X-Secret-Expected = "{secret}"; }}
"""
SHIPPED_FOLDER = "/var/lib/images/renditions/"
_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream images_delivery {{ server 127.0.0.1:{origin}; keepalive 8; }}
    server {{
        listen 127.0.0.1:{port};
        include {folder}/images-delivery.conf;
    }}
}}
"""
_START_SECONDS = 20


def pytest_configure() -> None:
    if _IS_MISSING and os.environ.get("REQUIRE_EDGE") == "1":
        raise pytest.UsageError(f"{_REASON} REQUIRE_EDGE=1 insists on them.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _IS_MISSING and item.get_closest_marker("edge") is not None:
            item.add_marker(pytest.mark.skip(reason=_REASON))


def _read_site_host() -> str:
    """Return what we ship, so that it is tried: img.example.com and www.example.com are hosts of accounts."""
    text = (DEPLOY / "varnish" / "site.vcl").read_text(encoding="utf-8")
    return text[text.index("sub site_host") : text.index("# PURGE_SECRET")]


@contextmanager
def running_varnish(folder: Path, *, origin_port: int) -> Iterator[int]:
    """Yield the port of a Varnish in front of an origin; `site.vcl` alone is not the one we ship."""
    site = _SITE.format(origin=origin_port, secret=SECRET, site_host=_read_site_host())
    (folder / "site.vcl").write_text(site)
    port = find_free_port()
    command = [
        *(VARNISHD, "-F", "-j", "none", "-T", "none", "-n", folder / "work", "-s", "malloc,32m"),
        *("-a", f"127.0.0.1:{port}", "-f", DEPLOY / "varnish" / "images.vcl", "-p", f"vcl_path={folder}"),
    ]
    with running_server([str(word) for word in command], port, folder / "varnishd.log"):
        yield port


@contextmanager
def running_nginx(folder: Path, *, origin_port: int, renditions: Path) -> Iterator[int]:
    """Yield the port of an nginx in front of an origin; only names and the folder are not as we ship them."""
    port = find_free_port()
    delivery = (DEPLOY / "nginx" / "images-delivery.conf").read_text()
    (folder / "images-delivery.conf").write_text(delivery.replace(SHIPPED_FOLDER, f"{renditions}/"))
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port, origin=origin_port))
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with running_server(command, port, folder / "nginx.log"):
        yield port


@contextmanager
def running_server(command: list[str], port: int, log: Path) -> Iterator[None]:
    """Run a server until it is no longer needed, from when its port is open."""
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_until_open(port, process, log)
            yield
        finally:
            process.terminate()


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _START_SECONDS  # it compiles its VCL first
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{log.stem} did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
