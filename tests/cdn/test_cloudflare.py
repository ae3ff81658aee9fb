"""Cloudflare is told in its own shapes, waited for as it asks, and done only after a second purge."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Account
from apps.cdn.backends.cloudflare import CloudflareBackend, CloudflareFailed
from apps.cdn.backends.request import PurgeRequest
from apps.cdn.services import PURGE_AGAIN, finish_purge, request_purge
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs

DONE = {"success": True, "errors": [], "messages": [], "result": {"id": "zone1"}}
REFUSED = {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}], "result": None}


@dataclass
class Api:
    """A server with the shapes of that API: it notes what it is asked, and answers what the test says."""

    status: int = 200
    answer: Any = field(default_factory=DONE.copy)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None, Any]] = field(default_factory=list)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.asked.append((handler.path, handler.headers["Authorization"], json.loads(body)))
        text = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        handler.send_response(self.status)
        for name, value in {**self.headers, "Content-Length": str(len(text))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.asked]


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            api.reply(self)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PURGE_BACKEND = "cloudflare"
        settings.CLOUDFLARE_API = f"http://127.0.0.1:{server.server_address[1]}"
        settings.CLOUDFLARE_ZONE, settings.CLOUDFLARE_TOKEN = "zone1", "a token"
        yield api
        server.shutdown()


def purge(*keys: str, urls: tuple[str, ...] = ()) -> None:
    CloudflareBackend().purge(PurgeRequest(keys=keys, urls=urls))


def test_it_works(api: Api) -> None:
    purge("i-1", "v-2", urls=("https://img.test/h/pear/public",))
    assert api.asked == [
        ("/client/v4/zones/zone1/purge_cache", "Bearer a token", {"tags": ["i-1", "v-2"]}),
        (
            "/client/v4/zones/zone1/purge_cache",
            "Bearer a token",
            {"files": ["https://img.test/h/pear/public"]},
        ),
    ]


def test_a_hundred_at_a_time(api: Api) -> None:
    keys = tuple(f"i-{number}" for number in range(250))
    purge(*keys)
    assert [len(body["tags"]) for body in api.bodies] == [100, 100, 50]
    assert tuple(key for body in api.bodies for key in body["tags"]) == keys


def test_what_is_refused_is_told_with_its_reason(api: Api) -> None:
    api.status, api.answer = 403, REFUSED
    with pytest.raises(CloudflareFailed, match="with 403: 10000 Authentication error") as error:
        purge("i-1")
    assert "a token" not in str(error.value)


@pytest.mark.parametrize("answer", [REFUSED, {}, [], {"success": "yes"}, {"errors": [1]}, b"<html>", b""])
def test_only_success_is_success(api: Api, answer: Any) -> None:
    api.answer = answer
    with pytest.raises(CloudflareFailed, match="answered a purge with 200"):
        purge("i-1")


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7), ("0", 1), ("99999", 900), ("", 15), ("Fri, 01 Jan 2100 00:00:00 GMT", 15)]
)
def test_it_waits_as_it_is_asked_to(api: Api, said: str, seconds: int) -> None:
    api.status, api.answer, api.headers = 429, REFUSED, {"Retry-After": said} if said else {}
    with pytest.raises(RetryLater) as later:
        purge("i-1")
    assert later.value.seconds == seconds


def test_who_says_nothing_is_not_waited_for(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLOUDFLARE_API = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(CloudflareFailed, match="timed out"):
            CloudflareBackend().purge(PurgeRequest(keys=("i-1",), seconds=0.1))


def make_due(kind: str) -> None:
    Job.objects.filter(kind=kind).update(next_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_done_is_after_the_second_purge(orchard: Account, api: Api) -> None:
    """A fill that read the old rows may put its answer in after the first."""
    job = request_purge(account=orchard, keys=["i-1"], reason="pears")
    assert finish_purge(job) == "pending"
    assert api.bodies == [{"tags": ["i-1"]}]
    again = Job.objects.get(kind=PURGE_AGAIN)
    assert timedelta(seconds=100) < again.next_at - timezone.now() < timedelta(seconds=200)
    assert run_due_jobs() == 0, "not before the longest fill is over"
    job.refresh_from_db()
    assert (job.state, job.heir) == (JobState.SUPERSEDED, again)
    make_due(PURGE_AGAIN)
    assert run_due_jobs() == 1
    assert api.bodies == [{"tags": ["i-1"]}] * 2
    assert Job.objects.get(pk=job.pk).heir.state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_change_in_between_has_a_second_purge_of_its_own(orchard: Account, api: Api) -> None:
    first, second = (
        finish_and_return(request_purge(account=orchard, keys=["i-1"], reason=reason))
        for reason in ("one", "two")
    )
    assert Job.objects.filter(kind=PURGE_AGAIN, state=JobState.PENDING).count() == 2
    Job.objects.filter(pk=Job.objects.get(pk=first.pk).heir.pk).update(next_at=timezone.now())
    run_due_jobs()
    states = [Job.objects.get(pk=job.pk).heir.state for job in (first, second)]
    assert states == [JobState.DONE, JobState.PENDING]


def finish_and_return(job: Job) -> Job:
    finish_purge(job)
    return job


@pytest.mark.django_db(transaction=True)
def test_a_purge_that_was_put_off_is_done_later(orchard: Account, api: Api) -> None:
    api.status, api.answer, api.headers = 429, REFUSED, {"Retry-After": "30"}
    job = request_purge(account=orchard, keys=["i-1"], reason="pears")
    assert finish_purge(job) == "pending"
    job.refresh_from_db()
    assert timedelta(seconds=20) < job.next_at - timezone.now() <= timedelta(seconds=30)
    api.status, api.answer, api.headers = 200, DONE, {}
    make_due("cdn.purge")
    assert run_due_jobs() == 1
    make_due(PURGE_AGAIN)
    assert run_due_jobs() == 1
    assert Job.objects.get(pk=job.pk).heir.state == JobState.DONE
