"""One id per request, in every answer and log line of both planes: a report can be followed to its cause.

A caller's trace (W3C Trace Context, `traceparent`) is kept beside it, for logs gathered in one place.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")
# 32 hexadecimal digits; empty without a trace.
current_trace_id: ContextVar[str] = ContextVar("trace_id", default="")

_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)


def choose_request_id(given: str, *, is_trusted: bool) -> str:
    """Return the id a proxy of ours gave, if it is plain, else a fresh one: a stranger must not choose it."""
    return given if is_trusted and _ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)


def read_trace_id(traceparent: str) -> str:
    """Return the trace's id, or nothing for a header that is none."""
    match = _TRACEPARENT.fullmatch(traceparent)
    return match[1] if match else ""
