"""The envelope every answer of the API comes in (catalogue §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rest_framework.response import Response


@dataclass(frozen=True, slots=True)
class Note:
    """An error or a message: a code of four or five digits and a sentence."""

    code: int
    message: str


def answer(result: Any, *, messages: Sequence[Note] = ()) -> Response:
    """Return a successful answer; its status is 200 for every method."""
    return Response(wrap(result, messages=messages))


def wrap(result: Any, *, errors: Sequence[Note] = (), messages: Sequence[Note] = ()) -> dict[str, Any]:
    return {
        "result": result,
        "success": not errors,
        "errors": [asdict(error) for error in errors],
        "messages": [asdict(message) for message in messages],
    }
