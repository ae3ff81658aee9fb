"""The platform's own programs as parts: what `manage.py up` runs beside the embedded servers, in order."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from apps.imaging.errors import RendererError
from apps.imaging.renderer.client import RendererClient
from images_platform import env
from images_platform.instance import ROOT, Instance
from images_platform.supervisor.part import NotReady, Part

_HOST = "127.0.0.1"
_PROBE_SECONDS = 5.0


def list_parts(instance: Instance) -> list[Part]:
    """Return everything an instance consists of, each part after those it needs."""
    environment = {**os.environ, **instance.variables, "PYTHONUNBUFFERED": "1"}
    metrics_port = env.integer("METRICS_PORT", 0, maximum=65_535)
    if metrics_port:
        environment["METRICS_DIR"] = str(instance.run_folder / "metrics")
    servers = [server.part() for server in (instance.postgres, instance.valkey) if server is not None]
    return [
        *servers,
        make_renderer(Path(instance.variables["RENDERER_SOCKET"]), *list_renderer_options()),
        make_command("migrate", "--no-input", "--verbosity=0", environment=environment),
        make_command("create_demo", environment=environment),
        make_control(instance.port, environment),
        make_delivery(instance.port + 1, environment),
        make_worker(instance.port, environment),
        *([make_metrics(metrics_port, environment)] if metrics_port else []),
    ]


def make_renderer(socket: Path, *options: str, workers: int = 2) -> Part:
    """The renderer, started with an empty environment: it decodes what strangers send."""

    def probe() -> None:
        try:
            RendererClient(socket, total_seconds=_PROBE_SECONDS).probe()
        except RendererError as error:
            raise NotReady(str(error)) from error

    command = _python("apps.imaging", "serve", f"--socket={socket}", f"--workers={workers}", *options)
    return Part(name="renderer", command=command, environment={}, folder=ROOT, probe=probe)


def list_renderer_options() -> list[str]:
    """Return the renderer's options as the environment has them. Raises EnvError."""
    options = [
        f"--deadline={env.render_seconds()}",
        f"--heavy-deadline={env.heavy_render_seconds()}",
        f"--heavy-workers={env.integer('RENDERER_HEAVY_WORKERS', 1, maximum=16)}",
        f"--heavy-memory={env.integer('RENDERER_HEAVY_MEMORY', 2_720, minimum=768)}",
    ]
    is_optional = env.choice("RENDERER_CAGE", "optional", ("optional", "required")) == "optional"
    return [*options, "--allow-open-cage"] if is_optional else options


def make_command(name: str, *arguments: str, environment: Mapping[str, str]) -> Part:
    """A management command that has to have run before the parts after it."""
    command = (sys.executable, "manage.py", name, *arguments)
    return Part(
        name=name,
        command=command,
        environment=environment,
        folder=ROOT,
        start_seconds=120.0,
        is_one_shot=True,
    )


def make_control(port: int, environment: Mapping[str, str]) -> Part:
    """API and dashboard: Django under gunicorn."""
    command = _python(
        "gunicorn",
        "images_platform.wsgi:application",
        "--config=python:images_platform.control_server",
        f"--bind={_HOST}:{port}",
    )
    return Part(
        name="control",
        command=command,
        environment=environment,
        folder=ROOT,
        probe=lambda: _ask_health(port),
    )


def make_delivery(port: int, environment: Mapping[str, str]) -> Part:
    """Links in, bytes out: the lean application under Granian."""
    command = _python(
        "granian",
        "images_platform.delivery:application",
        "--interface=asgi",
        f"--host={_HOST}",
        f"--port={port}",
        "--http=1",
        "--no-ws",
        "--loop=uvloop",
        "--runtime-threads=1",
        "--workers=1",
        "--respawn-failed-workers",
        "--workers-kill-timeout=1",
        "--log-level=warning",
    )
    return Part(
        name="delivery",
        command=command,
        environment=environment,
        folder=ROOT,
        probe=lambda: _ask_health(port),
    )


def make_metrics(port: int, environment: Mapping[str, str]) -> Part:
    """What all parts count, at an address of its own."""
    return Part(
        name="metrics",
        command=(sys.executable, "manage.py", "serve_metrics", f"--port={port}"),
        environment=environment,
        folder=ROOT,
        probe=lambda: _ask_health(port, "/metrics"),
    )


def make_worker(port: int, environment: Mapping[str, str]) -> Part:
    """Celery with its beat, in one process tree; named by the port, so that two instances differ."""
    # In a container everybody is root, and what makes root a danger here, pickled tasks, is not used.
    environment = {
        **environment,
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    node = f"images-{port}@localhost"
    celery = ("celery", "--quiet", "--app=images_platform")
    command = _python(
        *celery,
        "worker",
        "--beat",
        f"--hostname={node}",
        # There is one worker, so nobody to gossip with.
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=WARNING",
    )

    def probe() -> None:
        question = _python(*celery, "inspect", "ping", f"--destination={node}", "--timeout=1")
        try:
            done = subprocess.run(  # noqa: S603  # Celery's own question
                question, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=15
            )
        except subprocess.TimeoutExpired as error:
            raise NotReady(str(error)) from error
        if done.returncode != 0:
            raise NotReady((done.stderr or done.stdout).strip())

    return Part(
        name="worker", command=command, environment=environment, folder=ROOT, probe=probe, stop_seconds=3.0
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    """Return a module as a command: scripts in `bin` break in a path with spaces, or once moved."""
    return (sys.executable, "-m", module, *arguments)


def _ask_health(port: int, path: str = "/healthz") -> None:
    connection = http.client.HTTPConnection(_HOST, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotReady(str(error)) from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise NotReady(f"{path} answers {status}")
