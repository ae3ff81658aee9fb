"""The environment readers: a value is understood or the start stops, naming the variable."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from images_platform import env


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "Yes")
    assert env.flag("X", False) is True
    assert env.text("MISSING", "default") == "default"
    monkeypatch.setenv("X", " a, b,,c ")
    assert env.words("X") == ["a", "b", "c"]


def test_networks_and_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (env.networks("X"), env.ports("X", "80,443")) == ((), {80, 443})
    monkeypatch.setenv("X", "10.1.0.0/16, ::1")
    assert env.networks("X") == (ip_network("10.1.0.0/16"), ip_network("::1/128"))
    monkeypatch.setenv("X", "8080")
    assert env.ports("X", "80,443") == {8080}


def test_the_heavy_lane_has_at_least_the_time_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (env.render_seconds(), env.heavy_render_seconds()) == (20, 45)
    monkeypatch.setenv("RENDER_SECONDS", "50")
    assert env.heavy_render_seconds() == 50
    monkeypatch.setenv("HEAVY_RENDER_SECONDS", "49")
    with pytest.raises(env.EnvError, match="from 50 to 55"):
        env.heavy_render_seconds()


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.text("X") == "hush"
    monkeypatch.setenv("X", "other")
    with pytest.raises(env.EnvError, match="X and X_FILE are both set"):
        env.text("X")


def test_a_missing_file_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(env.EnvError, match="No such file"):
        env.text("X")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("maybe", lambda: env.flag("X", False)),
        ("-1", lambda: env.integer("X", 1)),
        ("1_0", lambda: env.integer("X", 1)),
        ("٣", lambda: env.integer("X", 1)),
        ("99", lambda: env.integer("X", 1, maximum=10)),
        ("blue", lambda: env.choice("X", "red", ("red", "green"))),
        ("ftp://host", lambda: env.web_url("X")),
        ("https://host/path", lambda: env.web_url("X")),
        ("mysql://host/name", lambda: env.database("X")),
        ("postgres://host", lambda: env.database("X")),
        ("10.0.0.1/8", lambda: env.networks("X")),
        ("localhost", lambda: env.networks("X")),
        ("80,http", lambda: env.ports("X", "80")),
        ("0", lambda: env.ports("X", "80")),
        ("65536", lambda: env.ports("X", "80")),
        (",", lambda: env.ports("X", "80")),
        ("", lambda: env.text("X")),
    ],
)
def test_what_cannot_be_understood_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str, read: Callable[[], object]
) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(env.EnvError, match="X"):
        read()


def test_a_database_url_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "postgres://me:p%40ss@/name?host=/run/pg&port=5433&sslmode=require")
    found = env.database("X")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("me", "p@ss", "name")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/pg", "5433", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("redis://:pw@host:6379/0", "redis://:pw@host:6379/1"),
        ("redis://host", "redis://host/1"),
        ("rediss://host/4?x=1", "rediss://host/5?x=1"),
        ("unix:///run/v.sock?db=2", "redis+socket://:@/run/v.sock?virtual_host=3"),
        ("unix:///run/v.sock?password=p/w&db=0", "redis+socket://:p%2Fw@/run/v.sock?virtual_host=1"),
    ],
)
def test_the_broker_is_the_next_logical_database(redis: str, broker: str) -> None:
    assert env.celery_broker(redis) == broker


def test_another_scheme_is_no_broker() -> None:
    with pytest.raises(env.EnvError, match="REDIS_URL"):
        env.celery_broker("amqp://host")
