"""The servers the tests run on, as a pytest plugin: a Postgres, a Valkey and a renderer of their own.

Loaded by `-p tests.services` before Django reads its settings. Only the process pytest was called in starts
and stops servers; parallel workers inherit its environment and take two logical databases of Valkey each.
`DATABASE_URL` and `REDIS_URL` in the environment are used instead.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from images_platform.data_folder import make_data_folder
from images_platform.embedded.postgres import Postgres
from images_platform.embedded.run_folder import make_run_folder, remove_run_folder
from images_platform.embedded.valkey import Valkey
from images_platform.parts import make_renderer
from images_platform.supervisor.part import Part
from images_platform.supervisor.process import Process


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Have everything running before pytest-django, whose hook this wraps, loads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        # A run that is told to end, as by `timeout`, tidies up as after Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        stack = ExitStack()
        early_config.add_cleanup(stack.close)  # runs whatever happens later
        stack.enter_context(running_services())
    else:
        number = int(worker.removeprefix("gw"))
        os.environ["REDIS_URL"] = shift_database(os.environ["REDIS_URL"], by=2 * number)
    return (yield)


@contextmanager
def running_services() -> Iterator[None]:
    """Start what the environment does not name, and describe all of it there."""
    folder = make_run_folder()
    try:
        with ExitStack() as stack:
            environment, parts = describe_services(folder)
            make_data_folder(folder / "data")
            os.environ.update(environment)
            for part in parts:
                log = stack.enter_context((folder / f"{part.name}.log").open("wb"))
                process = Process(part, log)
                stack.callback(process.stop)
                process.wait_until_ready()
            yield
    finally:
        remove_run_folder(folder)


def describe_services(folder: Path) -> tuple[dict[str, str], list[Part]]:
    """Return the variables of a test run and the parts it stands on."""
    renderer_socket = folder / "renderer.sock"
    environment = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATA_DIR": str(folder / "data"),
        "RENDERER_SOCKET": str(renderer_socket),
        "COOKIES_SECURE": "0",  # a live server speaks plain http
        "DEBUG": "0",
        "AVIF_DEADLINE_MS": "30000",  # busy with tests, a machine must not choose formats by the clock
    }
    parts = [make_renderer(renderer_socket, "--allow-open-cage")]
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder / "cluster", folder, password=secrets.token_urlsafe(16), is_durable=False)
        environment["DATABASE_URL"] = postgres.url
        parts.append(postgres.part())
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(folder / "valkey", folder, password=secrets.token_urlsafe(16), is_durable=False)
        environment["REDIS_URL"] = valkey.url
        parts.append(valkey.part())
    return environment, parts


def shift_database(redis_url: str, *, by: int) -> str:
    """Return the URL of a logical database further on; a unix socket names its own in the query."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        query = dict(parse_qsl(parts.query))
        query["db"] = str(int(query.get("db", "0")) + by)
        return f"unix://{parts.netloc}{parts.path}?{urlencode(query)}"
    return urlunsplit(parts._replace(path=f"/{int(parts.path.lstrip('/') or '0') + by}"))
