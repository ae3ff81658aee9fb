"""The explainer: reads, looks up and decides as `answer` does, and tells what it would send."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection

from apps.accounts.models import Account
from apps.delivery.answer import answer_picture, decide_request, find_deadline
from apps.delivery.downloads import answer_download
from apps.delivery.errors import find_row, write_error
from apps.delivery.explaining.access import judge_access, read_keys, sign_well
from apps.delivery.explaining.address import Address, read_address
from apps.delivery.explaining.faults import find_fault, point_at_account
from apps.delivery.explaining.outcome import describe_outcome, find_stored
from apps.delivery.fallbacks import find_fallback, without_conditions
from apps.delivery.headers import as_missing, decision_headers
from apps.delivery.messages import DeliveryRequest, DeliveryResponse
from apps.delivery.ports import find_own_urls
from apps.delivery.refusals import Refusal
from apps.delivery.renditions import Picture
from apps.delivery.stand_ins import list_stand_ins
from apps.delivery.timings import Timings
from apps.images.decide import Decision, Facts
from apps.images.download import find_download
from apps.images.errors import (
    AccessDenied,
    DecisionError,
    LinkError,
    NoSuchImage,
    OriginalMissing,
    UnknownAccount,
    UnknownHost,
)
from apps.images.explanation import Explanation, Fault, LinkParts, Question, Reply
from apps.images.links import Link
from apps.images.lookup import look_up
from apps.images.models import DeliveryHost
from apps.images.remote import RemoteLink, check_source, parse_target
from apps.images.storage import originals
from apps.imaging.errors import ImagingError
from apps.imaging.recipe import OutputFormat

# What a link can be refused for before anything is rendered.
_EXPECTED = (DecisionError, ImagingError, OriginalMissing, Refusal)
_NOT_OWNED = "this is no link of the account's: its hash, or its host, is another"
_NO_HOST = "this is no host that could be asked"
_FETCHED_FIRST = "the source is not here yet: it is fetched first, and what follows depends on what comes"
_ASKED_AGAIN = "the copy of the source is no longer fresh: the source is asked again first"
_NOT_YET = "headers about its bytes, such as content-length, are known once the picture is made"
_ORIGINAL = "the link asks for the original: it is sent as it was uploaded, as an attachment"


def explain(question: Question) -> Explanation:
    """Return how a link would be answered now; see `explanation`."""
    address, timings = read_address(question.url, question.account), Timings()
    told = Explanation(url=address.url, notes=address.notes)
    if not address.host:
        return replace(told, fault=Fault(_NO_HOST, 0, len(address.origin)))
    try:
        with timings.measure("link"):
            link = parse_target(
                address.raw_target,
                host=address.host,
                is_encrypted=settings.DELIVERY_URL.startswith("https:"),
            )
    except LinkError as error:
        return replace(told, fault=find_fault(error, address, None), reply=_refuse(error))
    told = replace(told, link=_describe_link(link))
    if not _is_owned(link, question.account):
        # Whether another account has it is not told, and of a hash not even looked up.
        return replace(told, fault=point_at_account(address, link, _NOT_OWNED))
    connection.ensure_connection()  # delivery has one in its pool: that is no part of what a look-up takes
    with timings.measure("lookup"):
        facts = look_up(link, settings.FIELD_KEYS)
    if facts is None:
        unknown = UnknownHost() if isinstance(link, RemoteLink) else UnknownAccount()
        return replace(told, fault=find_fault(unknown, address, link), reply=_refuse(unknown))
    if isinstance(link, RemoteLink) and not facts.is_fresh:
        told = replace(told, notes=(*told.notes, _ASKED_AGAIN if facts.image else _FETCHED_FIRST))
    told = _Narrator(question, address, link, facts, timings).tell(told)
    return replace(told, timings_ms=timings.milliseconds)


class _Narrator:
    """Tells of one link about which all facts are there."""

    def __init__(
        self, question: Question, address: Address, link: Link, facts: Facts, timings: Timings
    ) -> None:
        self._question = question
        self._request = DeliveryRequest("GET", address.raw_target, question.headers)
        self._address = address
        self._link = link
        # Where the original may be had, its word means no variant, nor what that would open.
        self._facts = facts if facts.original is None else replace(facts, variant=None)
        self._timings = timings
        self._now = int(time.time())
        self._keys = read_keys(facts)

    def tell(self, told: Explanation) -> Explanation:
        told = replace(
            told,
            access=judge_access(
                self._link,
                self._facts,
                now=self._now,
                keys=self._keys,
                tells_signatures=self._question.tells_signatures,
            ),
        )
        try:
            if isinstance(self._link, RemoteLink):
                check_source(self._link, self._facts, own_urls=find_own_urls())
                if self._facts.image is None:
                    return told
            return self._tell_answer(told, self._link)
        except _EXPECTED as error:
            told = replace(told, fault=find_fault(error, self._address, self._link), reply=_refuse(error))
            return self._look_behind(told) if isinstance(error, AccessDenied) else told

    def _tell_answer(self, told: Explanation, link: Link) -> Explanation:
        if (download := find_download(link, self._facts, now=self._now)) is not None:
            response = async_to_sync(answer_download)(self._request, download)
            return replace(told, reply=_tell(response), notes=(*told.notes, _ORIGINAL))
        if (instead := find_fallback(link, self._facts)) is not None:
            return self._tell_fallback(told, instead)
        return self._tell_decision(told, link)

    def _tell_fallback(self, told: Explanation, link: Link) -> Explanation:
        """Tell of what is shown instead of the missing image, as `answer_fallback` answers with it."""
        missing = NoSuchImage()
        with self._timings.measure("lookup"):
            facts = look_up(link, settings.FIELD_KEYS)
        if facts is None:
            raise missing
        question = replace(self._question, headers=without_conditions(self._question.headers))
        narrator = _Narrator(question, self._address, link, facts, self._timings)
        try:
            shown = narrator._tell_answer(told, link)
        except (DecisionError, LinkError, ImagingError) as error:
            raise missing from error
        headers = as_missing(shown.reply.headers if shown.reply else {})
        return replace(
            shown,
            fault=find_fault(missing, self._address, self._link),
            reply=replace(_refuse(missing), text="", headers=headers),
            notes=(*shown.notes, f"the account's fallback is shown instead: {link.image_id}"),
        )

    def _tell_decision(self, told: Explanation, link: Link) -> Explanation:
        with self._timings.measure("decide"):
            decision = decide_request(self._request, link, self._facts, now=self._now)
        with self._timings.measure("file"):
            file = find_stored(decision)
        told = replace(told, outcome=describe_outcome(decision, link, self._facts, file))
        if file is not None and decision.rendition is not None:
            picture = Picture(decision.rendition, file, was_stored=True)
            return replace(told, reply=_tell(answer_picture(self._request, decision, picture)))
        if not originals().exists(decision.image.storage_key):
            raise OriginalMissing
        headers = decision_headers(decision) | {"content-type": decision.output.content_type}
        notes = (*told.notes, _NOT_YET, *self._note_deadline(decision, link))
        return replace(told, reply=Reply(200, None, "", headers), notes=notes)

    def _note_deadline(self, decision: Decision, link: Link) -> tuple[str, ...]:
        """Return that another format may be sent at first, if there is one that the viewer takes."""
        decide_for = partial(decide_request, self._request, link, self._facts, now=self._now)
        accept = self._request.header("accept")
        if decision.output is not OutputFormat.AVIF or not list_stand_ins(decision, accept, decide_for):
            return ()
        seconds = find_deadline(self._facts, settings.AVIF_DEADLINE_MS / 1000)
        return (f"another format may stand in if the AVIF is not made within {seconds * 1000:.0f} ms",)

    def _look_behind(self, told: Explanation) -> Explanation:
        """Add what the link would come to if it were signed well, so that all faults are seen at once."""
        link = sign_well(self._link, self._keys)
        if link is None:
            return told
        try:
            return replace(told, outcome=self._tell_answer(told, link).outcome)
        except _EXPECTED:
            return told


def _is_owned(link: Link, account: Account | None) -> bool:
    """Whether a link is one that the asker may be told about."""
    if account is None:
        return True
    if isinstance(link, RemoteLink):
        return DeliveryHost.objects.in_account(account).filter(name=link.host).exists()
    return link.account_hash == account.hash


def _describe_link(link: Link) -> LinkParts:
    source = link.source.spelled if isinstance(link, RemoteLink) else None
    return LinkParts(
        account_hash=None if source else link.account_hash,
        image_id=None if source else link.image_id,
        source_url=source,
        variant=None if link.is_flexible else link.segment,
        options=link.segment if link.is_flexible else None,
        expires_at=link.signature.expires_at,
        signature=link.signature.sig,
    )


def _refuse(error: Exception) -> Reply:
    row = find_row(type(error))
    if row is None:
        raise error
    return replace(_tell(write_error(error, row)), code=row.code)


def _tell(response: DeliveryResponse) -> Reply:
    text = response.body.decode().strip() if isinstance(response.body, bytes) else ""
    return Reply(response.status, None, text, response.headers)
