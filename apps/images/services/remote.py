"""Remote sources: fetched when somebody asks for them, kept while they are fresh, and asked about after that.

A copy is an Image that nobody sent: what is made of it is made, kept and purged like anything else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account, AuditEvent
from apps.accounts.services import record_event
from apps.cdn.keys import image_key
from apps.cdn.services import finish_purge, request_purge
from apps.fetching.errors import BadResponse, FetchError, RefusedByServer, Unreachable
from apps.fetching.fetcher import Fetched, Validators
from apps.fetching.url import FetchUrl
from apps.images.fetcher import find_fetcher
from apps.images.freshness import STALE_SECONDS, find_lifetime, is_strict
from apps.images.models import Image, RemoteSource
from apps.images.models.remote import RemoteSourceQuerySet
from apps.images.remote import RemoteLink, make_source_id, may_come_from
from apps.images.renderer import inspect_original
from apps.images.services.deletion import drop_image
from apps.images.services.files import LINGER_SECONDS, claim_file, discard_file, schedule_removal, write_file
from apps.images.services.original import Original
from apps.images.services.words import clean_filename
from apps.images.storage import ORIGINALS
from apps.outbox.models import Job

MAX_BYTES = 100 * 1024**2  # as at the original (catalogue §6)
# A server that was away is asked again after this, and the last known shown meanwhile.
_AGAIN_SECONDS = 60
_GONE = frozenset({404, 410})
_PURGED = "source.purged"
# A fetch that began before a purge ends long before this.
_MEMORY_SECONDS = 600


@dataclass(frozen=True, slots=True)
class _Errand:
    """One fetch: what it is for, what was known when it began, and the last event written down until then.

    Not when that was: a purge comes from another host, which has a clock of its own.
    """

    account: Account
    link: RemoteLink
    known: RemoteSource | None
    last_event: int


def bring_source(*, account_pk: int, link: RemoteLink, allowed_origins: tuple[str, ...]) -> None:
    """Have a fresh copy of a link's source, which `check_source` has allowed.

    Raises FetchError, and imaging's SourceError, LimitExceeded or RendererError for what is no picture.
    """
    account = Account.objects.get(pk=account_pk)
    for _ in range(2):  # what was purged while it was fetched is fetched again
        last_event = AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        known = _find(account, link.image_id)
        if known is not None and known.fresh_until > timezone.now():
            return  # another process was faster
        if _run(_Errand(account, link, known, last_event), allowed_origins):
            return


def forget_sources(*, account: Account, urls: Collection[FetchUrl], actor: Actor) -> list[str]:
    """Make copies unreachable, in the caller's transaction; returns the keys under which caches have them.

    The next request fetches anew, whatever the server says of its version. It is written down even of what we
    have no copy of: one may be on its way.
    """
    by_id = {make_source_id(url): url for url in urls}
    for source_id, url in sorted(by_id.items()):
        _hold(account, source_id)
        record_event(
            account=account, actor=actor, action=_PURGED, object_id=source_id, detail={"place": str(url)}
        )
    images = Image.everything.filter(account=account, is_remote=True, public_id__in=by_id)
    held = images.order_by("pk").select_for_update(of=("self",), no_key=True)
    pks = list(held.values_list("pk", flat=True))
    images.filter(pk__in=pks).update(version=F("version") + 1)
    now = timezone.now()
    RemoteSource.objects.filter(pk__in=pks).update(
        fresh_until=now, stale_until=now, etag="", last_modified=""
    )
    return [image_key(pk) for pk in pks]


def retire_useless_sources(*, limit: int = 100) -> int:
    """Drop copies that nobody has asked for since they could last be shown; returns how many."""
    before = timezone.now() - timedelta(seconds=_MEMORY_SECONDS)
    with transaction.atomic():
        found = _hold_free(RemoteSource.objects.useless_since(before).stalest(), limit)
        for source in found:
            _retire(source)
    return len(found)


def _run(errand: _Errand, allowed_origins: tuple[str, ...]) -> bool:
    """Fetch once and keep what came; False when it was purged meanwhile."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    link, known = errand.link, errand.known
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fetched = find_fetcher().fetch(
                link.source.spelled,
                into=file,
                max_bytes=MAX_BYTES,
                asker=errand.account.pk,
                known=Validators(known.etag, known.last_modified) if known else Validators(),
                may_follow=lambda url: may_come_from(url, link.host, allowed_origins),
            )
        except FetchError as error:
            return _outlast(errand, error)
        file.flush()
        if known and (fetched.is_unchanged or bytes.fromhex(fetched.sha256) == bytes(known.image.sha256)):
            return _write(errand, lambda: _describe(known, fetched).save())
        return _keep(errand, fetched, file)


def _keep(errand: _Errand, fetched: Fetched, file: BinaryIO) -> bool:
    """Keep bytes that are new to us, the file first, then the rows."""
    account = errand.account
    file.seek(0)
    info = inspect_original(file, max_bytes=MAX_BYTES)
    original = Original(file, fetched.size_bytes, bytes.fromhex(fetched.sha256), info)
    file.seek(0)
    columns = original.describe(account) | {"focal_points": ""}  # they were of the bytes before
    removal = write_file(store=ORIGINALS, key=columns["storage_key"], content=file, account=account)
    purges: list[Job] = []

    def change() -> None:
        _make_room(errand, fetched.size_bytes)
        purges.extend(_put(errand, columns, fetched))
        claim_file(removal)

    try:
        is_settled = _write(errand, change)
    finally:
        discard_file(removal)  # nothing, once it is claimed
    for purge in purges:
        finish_purge(purge)
    return is_settled


