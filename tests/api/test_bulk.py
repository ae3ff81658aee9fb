"""Bulk: many images changed by workers, slice by slice, each like one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, AuditEvent
from apps.images.models import BulkChange, Image
from apps.images.services import BULK
from apps.images.services import bulk as services_bulk
from apps.images.services.bulk import SLICE, run_slice
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db
COUNT = 2 * SLICE + 5


@pytest.fixture
def pears(orchard: Account) -> list[Image]:
    """More pears than two slices take; every third is also a quince."""
    now = timezone.now()
    return Image.objects.bulk_create(
        Image(
            account=orchard,
            public_id=f"pear-{n}",
            creator="olive" if n % 2 else None,
            tags=["quince"] if n % 3 == 0 else [],
            uploaded_at=now + timedelta(seconds=n),
            format="jpeg",
            width=3,
            height=2,
        )
        for n in range(COUNT)
    )


def bulk(client: Client, images_path: str, **body: Any) -> Any:
    return client.post(f"{images_path}/bulk", body, content_type="application/json")


def finish(client: Client, images_path: str, started: dict[str, Any]) -> Any:
    while run_due_jobs():
        pass
    return accepted(client.get(f"{images_path}/bulk/{started['id']}"))


def test_it_works(olive_client: Client, orchard: Account, images_path: str, pears: list[Image]) -> None:
    asked = {"action": "add_tags", "filter": {"q": "pear-"}, "tags": ["fruit", "quince"]}
    started = accepted(bulk(olive_client, images_path, **asked))
    assert started == {
        "id": started["id"],
        "action": "add_tags",
        "state": "pending",
        "total": COUNT,
        "changed": 0,
        "refused": 0,
        "refusals": [],
    }
    Image.objects.create(account=orchard, public_id="pear-late", uploaded_at=timezone.now())
    done = finish(olive_client, images_path, started)
    assert done == started | {"state": "done", "changed": COUNT}
    assert Image.objects.tagged("fruit").tagged("quince").count() == COUNT
    assert not Image.objects.get(public_id="pear-late").tags
    assert Job.objects.filter(kind=BULK).count() == 3
    assert AuditEvent.objects.get(action="images.bulk_started").detail["images"] == COUNT
    token = AuditEvent.objects.filter(action="image.edited").values_list("token", flat=True)
    assert None not in token


def test_removing_what_one_selects_by(olive_client: Client, images_path: str, pears: list[Image]) -> None:
    asked = {"action": "remove_tags", "filter": {"tag": "quince"}, "tags": ["quince"]}
    started = accepted(bulk(olive_client, images_path, **asked))
    done = finish(olive_client, images_path, started)
    assert done["changed"] == done["total"] == sum(1 for pear in pears if pear.tags)
    assert not Image.objects.tagged("quince").exists()


def test_deleting_by_ids(olive_client: Client, images_path: str, pears: list[Image]) -> None:
    started = accepted(bulk(olive_client, images_path, action="delete", ids=["pear-3", "pear-5", "pear-5"]))
    assert finish(olive_client, images_path, started)["changed"] == 2
    assert Image.objects.live().count() == COUNT - 2
    refused(olive_client.get(f"{images_path}/pear-5"), 404, 5404)


def test_what_refuses_is_told_and_stops_no_other(
    olive_client: Client, images_path: str, pears: list[Image]
) -> None:
    Image.objects.filter(public_id="pear-1").update(public_id="0" * 8 + "-0000-0000-0000-" + "0" * 12)
    asked = {"action": "set_access", "filter": {"creator": "olive"}, "requireSignedURLs": True}
    done = finish(olive_client, images_path, accepted(bulk(olive_client, images_path, **asked)))
    assert (done["state"], done["changed"], done["refused"]) == ("done", 1, done["total"] - 1)
    assert len(done["refusals"]) == 20
    assert done["refusals"][0]["id"] == "pear-3"
    assert "custom ID" in done["refusals"][0]["reason"]


def test_by_what_metadata_say(
    olive_client: Client, orchard: Account, images_path: str, pears: list[Image]
) -> None:
    """Together with other filters, slice by slice, and kept as it was asked."""
    for pear in pears:
        pear.metadata = {"stock": int(pear.public_id[5:]), "place": {"row": "a" if pear.pk % 2 else "b"}}
    Image.objects.bulk_update(pears, ["metadata"])
    filters = {"meta.stock[gte:number]": "10", "meta.place.row[in]": "a|c", "creator": "olive"}
    started = accepted(bulk(olive_client, images_path, action="add_tags", filter=filters, tags=["old"]))
    expected = {
        pear.public_id
        for pear in pears
        if pear.metadata["stock"] >= 10 and pear.metadata["place"]["row"] == "a" and pear.creator == "olive"
    }
    assert finish(olive_client, images_path, started)["changed"] == len(expected)
    tagged = Image.objects.in_account(orchard).tagged("old").values_list("public_id", flat=True)
    assert set(tagged) == expected
    more = accepted(bulk(olive_client, images_path, action="delete", filter={"meta.stock[lt]": "90"}))
    assert finish(olive_client, images_path, more)["changed"] == min(90, COUNT)
    assert Image.objects.live().count() == COUNT - min(90, COUNT)


def test_a_worker_that_dies_is_followed_by_another(
    olive_client: Client, images_path: str, pears: list[Image]
) -> None:
    """The first slice is done a second time, from where its cursor stands."""
    started = accepted(bulk(olive_client, images_path, action="delete", filter={"q": "pear-"}))
    run_slice(Job.objects.get(kind=BULK))
    assert BulkChange.objects.get().changed == SLICE
    assert finish(olive_client, images_path, started)["changed"] == COUNT
    assert not Image.objects.live().exists()


def test_what_cannot_go_on_says_so(olive_client: Client, images_path: str, pears: list[Image]) -> None:
    started = accepted(bulk(olive_client, images_path, action="delete", filter={"q": "pear-"}))
    Job.objects.filter(kind=BULK).update(state=JobState.DEAD)
    assert finish(olive_client, images_path, started)["state"] == "failed"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, '"action"'),
        ({"action": "delete"}, 400, 'by "ids" or by "filter"'),
        ({"action": "delete", "ids": ["pear-1"], "filter": {"q": "pear"}}, 400, "not by both"),
        ({"action": "delete", "ids": []}, 400, '"ids"'),
        ({"action": "delete", "filter": {}}, 400, 'name "creator", "tag", "q" or a condition on "meta"'),
        (
            {"action": "delete", "filter": {"q": "pear", "tga": "x"}},
            400,
            '"filter.tga": This is not a filter',
        ),
        ({"action": "delete", "filter": {"q": "pear", "meta": "x"}}, 400, '"meta" is no filter'),
        (
            {"action": "delete", "filter": {"q": "pear", "meta.a[ne]": "x"}},
            400,
            "operator that is not offered",
        ),
        ({"action": "delete", "filter": {"meta.a[eq:number]": "x"}}, 400, "must be a number"),
        ({"action": "delete", "filter": {"meta.a[eq:number]": 1}}, 400, "must be a text, written as"),
        ({"action": "delete", "filter": {f"meta.a{n}[eq]": "1" for n in range(6)}}, 400, "at most 5"),
        ({"action": "delete", "filter": {"q": "pe"}}, 400, "at least 3"),
        ({"action": "delete", "ids": ["pear-1", "plum"]}, 404, "Image not found"),
        ({"action": "delete", "ids": ["pear-1"], "tags": ["x"]}, 400, '"delete" does not take "tags"'),
        ({"action": "add_tags", "ids": ["pear-1"]}, 400, '"add_tags" needs "tags"'),
        ({"action": "add_tags", "ids": ["pear-1"], "tags": ["x" * 65]}, 400, "64 characters"),
        ({"action": "set_access", "ids": ["pear-1"]}, 400, 'needs "requireSignedURLs"'),
        ({"action": "burn", "ids": ["pear-1"]}, 400, '"burn"'),
    ],
)
def test_refusals(
    olive_client: Client, images_path: str, pears: list[Image], body: dict[str, Any], status: int, says: str
) -> None:
    assert says in refused(bulk(olive_client, images_path, **body), status, 5404 if status == 404 else 5400)
    assert not BulkChange.objects.exists()


def test_another_account_s(
    olive_client: Client,
    eve_client: Client,
    elsewhere: Account,
    orchard: Account,
    images_path: str,
    pears: list[Image],
) -> None:
    theirs = images_path.replace(orchard.public_id, elsewhere.public_id)
    refused(bulk(eve_client, theirs, action="delete", ids=["pear-1"]), 404, 5404)
    assert accepted(bulk(eve_client, theirs, action="delete", filter={"q": "pear"}))["total"] == 0
    started = accepted(bulk(olive_client, images_path, action="delete", ids=["pear-1"]))
    refused(eve_client.get(f"{theirs}/bulk/{started['id']}"), 404, 5404)


def test_a_slice_ends_within_its_lease_however_slow_its_images_are(
    olive_client: Client, images_path: str, pears: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_bulk, "SLICE_SECONDS", 0.0)
    asked = {"action": "add_tags", "ids": ["pear-1", "pear-2", "pear-3"], "tags": ["fruit"]}
    started = accepted(bulk(olive_client, images_path, **asked))
    assert [run_due_jobs(limit=1) for _ in range(2)] == [1, 1]
    so_far = accepted(olive_client.get(f"{images_path}/bulk/{started['id']}"))
    assert (so_far["changed"], so_far["state"]) == (2, "pending")
    assert finish(olive_client, images_path, started) == started | {"state": "done", "changed": 3}
