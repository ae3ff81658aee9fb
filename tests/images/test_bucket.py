"""A bucket instead of a disk: the same store, over the wire of S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from apps.images.bucket import BucketStorage
from images_platform import env
from tests.buckets import BUCKET, Bucket, serving_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with serving_bucket() as served:
        yield served


@pytest.fixture
def storage(bucket: Bucket) -> BucketStorage:
    return BucketStorage(location="originals", **bucket.options)


def test_it_works(bucket: Bucket, storage: BucketStorage) -> None:
    data = bytes(range(256)) * 50_000
    assert storage.save("7/ab/abc", ContentFile(data)) == "7/ab/abc"
    assert bucket.files == {"originals/7/ab/abc": data}
    assert storage.size("7/ab/abc") == len(data)
    assert storage.exists("7/ab/abc")
    with storage.open("7/ab/abc") as file:
        assert file.read() == data
        assert file.fileno() >= 0, "a descriptor, to be passed on"
    with storage.open_part("7/ab/abc", 1000, 600) as part:
        assert part.read(600) == data[1000:1600]
    assert ("GET", "originals/7/ab/abc", "bytes=1000-1599") in bucket.asked
    storage.delete("7/ab/abc")
    storage.delete("7/ab/abc")
    assert not storage.exists("7/ab/abc")
    assert bucket.files == {}


def test_one_request_for_each_file(bucket: Bucket, storage: BucketStorage) -> None:
    storage.save("large", ContentFile(bytes(20 * 1024**2)))
    assert bucket.asked == [("PUT", "originals/large", "")]


def test_the_file_stays_the_caller_s(storage: BucketStorage) -> None:
    source = io.BytesIO(b"mine")
    storage.save("a", ContentFile(source.getvalue()))
    assert not source.closed


def test_what_is_not_there(storage: BucketStorage) -> None:
    for act in (storage.size, storage.open, lambda name: storage.open_part(name, 0, 1)):
        with pytest.raises(FileNotFoundError):
            act("nothing")


@pytest.mark.parametrize(
    "wrong", [{"bucket_name": "another"}, {"secret_key": "wrong"}, {"endpoint_url": "http://127.0.0.1:9"}]
)
def test_what_is_wrong_is_an_os_error(bucket: Bucket, wrong: dict[str, str]) -> None:
    storage = BucketStorage(**(bucket.options | wrong))
    with pytest.raises(OSError, match=r"NoSuchBucket|SignatureDoesNotMatch|127\.0\.0\.1:9"):
        storage.save("a", ContentFile(b"a"))
    with pytest.raises(OSError, match=r"NoSuchBucket|SignatureDoesNotMatch|127\.0\.0\.1:9") as raised:
        storage.open("a")
    assert not isinstance(raised.value, FileNotFoundError)


def test_the_environment_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.storage(tmp_path, "originals")["OPTIONS"] == {"location": tmp_path / "originals"}
    monkeypatch.setenv("STORAGE", "s3")
    with pytest.raises(env.EnvError, match="S3_BUCKET is required"):
        env.storage(tmp_path, "originals")
    monkeypatch.setenv("S3_BUCKET", BUCKET)
    monkeypatch.setenv("S3_PREFIX", "/here/")
    options = env.storage(tmp_path, "renditions")["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == (BUCKET, "here/renditions")
    assert options["endpoint_url"] is options["access_key"] is None
    monkeypatch.setenv("S3_ACCESS_KEY", "one alone")
    with pytest.raises(env.EnvError, match="go together"):
        env.storage(tmp_path, "originals")
