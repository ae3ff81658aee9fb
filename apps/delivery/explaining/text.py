"""An explanation as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from apps.images.explanation import AccessVerdict, Explanation, LinkParts, Outcome, Reply

_LABEL_WIDTH = 9
Line = tuple[str, str]


def write_text(told: Explanation) -> Iterator[str]:
    """Yield the lines: the link with a mark below its fault, then what there is to say, label by label."""
    yield told.url
    if told.fault is not None:
        yield " " * told.fault.position + "^" * max(1, told.fault.length)
        if told.reply is None:
            yield told.fault.sentence
    yield ""
    before = ""
    for label, line in _list_lines(told):
        yield f"{'' if label == before else label:{_LABEL_WIDTH}} {line}".rstrip()
        before = label


def _list_lines(told: Explanation) -> Iterator[Line]:
    if told.reply is not None:
        yield "answer", _summarise(told.reply, told.outcome)
    if told.link is not None:
        yield from _tell_link(told.link)
    if told.access is not None:
        yield from _tell_access(told.access)
    if told.outcome is not None:
        yield from _tell_outcome(told.outcome)
    if told.reply is not None:
        width = max(map(len, told.reply.headers))
        for name, value in told.reply.headers.items():
            yield "headers", f"{name:{width}}  {value}"
    for note in told.notes:
        yield "note", note
    if told.timings_ms:
        yield "took", ", ".join(f"{stage} {spent:.1f} ms" for stage, spent in told.timings_ms.items())


def _summarise(reply: Reply, outcome: Outcome | None) -> str:
    if reply.text:
        return f"{reply.status}, {reply.text}"
    if outcome is None:
        return f"{reply.status}, the original"
    size = f", {outcome.size_bytes:,} bytes" if outcome.size_bytes is not None else ""
    return f"{reply.status}, {outcome.format}{size}"


def _tell_link(link: LinkParts) -> Iterator[Line]:
    if link.source_url is not None:
        yield "link", f"source   {link.source_url}"
    else:
        yield "link", f"account  {link.account_hash}"
        yield "link", f"image    {link.image_id}"
    if link.variant is not None:
        yield "link", f"variant  {link.variant}"
    if link.options is not None:
        yield "link", f"options  {link.options}"
    if link.expires_at is not None:
        yield "link", f"exp      {_write_moment(link.expires_at)}"
    if link.signature is not None:
        yield "link", f"sig      {link.signature}"


def _tell_access(access: AccessVerdict) -> Iterator[Line]:
    yield "access", f"{'granted' if access.is_granted else 'refused'}: {access.reason}"
    if access.signed_by is not None:
        yield "access", f"signed with the key {access.signed_by}"
    if not access.is_granted:
        yield "to sign", access.signed_text
        for right in access.right_signatures:
            yield "right sig", f"{right.signature}  with the key {right.key}"


def _tell_outcome(outcome: Outcome) -> Iterator[Line]:
    yield "recipe", outcome.options or "(nothing: the picture as it is, in the best format)"
    for part in outcome.ignored:
        yield "ignored", f"{part}  (no such option, or no such number)"
    if outcome.hinted_by:
        yield "hints", f"it depends on {', '.join(outcome.hinted_by)}"
    yield "original", _describe_original(outcome)
    for step in outcome.plan:
        yield "plan", f"{step.what:8} {step.how}"
    for question in outcome.open_questions:
        yield "plan", f"{question}"
    yield "format", f"{outcome.format}, as {outcome.format_reason}"
    key = outcome.key
    drawn = f", drawn onto it {key.overlays}" if key.overlays else ""
    yield (
        "key",
        f"version {key.image_version}, recipe {key.fingerprint}, {key.format}, {key.generation}{drawn}",
    )
    yield "tier", f"{outcome.tier}: {outcome.tier_reason}"
    if making := outcome.making:
        yield "making", f"{making.work}; {making.lane} lane"
        yield (
            "making",
            f"{making.cpu_ms:,} ms of one core, {-(-making.peak_bytes // 10**6):,} MB, as predicted",
        )


def _describe_original(outcome: Outcome) -> str:
    original = outcome.original
    parts = [f"{original.format}, {original.width} × {original.height}"]
    parts += [f"{original.frames} frames"] * (original.frames > 1)
    parts += ["may be transparent" if original.has_alpha else "opaque"]
    parts += [f"{original.size_bytes:,} bytes", f"version {original.version}"]
    return ", ".join(parts)


def _write_moment(seconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        return f"{seconds}, beyond the year 9999"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
