"""Metrics of several processes, added up by one that serves them and nothing else."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import REGISTRY, generate_latest

from apps.accounts.models import Account
from apps.outbox import registry
from apps.outbox.models import Job
from apps.outbox.services import add_job, run_job
from images_platform.metrics import make_registry

ROOT = Path(__file__).resolve().parents[2]
COUNT = """
import django
django.setup()
from apps.delivery.metrics import REQUESTS, SECONDS
REQUESTS.labels("200", "stored").inc(2)
SECONDS.labels("stored").observe(0.003)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read(port: int) -> str:
    asking = http.client.HTTPConnection("127.0.0.1", port)
    asking.request("GET", "/metrics")
    told = asking.getresponse().read().decode()
    asking.close()
    return told


def count_elsewhere(folder: Path) -> None:
    environment = os.environ | {
        "METRICS_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "images_platform.settings",
    }
    subprocess.run([sys.executable, "-c", COUNT], cwd=ROOT, env=environment, check=True)


@pytest.mark.django_db
def test_it_works(tmp_path: Path, orchard: Account) -> None:
    for _ in range(2):
        count_elsewhere(tmp_path)
    add_job(kind="test.kind", key="a", account=orchard, is_nudged=False)
    lines = generate_latest(make_registry(tmp_path)).decode().splitlines()
    assert 'images_delivery_requests_total{status="200",tier="stored"} 4.0' in lines
    assert 'images_delivery_seconds_bucket{le="0.005",tier="stored"} 2.0' in lines
    assert 'images_jobs{kind="test.kind",state="pending"} 1.0' in lines
    assert any(line.startswith("images_jobs_delay_seconds ") for line in lines)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_jobs_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(job: Job) -> None:
        raise OSError("the cache is away")

    monkeypatch.setattr(registry, "_kinds", {})
    registry.register("test.fails", fail)
    run_job(add_job(kind="test.fails", key="a", is_nudged=False).pk)
    labels = {"kind": "test.fails", "state": "pending"}
    assert REGISTRY.get_sample_value("images_job_runs_total", labels) == 1
    assert REGISTRY.get_sample_value("images_job_seconds_count", {"kind": "test.fails"}) == 1


def test_the_control_plane_counts_its_answers() -> None:
    labels = {"face": "api", "method": "other", "status": "401"}
    before = REGISTRY.get_sample_value("images_control_requests_total", labels) or 0.0
    Client().generic("ZEBRA", "/client/v4/user/tokens/verify")
    assert REGISTRY.get_sample_value("images_control_requests_total", labels) == before + 1


@pytest.mark.django_db(transaction=True)
def test_they_are_served_at_loopback_alone(tmp_path: Path) -> None:
    count_elsewhere(tmp_path)
    port = free_port()
    command = [sys.executable, "manage.py", "serve_metrics", f"--port={port}"]
    address, mark, query = os.environ["DATABASE_URL"].partition("?")
    database = f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}{mark}{query}"
    environment = os.environ | {"METRICS_DIR": str(tmp_path), "DATABASE_URL": database}
    add_job(kind="test.kind", key="a", is_nudged=False)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            address = served.stdout.readline().strip()
            assert address == f"http://127.0.0.1:{port}/metrics"
            told = read(port)
            assert 'images_delivery_requests_total{status="200",tier="stored"} 2.0' in told
            assert 'images_jobs{kind="test.kind",state="pending"} 1.0' in told, "the table is read as well"
        finally:
            served.terminate()


@pytest.mark.django_db
def test_without_its_database_the_rest_is_told(tmp_path: Path) -> None:
    count_elsewhere(tmp_path)
    told = make_registry(tmp_path)
    with connection.execute_wrapper(fail):
        lines = generate_latest(told).decode().splitlines()
    assert 'images_delivery_requests_total{status="200",tier="stored"} 2.0' in lines


def fail(*arguments: object) -> None:
    raise OperationalError("the database is away")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/metrics", "/client/v4/metrics"])
def test_no_plane_has_an_address_for_them(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_without_a_folder_there_is_nothing_to_serve() -> None:
    with pytest.raises(CommandError, match="METRICS_DIR"):
        call_command("serve_metrics")
