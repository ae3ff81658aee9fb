"""Stand-ins: another format the client accepts, for one that is not there in time or cannot be made just now.

AVIF has a deadline. Once it has passed, or where the cost tells beforehand that it will, the best format
that is stored is answered with, else one that is quickly made; the AVIF's flight goes on, and the next
request gets it. While the renderer is down, what is stored stands in as well. A stand-in is a decision like
any other: under its own key, with its own bytes, by the same access. No clock decides what is stored, only
what is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from django.db import DatabaseError, InterfaceError

from apps.delivery.refusals import TooManyMisses, TryAgain
from apps.delivery.renditions import Picture, Renditions
from apps.images.decide import Decision
from apps.images.mezzanine import decide_mezzanine
from apps.imaging.cost import estimate_render
from apps.imaging.errors import ImagingError, RendererError
from apps.imaging.negotiate import accepted_formats
from apps.imaging.recipe import OutputFormat

# So long may caches keep a stand-in.
STAND_IN_SECONDS = 5
# What says nothing about the picture: another time it could be made.
_PASSING = (RendererError, TryAgain, TooManyMisses, DatabaseError, InterfaceError)
_Entrant: TypeAlias = tuple[Decision, asyncio.Task[Picture | None]]


def list_stand_ins(
    decision: Decision, accept: str, decide_for: Callable[[str], Decision]
) -> tuple[Decision, ...]:
    """Return what else the client accepts, the best first; nothing where the link names its format.

    `decide_for` decides about the same link for another Accept header.
    """
    lesser = ("image/webp", "") if "webp" in accepted_formats(accept) else ("",)
    others = {other.output: other for other in map(decide_for, lesser) if other.output is not decision.output}
    max_age_seconds = min(decision.max_age_seconds, STAND_IN_SECONDS)
    return tuple(
        replace(other, max_age_seconds=max_age_seconds, is_stand_in=True) for other in others.values()
    )


async def make_in_time(
    decision: Decision,
    stand_ins: Sequence[Decision],
    renditions: Renditions,
    *,
    deadline_seconds: float,
    admit: Callable[[], None],
) -> tuple[Decision, Picture | None]:
    """Return what was made, or a stand-in, with the decision it answers; raises as `make` does."""
    making = asyncio.create_task(renditions.make(decision, admit=admit))
    try:
        if decision.output is OutputFormat.AVIF and stand_ins:
            will_be_late = _predict_seconds(decision) > deadline_seconds
            await asyncio.wait({making}, timeout=0 if will_be_late else deadline_seconds)
            if not making.done():
                if (ready := await _find_ready(stand_ins, renditions)) is not None:
                    return ready
                if (quick := _choose_quick(stand_ins, renditions, deadline_seconds)) is not None:
                    standing_in = asyncio.create_task(renditions.make(quick, admit=admit))
                    return await _race((decision, making), (quick, standing_in))
        return decision, await making
    except _PASSING:
        if (ready := await _find_ready(stand_ins, renditions)) is not None:
            return ready
        raise
    finally:
        making.cancel()  # the waiting: the flight is nobody's


async def _find_ready(
    stand_ins: Sequence[Decision], renditions: Renditions
) -> tuple[Decision, Picture] | None:
    for stand_in in stand_ins:
        if (picture := await renditions.find(stand_in)) is not None:
            return stand_in, picture
    return None


def _choose_quick(
    stand_ins: Sequence[Decision], renditions: Renditions, deadline_seconds: float
) -> Decision | None:
    """Return the best that is made in time, else the cheapest; nothing that would make a queue longer."""
    if not renditions.have_room(stand_ins[0]):
        return None
    quick = (stand_in for stand_in in stand_ins if _predict_seconds(stand_in) <= deadline_seconds)
    return next(quick, None) or min(stand_ins, key=_predict_seconds)


async def _race(best: _Entrant, quick: _Entrant) -> tuple[Decision, Picture | None]:
    """Return whichever is there first, the better of the two if both are; raises as the better one does."""
    (decision, making), (instead, standing_in) = best, quick
    try:
        await asyncio.wait({making, standing_in}, return_when=asyncio.FIRST_COMPLETED)
        if making.done() and isinstance(making.exception(), _PASSING):
            await asyncio.wait({standing_in})
        is_made = making.done() and making.exception() is None
        if not is_made and standing_in.done() and standing_in.exception() is None:
            return instead, standing_in.result()
        return decision, await making
    finally:
        standing_in.cancel()


def _predict_seconds(decision: Decision) -> float:
    """Return what making it will cost; nothing where that cannot be told.

    What is made from a mezzanine is quick once there is one; what cannot be made, the renderer refuses.
    """
    try:
        if decide_mezzanine(decision) is not None:
            return 0.0
        cost = estimate_render(
            decision.image.source, decision.recipe, decision.output, decision.key.generation
        )
    except ImagingError:
        return 0.0
    return cost.cpu_ms / 1000
