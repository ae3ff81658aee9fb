"""Hits at the edge: Varnish as we ship it against Varnish with an empty VCL, and nginx with the file beside.

All three answer the same picture from memory; what ours does more is its VCL. Rounds alternate. The client is
too slow for any of them: what counts is processor time.
"""

from __future__ import annotations

import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.effort import Effort, Unmeasurable
from tests.bench.load import Rate, measure
from tests.bench.stack import OURS, edge_before, serving
from tests.bench.stored_hits import SECONDS, make_request, prepare, show, sum_up
from tests.edges import NGINX, VARNISHD, find_free_port, running_server
from tests.services import running_services

_EMPTY = 'vcl 4.1; backend default {{ .host = "127.0.0.1"; .port = "{port}"; }}'
_STATIC = """
daemon off; master_process off; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 64; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    open_file_cache max=10;
    server {{ listen 127.0.0.1:{port}; location / {{ root {folder}; try_files /picture =404; }} }}
}}
"""


def run(effort: Effort) -> dict[str, Any]:
    """Return requests a second of each, and their ratio to the empty VCL's."""
    if not (VARNISHD and NGINX):
        raise Unmeasurable("varnishd and nginx are not both here")
    rounds = min(effort.rounds, 7)
    with running_services(), ExitStack() as stack:
        target = prepare()["public"]
        origin = stack.enter_context(serving(OURS, find_free_port()))
        ours = stack.enter_context(edge_before(origin))
        picture = read(ours, target)
        ports = {
            "bare": stack.enter_context(empty_varnish(origin)),
            "ours": ours,
            "nginx": stack.enter_context(static_nginx(picture)),
        }
        rates: dict[str, list[Rate]] = {name: [] for name in ports}
        for port in ports.values():
            if read(port, target) != picture:
                raise RuntimeError("the three do not answer the same")
        for _ in range(rounds):
            for name, port in ports.items():
                rates[name].append(measure(port, target, seconds=SECONDS))
    figures = {name: sum_up(measured, rates["bare"]) for name, measured in rates.items()}
    show(figures, len(picture))
    return figures


def read(port: int, target: str) -> bytes:
    with urllib.request.urlopen(make_request(port, target)) as response:  # noqa: S310  # ours
        return bytes(response.read())


@contextmanager
def empty_varnish(origin_port: int) -> Iterator[int]:
    """Yield the port of a Varnish that is told no more than where its origin is."""
    port = find_free_port()
    with tempfile.TemporaryDirectory() as folder:
        vcl = Path(folder, "empty.vcl")
        vcl.write_text(_EMPTY.format(port=origin_port))
        command = [VARNISHD, "-F", "-j", "none", "-T", "none", "-n", f"{folder}/work", "-s", "malloc,32m"]
        command += ["-a", f"127.0.0.1:{port}", "-f", str(vcl)]
        with running_server(command, port, Path(folder, "log")):
            yield port


@contextmanager
def static_nginx(picture: bytes) -> Iterator[int]:
    """Yield the port of an nginx that has nothing but the picture, as a file."""
    port = find_free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "picture").write_bytes(picture)
        conf = Path(folder, "nginx.conf")
        conf.write_text(_STATIC.format(folder=folder, port=port))
        with running_server([NGINX, "-p", folder, "-c", str(conf)], port, Path(folder, "log")):
            yield port
