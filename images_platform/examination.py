"""Examination: everything that can ail an installation, one function each, for `manage.py doctor`.

A function returns what it found in a few words, or raises Ailment with what to do about it.
"""

from __future__ import annotations

import base64
import platform
import re
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import redis
from celery import current_app
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from apps.images.renderer import RENDER_LIMITS, make_client
from apps.images.storage import ORIGINALS, RENDITIONS
from apps.imaging.cage import ResourceLimits
from apps.imaging.errors import (
    ImagingError,
    RendererBusy,
    RendererError,
    RendererTimeout,
    RendererUnavailable,
)
from apps.imaging.recipe import OutputFormat
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.lanes import cheap_lane, heavy_socket
from apps.imaging.subject import SUBJECT

_ROOT = Path(__file__).resolve().parents[1]
_LOCKED = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)
_NAMED = ("django", "pyvips-binary", "pillow")
_CLOCK_SECONDS = 2.0
_ANSWER_SECONDS = 3.0
_DISK = "Make DATA_DIR writable, with room left on it."
_BUCKET = "See to S3_BUCKET, S3_ENDPOINT and the keys: reading, writing and deleting must be allowed."
_START = "`make up` runs everything."
# A transparent PNG of one pixel.
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Ailment(Exception):
    """Something is wrong; `advice` is what to do."""

    def __init__(self, finding: str, advice: str) -> None:
        super().__init__(finding)
        self.finding = finding
        self.advice = advice


def examine_versions() -> str:
    """Compare what is installed with the lock."""
    locked: dict[str, set[str]] = defaultdict(set)  # several, where platforms differ
    for name, locked_version in _LOCKED.findall((_ROOT / "requirements.lock").read_text(encoding="utf-8")):
        locked[name].add(locked_version)
    installed = {name: found for name in locked if (found := _find_version(name)) is not None}
    if strays := [f"{name} {found}" for name, found in installed.items() if found not in locked[name]]:
        raise Ailment(f"not as in requirements.lock: {', '.join(strays)}", "Install it: `make up` does.")
    named = ", ".join(f"{name} {installed[name]}" for name in _NAMED if name in installed)
    return f"Python {platform.python_version()}, {named}; {len(installed)} packages as locked"


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:  # for another platform
        return None


def examine_settings() -> str:
    """Run Django's own checks and those of the rooms."""
    messages = [
        message for message in run_checks(include_deployment_checks=True) if not message.is_silenced()
    ]
    if errors := [message for message in messages if message.level >= ERROR]:
        advice = " ".join(message.hint for message in errors if message.hint)
        raise Ailment(
            "; ".join(f"{error.id}: {error.msg}" for error in errors), advice or "Mend the setting."
        )
    notes = ", ".join(sorted({str(message.id) for message in messages}))
    return f"no errors; `manage.py check --deploy` explains {notes}" if notes else "no errors"


def examine_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (server,) = cursor.fetchone()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise Ailment(_shorten(error), f"Is Postgres at DATABASE_URL running? {_START}") from error
    if plan:
        raise Ailment(f"{len(plan)} migrations are not applied", "Run `python manage.py migrate`.")
    return f"Postgres {server}, every migration applied"


