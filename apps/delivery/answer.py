"""The answer to a delivery request: the one core behind both doors.

Reads as the request flows: method, link, the rows that decide, the decision, the stored picture or a flight
that makes it, and what the client already has of it.
"""

from __future__ import annotations

from functools import partial

from django.conf import settings

from apps.delivery.clients import find_client
from apps.delivery.conditions import choose_range, is_unchanged
from apps.delivery.downloads import answer_download
from apps.delivery.errors import answer_error, redirect
from apps.delivery.fallbacks import answer_fallback, find_fallback
from apps.delivery.headers import body_headers, picture_headers, plain_headers, preflight_headers
from apps.delivery.hints import read_hints
from apps.delivery.messages import DeliveryRequest, DeliveryResponse, Tier
from apps.delivery.metrics import count_answer
from apps.delivery.ports import Ports
from apps.delivery.refusals import ImageChanging, MethodNotAllowed
from apps.delivery.renditions import Picture
from apps.delivery.sources import Detour
from apps.delivery.stand_ins import list_stand_ins, make_in_time
from apps.delivery.timings import Timings
from apps.images.decide import Decision, Facts, decide
from apps.images.download import find_download
from apps.images.errors import DecisionError
from apps.images.links import Link
from apps.images.remote import RemoteLink, parse_target
from apps.images.renderer import RENDER_LIMITS, finds_faces
from apps.imaging.errors import OptionsError

HEALTH_PATH = b"/healthz"
# An image that changes while it is rendered is decided about anew, this often.
TRIES = 3


async def answer(request: DeliveryRequest, ports: Ports) -> DeliveryResponse:
    """Return the response, whatever happens; only cancellation passes through."""
    timings = Timings(has_stages=ports.tells_timings)
    try:
        response = await _answer(request, ports, timings)
    except Exception as error:  # noqa: BLE001  # the table knows the expected ones and logs the others
        response = answer_error(error)
    response = response.without_body() if request.is_head else response
    _count(response, ports, timings.total_seconds)
    if ports.tells_timings and response.account_pk is not None:
        # Only with pictures that the asker may see: how long a refusal took could tell of what there is.
        return response.with_headers({"server-timing": timings.header})
    return response


def _count(response: DeliveryResponse, ports: Ports, seconds: float) -> None:
    count_answer(response, seconds)
    if response.account_pk is not None:
        ports.tally.count(
            response.account_pk, is_hit=response.tier == "stored", size_bytes=response.picture_bytes
        )


async def _answer(request: DeliveryRequest, ports: Ports, timings: Timings) -> DeliveryResponse:
    if request.method == "OPTIONS":
        return DeliveryResponse(204, preflight_headers())
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(request.method)
    if request.raw_target == HEALTH_PATH:
        return DeliveryResponse(200, plain_headers(b"ok\n"), b"ok\n")
    link = parse_target(
        request.raw_target,
        host=request.header("host"),
        is_encrypted=settings.DELIVERY_URL.startswith("https:"),
    )
    detour = Detour()
    try:
        return await _answer_link(link, request, ports, timings, detour)
    except (DecisionError, OptionsError):
        raise  # the link itself is at fault, and whoever wrote it is told
    except Exception as error:
        if detour.place is None:
            raise
        return redirect(answer_error(error), detour.place)


async def _answer_link(
    link: Link, request: DeliveryRequest, ports: Ports, timings: Timings, detour: Detour
) -> DeliveryResponse:
    for _ in range(TRIES):
        facts, now = await _look_up(link, request, ports, timings, detour), int(ports.now())
        if (download := find_download(link, facts, now=now)) is not None:
            return await answer_download(request, download)
        if (instead := find_fallback(link, facts)) is not None:
            answer_instead = partial(_answer_link, ports=ports, timings=timings, detour=detour)
            return await answer_fallback(instead, request, answer_instead)
        with timings.measure("decide"):
            decision = decide_request(request, link, facts, now=now)
        if decision.rendition:
            ports.uses.note(decision.rendition.storage_key)
        if decision.rendition and _has(request, decision.rendition.digest):
            headers = picture_headers(decision, decision.rendition)
            return DeliveryResponse(304, headers, tier="stored", account_pk=decision.account_pk)
        with timings.measure("file"):
            picture = await ports.renditions.find(decision)
        if picture is None:
            decide_for = partial(decide_request, request, link, facts, now=now)
            with timings.measure("make"):
                decision, picture = await make_in_time(
                    decision,
                    list_stand_ins(decision, request.header("accept"), decide_for),
                    ports.renditions,
                    deadline_seconds=find_deadline(facts, ports.avif_seconds),
                    admit=partial(_admit, request, ports),
                )
        if picture is not None:
            return answer_picture(request, decision, picture)
    raise ImageChanging


def _admit(request: DeliveryRequest, ports: Ports) -> None:
    """Count a miss of the client's. Raises TooManyMisses."""
    forwarded_for = request.header("x-forwarded-for")
    ports.misses.take(find_client(request.peer, forwarded_for, trusted_proxies=ports.trusted_proxies))


async def _look_up(
    link: Link, request: DeliveryRequest, ports: Ports, timings: Timings, detour: Detour
) -> Facts | None:
    """Return all that decides about a link, once its remote source is here."""
    with timings.measure("lookup"):
        facts = await ports.look_up(link)
    if isinstance(link, RemoteLink):
        bring = partial(ports.sources.bring, via=request.header("via"), detour=detour)
        with timings.measure("source"):
            facts = await bring(link, facts, admit=partial(_admit, request, ports))
    return facts


def find_deadline(facts: Facts | None, usual_seconds: float) -> float:
    """Return how many seconds AVIF may take: the variant's, else everybody's."""
    if facts is None or facts.variant is None or facts.variant.avif_deadline_ms is None:
        return usual_seconds
    return facts.variant.avif_deadline_ms / 1000


def decide_request(
    request: DeliveryRequest, link: Link, facts: Facts | None, accept: str | None = None, *, now: int
) -> Decision:
    """Return what answers a request for a link, by another Accept if given; raises as `decide` does."""
    return decide(
        link,
        facts,
        accept=request.header("accept") if accept is None else accept,
        hints=read_hints(request.headers),
        now=now,
        limits=RENDER_LIMITS,
        finds_faces=finds_faces(),
    )


def _has(request: DeliveryRequest, digest: str) -> bool:
    known = request.header("if-none-match")
    return known != "" and is_unchanged(known, f'"{digest}"')


def answer_picture(request: DeliveryRequest, decision: Decision, picture: Picture) -> DeliveryResponse:
    """Return the picture, the part of it that is asked for, or 304; raises RangeNotSatisfiable."""
    rendition, file = picture.rendition, picture.file
    headers = picture_headers(decision, rendition)
    tier: Tier = "stored" if picture.was_stored else "rendered"
    respond = partial(DeliveryResponse, tier=tier, account_pk=decision.account_pk)
    if _has(request, rendition.digest):
        return respond(304, headers)
    wanted = "" if request.is_head else request.header("range")  # a part is GET's alone
    part = choose_range(wanted, request.header("if-range"), headers["etag"], rendition.size_bytes)
    if part is None:
        return respond(200, headers | body_headers(picture), file)
    return respond(206, headers | body_headers(picture, part), file.part(*part))
