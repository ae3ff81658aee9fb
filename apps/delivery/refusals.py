"""What this room itself refuses, beside what the rooms below raise.

Refusal
├── MethodNotAllowed
├── RangeNotSatisfiable    the range lies behind the end; `size_bytes` is the whole
├── TooManyMisses          one client asked for too many pictures that nobody had yet; 429
└── TryAgain               nothing is wrong with the request: 503 and Retry-After
    ├── LookupFailed       the database does not answer
    ├── QueueFull          too many renders are under way, or too many of this account's
    ├── WaitedTooLong      a render is under way and takes longer than anyone waits
    ├── NotStored          the rendition was made and could not be kept
    ├── StoreAway          the object store does not answer, or not as it should
    └── ImageChanging      the image changed again and again while we were rendering it
"""

from __future__ import annotations


class Refusal(Exception):
    """The message can be shown to anyone."""


class MethodNotAllowed(Refusal):
    def __init__(self, method: str) -> None:
        super().__init__(f"the method {method} is not allowed")


class RangeNotSatisfiable(Refusal):
    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the range lies outside of the {size_bytes} bytes there are")
        self.size_bytes = size_bytes


class TooManyMisses(Refusal):
    """In `retry_after_seconds` it may have another."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("you asked for too many pictures that have to be made first")
        self.retry_after_seconds = retry_after_seconds


class TryAgain(Refusal):
    """A matter of time."""


class LookupFailed(TryAgain):
    def __init__(self) -> None:
        super().__init__("the database does not answer")


class QueueFull(TryAgain):
    def __init__(self) -> None:
        super().__init__("too many pictures are being made")


class WaitedTooLong(TryAgain):
    def __init__(self) -> None:
        super().__init__("the picture is still being made")


class StoreAway(TryAgain):
    def __init__(self) -> None:
        super().__init__("the object store does not answer")


class NotStored(TryAgain):
    def __init__(self) -> None:
        super().__init__("the picture was made and could not be kept")


class ImageChanging(TryAgain):
    def __init__(self) -> None:
        super().__init__("the image is being changed")
