"""A file and its row appear together or not at all, though no transaction spans a disk and a database.

Before a file is written, its removal is put in the outbox, an hour ahead; the transaction that writes
the row takes the removal back. A process killed in between leaves a file that goes by itself.
"""

from __future__ import annotations

from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import storages

from apps.accounts.models import Account
from apps.images.models import FormerOriginal, Image, Rendition
from apps.images.storage import ORIGINALS
from apps.outbox.models import Job, JobState
from apps.outbox.services import add_job

REMOVE_FILE = "images.remove_file"
UNCLAIMED_SECONDS = 3600
# A response that began before the row went may still be sending the file.
LINGER_SECONDS = 600


def write_file(*, store: str, key: str, content: BinaryIO, account: Account | None) -> Job:
    """Write a file nobody owns yet; the job returned removes it unless `claim_file` is called."""
    removal = schedule_removal(store=store, key=key, account=account, delay_seconds=UNCLAIMED_SECONDS)
    storages[store].save(key, File(content))
    return removal


def claim_file(removal: Job) -> None:
    """Keep the file: call this in the transaction that writes the row."""
    Job.objects.filter(pk=removal.pk).delete()


def schedule_removal(
    *, store: str, key: str, account: Account | None, delay_seconds: int = LINGER_SECONDS
) -> Job:
    """Have a file removed later; safe to call twice."""
    return add_job(
        kind=REMOVE_FILE,
        key=f"{store}/{key}",
        payload={"store": store, "key": key},
        account=account,
        delay_seconds=delay_seconds,
    )


def discard_file(removal: Job) -> None:
    """Remove a file at once that no row will name, and its scheduled removal with it."""
    remove_file(removal)
    Job.objects.filter(pk=removal.pk, state=JobState.PENDING).delete()


def remove_file(job: Job) -> None:
    """Remove the file a job names, unless a row names it after all."""
    store, key = job.payload["store"], job.payload["key"]
    is_named = _is_original if store == ORIGINALS else _is_rendition
    if not is_named(key):
        storages[store].delete(key)


def _is_original(key: str) -> bool:
    """Ask in one statement: between two, a restore could move a key from one table to the other."""
    present = Image.everything.filter(storage_key=key).values("storage_key")
    former = FormerOriginal.objects.filter(storage_key=key).values("storage_key")
    return present.union(former).exists()


def _is_rendition(key: str) -> bool:
    return Rendition.objects.filter(storage_key=key).exists()
