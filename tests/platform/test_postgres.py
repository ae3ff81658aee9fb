"""The embedded Postgres: starts, keeps what it was given, stops at once, and recovers by itself."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

from images_platform.embedded.postgres import Postgres
from images_platform.supervisor.identity import write_subprocess_arguments
from images_platform.supervisor.orphans import find_by_folder
from tests.platform.conftest import RunPart

PASSWORD = "for-this-test-only"


@pytest.fixture
def postgres(tmp_path: Path, run_folder: Path) -> Postgres:
    """One that does not wait for the disk, for the sake of speed."""
    return Postgres(tmp_path / "cluster", run_folder, password=PASSWORD, is_durable=False)


@pytest.fixture
def durable_postgres(tmp_path: Path, run_folder: Path) -> Postgres:
    return Postgres(tmp_path / "durable", run_folder, password=PASSWORD)


def test_it_works(durable_postgres: Postgres, run_part: RunPart) -> None:
    postgres = durable_postgres
    with run_part(postgres.part()) as process, psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE fruit AS SELECT 'plum' AS name")
    assert process.exit_code == 0
    with run_part(postgres.part()), psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT name FROM fruit").fetchall() == [("plum",)]


def test_it_is_18_and_speaks_unicode(postgres: Postgres, run_part: RunPart) -> None:
    with run_part(postgres.part()), psycopg.connect(postgres.url) as connection:
        assert connection.info.server_version // 10_000 == 18
        assert connection.execute("SELECT upper('äpfel')").fetchone() == ("ÄPFEL",)


def test_a_client_that_stays_does_not_hold_up_the_end(postgres: Postgres, run_part: RunPart) -> None:
    with run_part(postgres.part()) as process, psycopg.connect(postgres.url, autocommit=True):
        started_at = time.monotonic()
        process.stop()
        assert time.monotonic() - started_at < postgres.part().stop_seconds
        assert process.exit_code == 0


def test_the_platform_is_no_superuser(postgres: Postgres, run_part: RunPart) -> None:
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with run_part(postgres.part()), psycopg.connect(postgres.url) as connection, refused:
        connection.execute("SELECT pg_read_file('/etc/hostname')")


@pytest.mark.parametrize(("given", "used"), [(PASSWORD, "another"), (f"images:{PASSWORD}", "postgres")])
def test_nobody_comes_in_without_the_password(
    postgres: Postgres, run_part: RunPart, given: str, used: str
) -> None:
    refused = pytest.raises(psycopg.OperationalError, match=r"authentication failed|no password supplied")
    with run_part(postgres.part()), refused:
        psycopg.connect(postgres.url.replace(given, used))


def test_it_listens_on_no_port(postgres: Postgres, run_part: RunPart) -> None:
    with run_part(postgres.part()), psycopg.connect(postgres.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_cluster_left_half_made_is_made_anew(postgres: Postgres, run_part: RunPart) -> None:
    partial = postgres.folder.with_name("cluster.partial")
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18\n")
    with run_part(postgres.part()):
        assert not partial.exists()


def test_it_recovers_from_kill_9_with_a_busy_back_end(durable_postgres: Postgres, run_part: RunPart) -> None:
    postgres = durable_postgres
    with run_part(postgres.part()) as process:
        with psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE fruit AS SELECT 'plum' AS name")
        keep_busy(postgres.url)
        # Not `process.kill()`, which would tidy up as well.
        os.kill(process.pid, 9)
        process._popen.wait()
        assert (postgres.folder / "postmaster.pid").exists()
        assert find_by_folder("postgres", postgres.folder)  # the busy one lives on
        with run_part(postgres.part()), psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT name FROM fruit").fetchall() == [("plum",)]


def keep_busy(url: str) -> None:
    """Run a query that looks at nothing but its sums for half a minute; return once it runs."""
    is_running = threading.Event()

    def work() -> None:
        with psycopg.connect(url) as connection:
            is_running.set()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT sum(a) FROM generate_series(1, 1000000000) AS a")

    threading.Thread(target=work, daemon=True).start()
    assert is_running.wait(5)
    time.sleep(0.3)


def test_a_lock_file_with_a_number_given_to_another_process_is_stale(
    postgres: Postgres, run_part: RunPart
) -> None:
    with run_part(postgres.part()):
        text = (postgres.folder / "postmaster.pid").read_text()
    # Postgres believes in a process of its own user that is not its parent.
    whom = write_subprocess_arguments(postgres.part().identity)
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **whom) as other:
        first, rest = text.split("\n", maxsplit=1)
        assert first != str(other.pid)
        (postgres.folder / "postmaster.pid").write_text(f"{other.pid}\n{rest}")
        with run_part(postgres.part()):
            assert (postgres.folder / "postmaster.pid").read_text() != text
        other.kill()
