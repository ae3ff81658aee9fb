"""What a view says of one of its methods, for the OpenAPI document; `operations` writes it down.

It stands beside the code it tells of:

    @describe("Images", "Get an image", result=ImageOutput, errors=[ImageNotFound])
    def get(self, request: Request, account_id: str, image_id: str) -> Response:

Errors are named by their classes: status, code and text are the table's in `errors`. What every request can
meet (no token, a body that is no JSON, too many requests) goes without saying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rest_framework.serializers import Serializer

Shape = type[Serializer[Any]]
_View = TypeVar("_View", bound=Callable[..., Any])


class Undescribed(Exception):
    """A route of which nothing is said; the message names what to write, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One operation.

    `query`, `body` (JSON) and `form` (multipart) are the shapes of what is sent, `result` is that of what
    stands in the envelope, by default an empty object; `raw` instead are the media types of an answer
    without one. `is_binding` is for the Workers binding's protocol: results stand in no envelope there, and
    refusals are its own. `filters` are further query parameters, of which only a pattern knows the names.
    """

    chapter: str
    title: str
    text: str = ""
    query: Shape | None = None
    filters: dict[str, Any] | None = None
    body: Shape | None = None
    form: Shape | None = None
    result: Shape | None = None
    raw: Sequence[str] = ()
    is_binding: bool = False
    errors: Sequence[type[Exception]] = ()


def describe(chapter: str, title: str, **told: Any) -> Callable[[_View], _View]:
    """Return a decorator that leaves a Description on a view's method."""
    description = Description(chapter=chapter, title=title, **told)

    def note(method: _View) -> _View:
        method.description = description  # type: ignore[attr-defined]  # functions take any attribute
        return method

    return note


def read_description(method: Callable[..., Any]) -> Description:
    """Return what is said of a method, or raise Undescribed."""
    description = getattr(method, "description", None)
    if not isinstance(description, Description):
        raise Undescribed(f"{method.__module__}.{method.__qualname__}: say @describe(…) above it")
    return description