def _put(errand: _Errand, columns: dict[str, object], fetched: Fetched) -> list[Job]:
    """Write the rows of new bytes; returns the purge that follows, if there is any."""
    account, link, known = errand.account, errand.link, errand.known
    if known is None:
        image = Image(account=account, public_id=link.image_id, is_remote=True, uploaded_at=timezone.now())
        source = RemoteSource(image=image, place=str(link.source))
    else:
        image, source = known.image, known
        schedule_removal(store=ORIGINALS, key=image.storage_key, account=account)
        image.version += 1
    image.filename = clean_filename(fetched.filename)
    for name, value in columns.items():
        setattr(image, name, value)
    image.save()
    source.image = image
    _describe(source, fetched).save()
    if known is None:
        return []
    return [request_purge(account=account, keys=[image_key(image.pk)], reason="remote source changed")]


def _describe(source: RemoteSource, fetched: Fetched) -> RemoteSource:
    """Take over what the server says of the version we have."""
    if fetched.cache_control or not fetched.is_unchanged:  # what is unchanged need not be described again
        source.cache_control = fetched.cache_control[:200]
    now = timezone.now()
    source.etag, source.last_modified = fetched.validators.etag, fetched.validators.last_modified
    source.fresh_until = now + timedelta(seconds=find_lifetime(source.cache_control))
    grace = 0 if is_strict(source.cache_control) else STALE_SECONDS
    source.stale_until = source.fresh_until + timedelta(seconds=grace)
    return source


def _outlast(errand: _Errand, error: FetchError) -> bool:
    """Let the last known do while its server is away; raises the error when it must not be shown any more."""
    known, status = errand.known, error.status if isinstance(error, RefusedByServer) else None
    if known is None:
        raise error
    if status in _GONE:
        _write(errand, lambda: _retire(known))
        raise error
    is_away = isinstance(error, Unreachable | BadResponse) or (status is not None and status >= 500)
    now = timezone.now()
    if not is_away or known.stale_until <= now:
        raise error
    known.fresh_until = min(now + timedelta(seconds=_AGAIN_SECONDS), known.stale_until)
    return _write(errand, lambda: known.save(update_fields=["fresh_until"]))


def _write(errand: _Errand, change: Callable[[], object]) -> bool:
    """Make a change unless the source was purged since the errand began: then False.

    What another process has kept meanwhile is as good as ours.
    """
    account, known = errand.account, errand.known
    with transaction.atomic():
        _hold(account, errand.link.image_id)
        present = _find(account, errand.link.image_id, is_held=True)
        if _was_purged(errand):
            return False
        was, now = (source and source.image.version for source in (known, present))
        if was != now:
            return present is not None and present.fresh_until > timezone.now()
        change()
    return True


def _make_room(errand: _Errand, size_bytes: int) -> None:
    """Drop the copies that are stale first, until the account's budget has room for the errand's."""
    account, own = errand.account, errand.known.pk if errand.known else 0
    images = Image.everything.filter(account=account, is_remote=True).exclude(pk=own)
    excess = (images.aggregate(sum=Sum("size_bytes"))["sum"] or 0) + size_bytes - settings.REMOTE_BYTES
    if excess <= 0:
        return
    others = RemoteSource.objects.in_account(account).exclude(pk=own)
    for source in _hold_free(others.stalest(), 1000):
        excess -= source.image.size_bytes
        _retire(source)
        if excess <= 0:
            return


def _retire(source: RemoteSource) -> None:
    """Drop a copy with all that was made of it, in the caller's transaction; caches forget it soon."""
    image = source.image
    request_purge(account=image.account, keys=[image_key(image.pk)], reason="remote source dropped")
    drop_image(image, delay_seconds=LINGER_SECONDS)


def _find(account: Account, source_id: str, *, is_held: bool = False) -> RemoteSource | None:
    sources = RemoteSource.objects.in_account(account).select_related("image__account")
    if is_held:
        sources = sources.select_for_update(of=("image",))  # as it may be dropped
    return sources.filter(image__public_id=source_id).first()


def _hold_free(sources: RemoteSourceQuerySet, limit: int) -> list[RemoteSource]:
    """Hold copies to drop them, but for those that others hold.

    Everybody locks the image before the row of its source, lest two who want both wait for one another. Once
    they are held, they are read anew: one may have been asked for meanwhile.
    """
    free = sources.select_related("image").select_for_update(skip_locked=True, of=("image",))[:limit]
    held = [source.pk for source in free]
    return list(sources.filter(pk__in=held).select_related("image__account"))


def _hold(account: Account, source_id: str) -> None:
    """Keep others from writing of a source until the transaction ends, be there a row of it or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"source {account.pk} {source_id}"]
        )


def _was_purged(errand: _Errand) -> bool:
    events = AuditEvent.objects.filter(account=errand.account, action=_PURGED)
    return events.filter(object_id=errand.link.image_id, pk__gt=errand.last_event).exists()
