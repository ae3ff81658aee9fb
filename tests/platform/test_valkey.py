"""The embedded Valkey: a password, a private socket, and nothing lost by kill -9."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from images_platform.embedded.valkey import Valkey
from tests.platform.conftest import RunPart


@pytest.fixture
def valkey(tmp_path: Path, run_folder: Path) -> Valkey:
    return Valkey(tmp_path / "valkey", run_folder, password="for-this-test-only")


def test_it_works(valkey: Valkey, run_part: RunPart) -> None:
    with run_part(valkey.part()), redis.Redis.from_url(valkey.url) as client:
        client.set("fruit", "plum")
        assert client.info()["valkey_version"].startswith("9.")
    with run_part(valkey.part()), redis.Redis.from_url(valkey.url) as client:
        assert client.get("fruit") == b"plum"


def test_it_loses_nothing_by_kill_9(valkey: Valkey, run_part: RunPart) -> None:
    with run_part(valkey.part()) as process, redis.Redis.from_url(valkey.url) as client:
        client.rpush("queue", *range(1000))
        os.kill(process.pid, signal.SIGKILL)
    with run_part(valkey.part()), redis.Redis.from_url(valkey.url) as client:
        assert client.llen("queue") == 1000


def test_nobody_comes_in_without_the_password(valkey: Valkey, run_part: RunPart, run_folder: Path) -> None:
    stranger = redis.Redis(unix_socket_path=str(run_folder / "valkey.sock"), retry=Retry(NoBackoff(), 0))
    with run_part(valkey.part()), stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_others_reach_neither_the_socket_nor_the_password(
    valkey: Valkey, run_part: RunPart, run_folder: Path
) -> None:
    with run_part(valkey.part()) as process:
        assert stat.S_IMODE((run_folder / "valkey.sock").stat().st_mode) == 0o700
        assert stat.S_IMODE((valkey.folder / "valkey.conf").stat().st_mode) == 0o600
        assert b"for-this-test-only" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()


def test_it_forgets_nothing_to_make_room(valkey: Valkey, run_part: RunPart) -> None:
    with run_part(valkey.part()), redis.Redis.from_url(valkey.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_two_servers_do_not_write_one_log(valkey: Valkey, run_part: RunPart) -> None:
    with run_part(valkey.part()) as first, run_part(valkey.part()) as second:
        assert first.exit_code is not None
        assert second.exit_code is None
