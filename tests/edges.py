"""The edge the tests put in front, as a pytest plugin: a real Varnish with the VCL we ship.

Without Varnish and its modules (Debian: varnish, varnish-modules) these tests are skipped, with the reason;
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

VARNISHD = shutil.which("varnishd") or shutil.which("varnishd", path="/usr/sbin")
VCL = Path(__file__).resolve().parents[1] / "deploy" / "varnish"
SECRET = "only for tests"
_REASON = "There is no varnishd on the PATH for the tests with an edge (Debian: varnish, varnish-modules)."
_SITE = """
backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
acl purgers {{ "localhost"; }}
sub site_secret {{ set req.http.X-Secret-Expected = "{secret}"; }}
"""
_START_SECONDS = 20


def pytest_configure() -> None:
    if VARNISHD is None and os.environ.get("REQUIRE_EDGE") == "1":
        raise pytest.UsageError(f"{_REASON} REQUIRE_EDGE=1 insists on them.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if VARNISHD is None and item.get_closest_marker("edge") is not None:
            item.add_marker(pytest.mark.skip(reason=_REASON))


@contextmanager
def running_varnish(folder: Path, *, origin_port: int) -> Iterator[int]:
    """Yield the port of a Varnish in front of an origin; `site.vcl` alone is not the one we ship."""
    assert VARNISHD is not None
    (folder / "site.vcl").write_text(_SITE.format(origin=origin_port, secret=SECRET))
    port = find_free_port()
    command = [
        *(VARNISHD, "-F", "-j", "none", "-T", "none", "-n", folder / "work", "-s", "malloc,32m"),
        *("-a", f"127.0.0.1:{port}", "-f", VCL / "images.vcl", "-p", f"vcl_path={folder}"),
    ]
    log = folder / "varnishd.log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_until_open(port, process, log)
            yield port
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
                raise RuntimeError(f"Varnish did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
