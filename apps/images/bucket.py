"""BucketStorage: originals or renditions in a bucket that speaks S3, whoever runs it.

Delivery streams from it and never redirects to it: our headers would be lost, and so would the say over who
may see what. It is imported where it is configured only: boto3 takes a while to start.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

_CONNECT_SECONDS, _READ_SECONDS, _TRIES = 3, 20, 3
# What HEAD says of a key, and GET: of a bucket that is not there HEAD says the same.
_MISSING = {"404", "NoSuchKey"}


@deconstructible(path="apps.images.bucket.BucketStorage")
class BucketStorage(S3Storage):
    """Fails as a disk would: FileNotFoundError for a key that is not there, OSError for all else."""

    def __init__(self, *, addressing_style: str = "auto", **options: Any) -> None:
        client_config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
            s3={"addressing_style": addressing_style},
            # Checksums that only AWS knows would be refused elsewhere.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # One request for each file, so that a process that is killed leaves no part of one behind.
        transfer_config = TransferConfig(use_threads=False, multipart_threshold=5 * 1024**3)
        # Keys are ours and never used twice: asking first whether one is free would be a request for nothing.
        fixed = {"file_overwrite": True, "default_acl": None, "gzip": False, "url_protocol": "https:"}
        super().__init__(client_config=client_config, transfer_config=transfer_config, **fixed, **options)

    def open_part(self, name: str, start: int, length: int) -> IO[bytes]:
        """Return so many bytes of a file, to be read as they arrive and then closed."""
        return self._get(name, Range=f"bytes={start}-{start + length - 1}")

    def exists(self, name: str) -> bool:
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        with _as_disk(name):
            return int(self._client.head_object(**self._place(name))["ContentLength"])

    def delete(self, name: str) -> None:
        with _as_disk(name):
            self._client.delete_object(**self._place(name))

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Return a copy on disk: whoever wants a whole file wants a descriptor of it."""
        with ExitStack() as stack:
            copy = stack.enter_context(tempfile.TemporaryFile())
            with self._get(name) as body, _as_disk(name):
                shutil.copyfileobj(body, copy)
            copy.seek(0)
            stack.pop_all()  # the caller's from here on
        return File(copy, name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with _as_disk(name):
            saved: str = super()._save(name, content)
            return saved

    def _get(self, name: str, **options: str) -> IO[bytes]:
        with _as_disk(name):
            body: IO[bytes] = self._client.get_object(**self._place(name), **options)["Body"]
            return body

    @property
    def _client(self) -> Any:
        return self.connection.meta.client  # one for each thread

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


@contextmanager
def _as_disk(name: str) -> Iterator[None]:
    """Raise what a disk would have raised."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise FileNotFoundError(name) from error
        raise OSError(str(error)) from error
    except (BotoCoreError, HTTPClientError) as error:
        raise OSError(str(error)) from error
