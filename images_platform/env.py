"""Typed readers for environment variables: a value that cannot be understood stops the start.

Every reader accepts `NAME` or, for secrets kept in files (Docker, systemd), `NAME_FILE`: the path of a
file whose stripped content is the value. Both at once is an error, so that no stale one wins silently.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

from apps.fetching.addresses import Network, parse_networks

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class EnvError(Exception):
    """A variable is missing or cannot be understood; the message names it and what it takes."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable's value; without a default it is required."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path is not None:
        raise EnvError(f"{name} and {name}_FILE are both set: keep one.")
    if path is not None:
        value = _read(name, path)
    if value is None or (value == "" and default is None):
        if default is None:
            raise EnvError(f"{name} is required: set {name} or {name}_FILE (see deploy/env.example).")
        return default
    return value


def flag(name: str, default: bool) -> bool:
    """Return a switch: 1/0, true/false, yes/no or on/off."""
    value = text(name, "1" if default else "0").lower()
    if value not in _TRUE | _FALSE:
        raise EnvError(f"{name}={value!r} is not a switch: use one of 1, 0, true, false, yes, no, on, off.")
    return value in _TRUE


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
    """Return a whole number within bounds."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()) or not minimum <= int(value) <= maximum:
        raise EnvError(f"{name}={value!r} must be a whole number from {minimum} to {maximum}.")
    return int(value)


def render_seconds() -> int:
    """Return how long a render may take: the renderer's deadline, and a little less than a task's minute."""
    return integer("RENDER_SECONDS", 20, minimum=1, maximum=55)


def heavy_render_seconds() -> int:
    """Return how long a render in the heavy lane may take, at least as long as any."""
    usual = render_seconds()
    return integer("HEAVY_RENDER_SECONDS", max(45, usual), minimum=usual, maximum=55)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> tuple[Network, ...]:
    """Return a comma-separated list of networks and single addresses; by default there are none."""
    try:
        return parse_networks(words(name))
    except ValueError as error:
        raise EnvError(f"{name} must list networks such as 10.1.0.0/16 or fd00::/8: {error}.") from error


def ports(name: str, default: str) -> frozenset[int]:
    """Return a comma-separated list of TCP ports, at least one."""
    listed = words(name, default)
    if not listed or not all(word.isascii() and word.isdigit() and 0 < int(word) < 65536 for word in listed):
        raise EnvError(f"{name}={','.join(listed)!r} must list ports such as 80,443.")
    return frozenset(map(int, listed))


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of a closed set of words."""
    value = text(name, default)
    if value not in allowed:
        raise EnvError(f"{name}={value!r} must be one of: {', '.join(allowed)}.")
    return value


def path(name: str, default: Path) -> Path:
    """Return an absolute path."""
    return Path(text(name, str(default))).expanduser().absolute()


def web_url(name: str, default: str | None = None) -> str:
    """Return an http(s) origin without path or trailing slash, such as `https://img.example.com`."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise EnvError(f"{name}={value!r} must be an origin such as https://img.example.com.")
    return value


def database(name: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a `postgres://user:password@host:port/name` URL.

    A unix socket is written as `postgres://user:password@/name?host=/socket/folder&port=5432`.
    """
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise EnvError(f"{name} must look like postgres://user:password@host:5432/name.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": query,
    }


def storage(folder: Path, name: str) -> dict[str, Any]:
    """Return Django's STORAGES entry for one of our stores: a folder of its own on disk, or in a bucket."""
    if choice("STORAGE", "disk", ("disk", "s3")) == "disk":
        backend = "apps.images.storage.DurableFileSystemStorage"
        return {"BACKEND": backend, "OPTIONS": {"location": folder / name}}
    options = {
        "bucket_name": text("S3_BUCKET"),
        "location": "/".join(filter(None, (text("S3_PREFIX", "").strip("/"), name))),
        "endpoint_url": text("S3_ENDPOINT", "") or None,
        "region_name": text("S3_REGION", "") or None,
        "access_key": text("S3_ACCESS_KEY", "") or None,
        "secret_key": text("S3_SECRET_KEY", "") or None,
        "addressing_style": choice("S3_ADDRESSING", "auto", ("auto", "path", "virtual")),
    }
    if (options["access_key"] is None) != (options["secret_key"] is None):
        raise EnvError("S3_ACCESS_KEY and S3_SECRET_KEY go together: set both, or neither.")
    # What is not said is left to boto3: a role of the machine's, for one.
    return {"BACKEND": "apps.images.bucket.BucketStorage", "OPTIONS": options}


def celery_broker(redis_url: str) -> str:
    """Return the Celery broker for a Redis URL: the same server, the next logical database.

    A unix socket is spelled differently by the two libraries: `unix:///path?db=0` (redis-py) is
    `redis+socket:///path?virtual_host=1` (kombu).
    """
    parts = urlsplit(redis_url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme == "unix":
        number = int(query.get("db", "0")) + 1
        password = quote(query.get("password") or unquote(parts.password or ""), safe="")
        return f"redis+socket://:{password}@{parts.path}?virtual_host={number}"
    if parts.scheme not in {"redis", "rediss"}:
        raise EnvError("REDIS_URL must start with redis://, rediss:// or unix://.")
    number = int(parts.path.lstrip("/") or "0") + 1
    return urlunsplit((parts.scheme, parts.netloc, f"/{number}", parts.query, ""))


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EnvError(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from error
