"""Caches forget what an owner tells them to, and say whether they have."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as project_settings
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, AuditEvent
from apps.cdn.backends import PurgeRequest
from apps.cdn.keys import account_key
from apps.cdn.services import request_purge
from apps.images.models import Image
from apps.outbox.models import Job
from apps.outbox.services import run_due_jobs, run_job
from apps.variants.models import Variant
from tests.api.answers import accepted, refused
from tests.caches import MemoryCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def pear(orchard: Account) -> Image:
    return Image.objects.create(account=orchard, public_id="a/pear", uploaded_at=timezone.now())


def purge(client: Client, images_path: str, **body: Any) -> Any:
    return client.post(f"{images_path}/purge", body, content_type="application/json")


def link(account: Account, rest: str) -> str:
    return f"{project_settings.DELIVERY_URL}/{account.hash}/{rest}"


def test_it_works(
    olive_client: Client, images_path: str, orchard: Account, pear: Image, cache: MemoryCache
) -> None:
    public = Variant.objects.get(account=orchard, name="public")
    url = link(orchard, "a/pear/public")
    result = accepted(purge(olive_client, images_path, images=["a/pear"], variants=["public"], urls=[url]))
    assert result["purge"] == "done"
    assert cache.forgotten == [
        PurgeRequest(tuple(sorted((f"i-{pear.pk}", f"v-{public.pk}"))), (url,), f"a-{orchard.pk}")
    ]
    assert accepted(olive_client.get(f"{images_path}/purge/{result['id']}")) == result
    event = AuditEvent.objects.get(account=orchard, action="caches.purged")
    assert event.detail["images"] == ["a/pear"]


def test_everything(olive_client: Client, images_path: str, orchard: Account, cache: MemoryCache) -> None:
    accepted(purge(olive_client, images_path, everything=True))
    assert cache.forgotten == [PurgeRequest((f"a-{orchard.pk}",), (), f"a-{orchard.pk}")]


def test_a_cache_that_is_down_is_told_later(
    olive_client: Client, images_path: str, pear: Image, cache: MemoryCache
) -> None:
    cache.is_down = True
    result = accepted(purge(olive_client, images_path, images=["a/pear"]))
    assert result["purge"] == "pending"
    path = f"{images_path}/purge/{result['id']}"
    assert accepted(olive_client.get(path))["purge"] == "pending"
    cache.is_down = False
    Job.objects.filter(pk=result["id"]).update(next_at=timezone.now())
    run_job(int(result["id"]))
    assert accepted(olive_client.get(path))["purge"] == "done"
    assert [request.keys for request in cache.forgotten] == [(f"i-{pear.pk}",)]


def test_a_purge_that_another_took_over_is_followed(
    olive_client: Client, images_path: str, orchard: Account, cache: MemoryCache
) -> None:
    """The same is asked for again while the first attempt is failing: the second does the work of both."""
    cache.is_down = True
    cache.meanwhile = lambda: request_purge(account=orchard, keys=[account_key(orchard.pk)], reason="again")
    result = accepted(purge(olive_client, images_path, everything=True))
    path = f"{images_path}/purge/{result['id']}"
    assert (Job.objects.count(), accepted(olive_client.get(path))) == (2, result)
    assert result["purge"] == "pending"
    cache.is_down, cache.meanwhile = False, lambda: None
    assert run_due_jobs() == 1
    assert accepted(olive_client.get(path)) == {"id": result["id"], "purge": "done"}


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({}, 400, 5400, '"everything": true'),
        ({"everything": False, "images": []}, 400, 5400, '"everything": true'),
        ({"images": ["a/pear", "plum"]}, 404, 5404, "Image not found"),
        ({"variants": ["hero"]}, 404, 5401, "Variant not found"),
        ({"images": "a/pear"}, 400, 5400, '"images"'),
        ({"images": [str(n) for n in range(101)]}, 400, 5400, "100"),
        ({"urls": ["https://example.com/x"]}, 400, 5400, "the account's links start with"),
        ({"urls": ["http://127.0.0.1:8001/a b"]}, 400, 5400, "percent-encoded"),
        ({"urls": ["http://127.0.0.1:8001/ä"]}, 400, 5400, "percent-encoded"),
    ],
)
def test_refusals(
    olive_client: Client,
    images_path: str,
    pear: Image,
    cache: MemoryCache,
    body: dict[str, Any],
    status: int,
    code: int,
    words: str,
) -> None:
    assert words in refused(purge(olive_client, images_path, **body), status, code)
    assert cache.forgotten == []


def test_another_account_s(
    eve_client: Client,
    elsewhere: Account,
    orchard: Account,
    pear: Image,
    images_path: str,
    cache: MemoryCache,
) -> None:
    theirs = images_path.replace(orchard.public_id, elsewhere.public_id)
    refused(purge(eve_client, theirs, images=["a/pear"]), 404, 5404)
    refused(purge(eve_client, theirs, urls=[link(orchard, "a/pear/public")]), 400, 5400)
    assert cache.forgotten == []


def test_another_account_s_job(
    olive_client: Client,
    eve_client: Client,
    elsewhere: Account,
    orchard: Account,
    images_path: str,
    cache: MemoryCache,
) -> None:
    job = accepted(purge(olive_client, images_path, everything=True))["id"]
    theirs = images_path.replace(orchard.public_id, elsewhere.public_id)
    refused(eve_client.get(f"{theirs}/purge/{job}"), 404, 5404)


def test_a_job_of_another_kind_is_no_purge(olive_client: Client, images_path: str, orchard: Account) -> None:
    job = Job.objects.create(account=orchard, kind="images.render_ahead", key="x")
    refused(olive_client.get(f"{images_path}/purge/{job.pk}"), 404, 5404)


def test_sources(olive_client: Client, images_path: str, cache: MemoryCache) -> None:
    url = "https://example.com/pear.jpg?key=secret"
    assert accepted(purge(olive_client, images_path, sources=[url]))["purge"] == "done"
    told = [
        event.detail for event in AuditEvent.objects.filter(action__in=["source.purged", "caches.purged"])
    ]
    assert len(told) == 2
    assert "example.com/pear.jpg?***" in str(told)
    assert "secret" not in str(told)
    says = refused(purge(olive_client, images_path, sources=["/pear.jpg"]), 400, 5400)
    assert '"sources": a URL must start with http' in says
