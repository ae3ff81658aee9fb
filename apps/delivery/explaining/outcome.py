"""What a decision comes to: recipe, plan, format and why, key, and who would answer at which cost."""

from __future__ import annotations

from asgiref.sync import async_to_sync

from apps.delivery.files import StoredFile, find_file
from apps.delivery.hints import list_headers
from apps.images.decide import Decision, Facts, StoredRendition
from apps.images.explanation import Key, Making, Original, Outcome, Step
from apps.images.links import Link
from apps.images.mezzanine import decide_mezzanine
from apps.images.models import Image
from apps.images.overlays import write_versions
from apps.images.renderer import RENDER_LIMITS
from apps.images.sources import read_focal_points, source_info
from apps.images.storage import renditions
from apps.imaging.cage import ResourceLimits
from apps.imaging.cost import Cost
from apps.imaging.errors import ImagingError
from apps.imaging.geometry.wording import describe_plan
from apps.imaging.options.grammar import find_ignored, write
from apps.imaging.prediction import Prediction, predict
from apps.imaging.renderer.lanes import WrongLane, cheap_lane


def find_stored(decision: Decision) -> StoredFile | None:
    """Return the file that would be sent; None when a rendition has to be made."""
    return async_to_sync(find_file)(renditions(), decision.rendition) if decision.rendition else None


def describe_outcome(decision: Decision, link: Link, facts: Facts, file: StoredFile | None) -> Outcome:
    """Return a decision, and who would answer it, in values for people and programs.

    Raises what the renderer would refuse to make it for, unless it is there already.
    """
    try:
        prediction = _predict(decision)
    except ImagingError:
        if file is None:
            raise
        prediction = None
    options = link.segment if link.is_flexible or facts.variant is None else facts.variant.options
    plan = prediction.plan if prediction else None
    return Outcome(
        options=write(decision.recipe),
        ignored=tuple(find_ignored(options)),
        hinted_by=list_headers(decision.hinted_by),
        original=_describe_original(decision),
        format=decision.output.value,
        format_reason=decision.format_reason,
        plan=tuple(Step(what, how) for what, how in describe_plan(plan)) if plan else (),
        open_questions=prediction.open_questions if prediction else (),
        key=_describe_key(decision),
        tier="stored" if file else "render",
        tier_reason=_why_tier(decision.rendition, file),
        size_bytes=decision.rendition.size_bytes if decision.rendition and file else None,
        making=_describe_making(prediction, decision) if prediction and file is None else None,
    )


def _predict(decision: Decision) -> Prediction:
    drawn = {overlay.pk: overlay.image_id for overlay in decision.overlays}
    overlays = Image.objects.filter(pk__in=drawn)
    return predict(
        decision.image.source,
        decision.recipe,
        decision.output,
        decision.key.generation,
        limits=RENDER_LIMITS,
        known=read_focal_points(decision.image.focal_points),
        overlays={drawn[image.pk]: source_info(image) for image in overlays},
    )


def _describe_original(decision: Decision) -> Original:
    info = decision.image.source
    return Original(
        format=info.format.value,
        width=info.width,
        height=info.height,
        frames=info.frames,
        has_alpha=info.has_alpha,
        size_bytes=info.size_bytes,
        version=decision.image.version,
    )


def _describe_key(decision: Decision) -> Key:
    key = decision.key
    return Key(
        image_version=key.image_version,
        fingerprint=key.fingerprint,
        format=key.output.value,
        generation=key.generation.value,
        overlays=write_versions(key.overlays),
    )


def _why_tier(rendition: StoredRendition | None, file: StoredFile | None) -> str:
    if rendition is None:
        return "no rendition is stored under this key"
    if file is None:
        return "the rendition's file is missing from the store, so it is made anew"
    return f"a rendition is stored under this key, made as {rendition.generation.value}"


def _describe_making(prediction: Prediction, decision: Decision) -> Making:
    cost = prediction.cost
    # The figures are those of the original: the mezzanine has to be made of it, if nobody has yet.
    base = "; from a mezzanine of the original" if decide_mezzanine(decision) else ""
    return Making(
        work=prediction.work.value + base,
        lane=_find_lane(cost),
        cpu_ms=cost.cpu_ms,
        peak_bytes=cost.peak_bytes,
    )


def _find_lane(cost: Cost) -> str:
    """Return the lane of a renderer with the usual limits."""
    try:
        cheap_lane(ResourceLimits().memory_bytes, is_last=False).admit(cost)
    except WrongLane:
        return "heavy"
    return "cheap"
