"""Delivery out of a bucket: whole, in parts, by HEAD and by 304, and never by a redirect to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image as PillowImage

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image, Rendition
from apps.images.services import delete_image
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs
from images_platform.examination import Ailment, examine_storage
from tests.buckets import Bucket, serving_bucket
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, upload
from tests.pictures import draw_photo, encode

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bucket(settings: Any) -> Iterator[Bucket]:
    with serving_bucket() as served:
        settings.STORAGES = settings.STORAGES | {
            name: {
                "BACKEND": "apps.images.bucket.BucketStorage",
                "OPTIONS": {**served.options, "location": name},
            }
            for name in ("originals", "renditions")
        }
        yield served


@pytest.fixture
def stores() -> None:
    """Nothing lies on disk here."""


@pytest.fixture
def kept(transactional_db: None, orchard: Account, bucket: Bucket, flexible: None) -> Image:
    return upload(orchard)


def test_it_works(delivery: DeliveryClient, kept: Image, bucket: Bucket) -> None:
    made = delivery.get(link(kept, "w=60"))
    assert PillowImage.open(io.BytesIO(made.body)).size == (60, 40)
    assert {key.partition("/")[0] for key in bucket.files} == {"originals", "renditions"}
    hit = delivery.get(link(kept, "w=60"))
    assert (hit.status, hit.body, hit.headers["etag"]) == (200, made.body, made.headers["etag"])
    assert hit.headers["content-length"] == str(len(made.body))
    assert "location" not in hit.headers
    assert b"127.0.0.1" not in repr(hit.headers).encode()


def test_only_the_part_that_is_asked_for_is_read(
    delivery: DeliveryClient, kept: Image, bucket: Bucket
) -> None:
    whole = delivery.get(link(kept, "w=60")).body
    bucket.asked.clear()
    part = delivery.get(link(kept, "w=60"), range="bytes=10-49")
    assert (part.status, part.body) == (206, whole[10:50])
    assert [asked[2] for asked in bucket.asked if asked[0] == "GET"] == ["bytes=10-49"]


def test_head_and_304_read_nothing(delivery: DeliveryClient, kept: Image, bucket: Bucket) -> None:
    made = delivery.get(link(kept, "w=60"))
    bucket.asked.clear()
    head = delivery.get(link(kept, "w=60"), "HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(made.body)))
    assert delivery.get(link(kept, "w=60"), if_none_match=made.headers["etag"]).status == 304
    assert {asked[0] for asked in bucket.asked} == {"HEAD"}


def test_a_large_original_is_read_from_its_mezzanine(
    delivery: DeliveryClient, orchard: Account, bucket: Bucket, flexible: None
) -> None:
    picture = draw_photo(400, 260).resize((4000, 2600))
    large = upload(orchard, encode(picture, "JPEG"))
    run_due_jobs()
    bucket.asked.clear()
    assert delivery.get(link(large, "w=300")).status == 200
    assert not [asked for asked in bucket.asked if asked[1].startswith("originals/")]


def test_a_file_that_is_lost_is_made_anew(delivery: DeliveryClient, kept: Image, bucket: Bucket) -> None:
    made = delivery.get(link(kept, "w=60"))
    lost = Rendition.objects.get()
    del bucket.files[f"renditions/{lost.storage_key}"]
    assert delivery.get(link(kept, "w=60")).body == made.body
    assert Rendition.objects.get().storage_key != lost.storage_key


def test_what_is_deleted_leaves_the_bucket(delivery: DeliveryClient, kept: Image, bucket: Bucket) -> None:
    delivery.get(link(kept, "w=60"))
    delete_image(image=kept, actor=SYSTEM)
    for _ in range(2):
        Job.objects.filter(state=JobState.PENDING).update(next_at=kept.created_at)
        run_due_jobs()
    assert bucket.files == {}


def test_a_bucket_that_is_away_is_told(delivery: DeliveryClient, kept: Image, settings: Any) -> None:
    delivery.get(link(kept, "w=60"))
    options = settings.STORAGES["renditions"]["OPTIONS"] | {"secret_key": "wrong"}
    settings.STORAGES = settings.STORAGES | {
        name: settings.STORAGES[name] | {"OPTIONS": options | {"location": name}}
        for name in ("originals", "renditions")
    }
    for options_asked in ("w=60", "w=61"):
        answer = delivery.get(link(kept, options_asked))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.is_stored_by_nobody
        assert b"Signature" not in answer.body
    assert Rendition.objects.count() == 1, "what cannot be seen just now is not taken for lost"


def test_the_doctor_looks_into_it(bucket: Bucket, settings: Any) -> None:
    assert "both stores" in examine_storage()
    assert bucket.files == {}
    for name in ("originals", "renditions"):
        settings.STORAGES[name]["OPTIONS"]["bucket_name"] = "another"
    settings.STORAGES = dict(settings.STORAGES)
    with pytest.raises(Ailment, match="NoSuchBucket") as raised:
        examine_storage()
    assert "S3_BUCKET" in raised.value.advice
