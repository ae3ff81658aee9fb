"""What this face refuses by itself, before any service is asked.

RequestError
├── NoToken                  no Authorization header, or not of the form `Bearer <token>`
├── NotAllowed               another account's path, or a scope the token lacks: one answer for all
├── TooManyRequests          more than the token, or its account, may make in a while
├── BulkNotFound             no bulk change of this account has this id
├── PurgeNotFound            no purge of this account has this id
├── NotAForm                 an upload that is not multipart/form-data
├── NotJson                  a body that should be JSON and says it is something else
├── EncodedBody              a Content-Encoding: bodies are taken as they are
├── BadForm                  multipart that cannot be taken apart
├── BadJson                  JSON that cannot be read, or is not an object
├── BadPart                  one part or field, named, with what is wrong with it
├── PictureConsumed          a picture of a montage is drawn twice, or changed after it was drawn
├── OutputNotOffered         a format that the Workers binding knows, or nobody, and we do not write
├── BodyTooLarge             more bytes than any request to this address may have
├── BodyTooSlow              the client did not finish in time
└── BodyCutShort             the client went away
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class RequestError(Exception):
    """Base of what is wrong with a request's shape; the message can be shown to the caller."""


class NoToken(RequestError):
    def __init__(self) -> None:
        super().__init__("no API token was sent: use the header Authorization: Bearer <token>")


class NotAllowed(RequestError):
    pass


class TooManyRequests(RequestError):
    """`headers` tell the client where it stands."""

    def __init__(self, *, wait_seconds: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"the next request is free in {wait_seconds} s")
        self.headers = {**headers, "Retry-After": str(wait_seconds)}


class BulkNotFound(RequestError):
    def __init__(self) -> None:
        super().__init__("Bulk change not found")


class PurgeNotFound(RequestError):
    def __init__(self) -> None:
        super().__init__("Purge not found: those that are done are remembered for a while only")


class NotAForm(RequestError):
    pass


class NotJson(RequestError):
    def __init__(self) -> None:
        super().__init__("The body must be JSON, sent with Content-Type: application/json")


class EncodedBody(RequestError):
    def __init__(self) -> None:
        super().__init__("The body must be sent without Content-Encoding")


class BadForm(RequestError):
    pass


class BadJson(RequestError):
    pass


class BadPart(RequestError):
    """`name` is the part of the form or the field of the JSON object."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f'"{name}" {problem}')
        self.name = name


class PictureConsumed(RequestError):
    """`number` is the picture's in its form."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"number {number} was drawn already: a picture may be drawn once, and not changed after"
        )


class OutputNotOffered(RequestError):
    def __init__(self, wanted: str, offered: Iterable[str]) -> None:
        super().__init__(f"'{wanted}' is not written here; send one of {', '.join(offered)}")


class BodyTooLarge(RequestError):
    def __init__(self, allowed: int) -> None:
        super().__init__(f"this request may have at most {allowed} bytes")


class BodyTooSlow(RequestError):
    pass


class BodyCutShort(RequestError):
    pass
