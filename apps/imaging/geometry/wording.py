"""A plan in words, for the commands and screens that explain one."""

from __future__ import annotations

from collections.abc import Iterator

from apps.imaging.geometry.plan import Plan


def describe_plan(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what happens to a frame as (what, how): `("crop", "to 100 × 100 at 25, 0")`."""
    if plan.trimmed is not None:
        box = plan.trimmed
        yield "trim", f"to {box.width} × {box.height} at {box.left}, {box.top}"
    yield "resize", f"to {plan.resized[0]} × {plan.resized[1]}"
    turns = ["mirrored"] * plan.turn.is_mirrored
    turns += [f"{plan.turn.quarters * 90}° clockwise"] * bool(plan.turn.quarters)
    if turns:
        yield "turn", ", ".join(turns)
    if plan.cropped is not None:
        box = plan.cropped
        yield "crop", f"to {box.width} × {box.height} at {box.left}, {box.top}"
    if plan.padded is not None:
        yield "pad", f"around {plan.padded.left}, {plan.padded.top}"
    yield "result", f"{plan.size[0]} × {plan.size[1]}"
