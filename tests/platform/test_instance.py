"""The instance: secrets are made once, the environment overrules, and a second terminal finds it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from images_platform.instance import Instance, fill_in, make_instance, read_variables


def start(tmp_path: Path, port: int = 8000, **environment: str) -> Instance:
    return make_instance(tmp_path, tmp_path / "run", port=port, environment=environment)


def test_it_works(tmp_path: Path) -> None:
    instance = start(tmp_path, port=9000)
    assert instance.postgres is not None
    assert instance.valkey is not None
    assert instance.variables["DATABASE_URL"] == instance.postgres.url
    assert instance.variables["CONTROL_URL"] == "http://127.0.0.1:9000"
    assert instance.variables["DELIVERY_URL"] == "http://127.0.0.1:9001"
    assert read_variables(tmp_path) == instance.variables


def test_secrets_are_made_once_and_addresses_anew(tmp_path: Path) -> None:
    first, second = start(tmp_path, port=8000).variables, start(tmp_path, port=9000).variables
    for name in ("SECRET_KEY", "FIELD_KEYS", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        assert len(first[name]) >= 32
        assert first[name] == second[name]
    assert second["CONTROL_URL"] == "http://127.0.0.1:9000"


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    start(tmp_path)
    assert stat.S_IMODE((tmp_path / "instance.env").stat().st_mode) == 0o600


def test_named_servers_replace_the_embedded_ones(tmp_path: Path) -> None:
    instance = start(tmp_path, DATABASE_URL="postgres://me@host/name")
    assert instance.postgres is None
    assert instance.valkey is not None
    assert instance.variables["DATABASE_URL"] == "postgres://me@host/name"
    assert start(tmp_path).postgres is not None  # only while they are named


def test_a_secret_in_a_file_stays_there(tmp_path: Path) -> None:
    variables = start(tmp_path, SECRET_KEY_FILE="/run/secrets/key").variables
    assert variables["SECRET_KEY_FILE"] == "/run/secrets/key"
    assert "SECRET_KEY" not in variables


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "IMAGES_RUN_FOLDER"])
def test_what_is_the_instances_alone_is_not_taken_from_the_environment(tmp_path: Path, name: str) -> None:
    assert start(tmp_path, **{name: "/somewhere/else"}).variables[name] != "/somewhere/else"


def test_a_second_terminal_finds_it(tmp_path: Path) -> None:
    variables = start(tmp_path).variables
    environment = {"DATA_DIR": str(tmp_path), "CONTROL_URL": "https://mine", "SECRET_KEY_FILE": "/my/key"}
    fill_in(environment)
    assert environment["DATABASE_URL"] == variables["DATABASE_URL"]
    assert environment["CONTROL_URL"] == "https://mine"
    assert "SECRET_KEY" not in environment  # it is given, by file; both would be refused


def test_a_second_terminal_looks_into_the_same_bucket(tmp_path: Path) -> None:
    start(tmp_path, STORAGE="s3", S3_BUCKET="pictures", S3_SECRET_KEY_FILE="/run/secrets/bucket")
    environment = {"DATA_DIR": str(tmp_path)}
    fill_in(environment)
    assert (environment["STORAGE"], environment["S3_BUCKET"]) == ("s3", "pictures")
    assert environment["S3_SECRET_KEY_FILE"] == "/run/secrets/bucket"
    assert "STORAGE" not in start(tmp_path).variables  # only while it is named


def test_before_the_first_start_there_is_nothing_to_find(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path)}
    fill_in(environment)
    assert environment == {"DATA_DIR": str(tmp_path)}