def examine_clock() -> str:
    """Compare with the database's: links expire by ours, jobs fall due by its."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (its,) = cursor.fetchone()
    except DatabaseError as error:
        raise Ailment(_shorten(error), "See to the database first.") from error
    seconds = abs((datetime.now(UTC) - its).total_seconds())
    if seconds > _CLOCK_SECONDS:
        raise Ailment(f"{seconds:.1f} s away from the database's", "Set both by NTP (chrony, timesyncd).")
    return f"{seconds * 1000:.0f} ms away from the database's"


def examine_broker() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=_ANSWER_SECONDS) as client:
            information = client.info()
    except redis.RedisError as error:
        raise Ailment(_shorten(error), f"Is Valkey at REDIS_URL running? {_START}") from error
    if information.get("maxmemory_policy") != "noeviction":
        raise Ailment("it may forget tasks to make room", "Set `maxmemory-policy noeviction` there.")
    valkey = information.get("valkey_version")
    return f"Valkey {valkey}" if valkey else f"Redis {information['redis_version']}"


def examine_worker() -> str:
    """Ask for any Celery worker over the broker."""
    try:
        with current_app.connection_for_write() as connection:  # a pooled one may be broken by now
            answers = current_app.control.ping(timeout=_ANSWER_SECONDS, connection=connection)
    except (OperationalError, redis.RedisError) as error:
        raise Ailment(_shorten(error), f"Is the broker at REDIS_URL running? {_START}") from error
    if not answers:
        raise Ailment("none answers: nothing is rendered ahead or swept", _START)
    return ", ".join(name for answer in answers for name in answer)


def examine_storage() -> str:
    """Write, read and remove a file in both stores."""
    for name in (ORIGINALS, RENDITIONS):
        store, content = storages[name], uuid.uuid4().bytes
        try:
            key = store.save(f"doctor/{uuid.uuid4().hex}", ContentFile(content))
            try:
                with store.open(key) as file:
                    is_same = file.read() == content
            finally:
                store.delete(key)
        except OSError as error:
            is_local = isinstance(store, FileSystemStorage)
            raise Ailment(f"{name}: {_shorten(error)}", _DISK if is_local else _BUCKET) from error
        if not is_same:
            raise Ailment(
                f"{name}: other bytes came back than were stored", "Look for what rewrites that store."
            )
    return "bytes written, read back and removed in both stores"


def examine_cage() -> str:
    """Have a worker of the running renderer try to break out, and each of libvips' loaders."""
    command = [sys.executable, "-m", "apps.imaging", "doctor", "--socket", settings.RENDERER_SOCKET]
    done = subprocess.run(  # noqa: S603  # our own command
        command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode != 0:
        bad = [line.strip() for line in done.stdout.splitlines() if not line.startswith("  refused")]
        finding = "; ".join(bad) or _shorten(done.stderr)
        raise Ailment(
            finding, "Linux 5.13 or newer, with Landlock and seccomp, holds all." if bad else _START
        )
    return f"{done.stdout.splitlines()[0]}; libvips opens our formats only"


def examine_render() -> str:
    """Have a real picture rendered, and faces looked for in it."""
    started_at = time.monotonic()
    try:
        rendered = make_client().render(_PICTURE, SUBJECT, OutputFormat.WEBP, limits=RENDER_LIMITS)
    except ImagingError as error:
        raise Ailment(_shorten(error), f"Is the renderer running? {_START}") from error
    finds_faces = rendered.found is not None and rendered.found.faces is not None
    return f"PNG to WebP, {len(rendered.data)} bytes, {(time.monotonic() - started_at) * 1000:.0f} ms; " + (
        "faces are found" if finds_faces else "no face detector: g=face is g=auto"
    )


def examine_lanes() -> str:
    """Ask the heavy lane whether it is there."""
    path = heavy_socket(Path(settings.RENDERER_SOCKET))
    try:
        RendererClient(path, total_seconds=_ANSWER_SECONDS).probe()
    except RendererUnavailable:
        megabytes = cheap_lane(ResourceLimits().memory_bytes, is_last=True).max_peak_bytes // 10**6
        return f"cheap only: what takes more than {megabytes} MB (unless --memory says more) is refused"
    except (RendererBusy, RendererTimeout):
        return "cheap and heavy, which is at work"
    except RendererError as error:
        raise Ailment(f"the heavy lane: {_shorten(error)}", "Look into the renderer's log.") from error
    return "cheap and heavy: pictures that take seconds or gigabytes keep no others waiting"


EXAMINATIONS: dict[str, Callable[[], str]] = {
    "versions": examine_versions,
    "settings": examine_settings,
    "database": examine_database,
    "clock": examine_clock,
    "broker": examine_broker,
    "worker": examine_worker,
    "storage": examine_storage,
    "cage": examine_cage,
    "lanes": examine_lanes,
    "render": examine_render,
}


def _shorten(error: object) -> str:
    """Return the first line of what an error says."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
