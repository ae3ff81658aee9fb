"""Cloudflare in front: purges by tag and by URL through its API, for one zone.

    POST /client/v4/zones/{CLOUDFLARE_ZONE}/purge_cache   {"tags": […]} or {"files": […]}, a hundred at a time

Nothing fences a fill that is under way there: what is purged once is purged again when the longest is over.
Source: https://developers.cloudflare.com/api/resources/cache/methods/purge/
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from urllib.parse import urlsplit

from django.conf import settings

from apps.cdn.backends.request import PurgeRequest
from apps.outbox.errors import RetryLater

_AT_ONCE = 100
_TRANSFER_SECONDS = 60
_MAX_ANSWER_BYTES = 64 * 1024
# What Retry-After may say: neither at once again, nor tomorrow.
_SOONEST_SECONDS, _LATEST_SECONDS, _UNSAID_SECONDS = 1, 900, 15


class CloudflareFailed(Exception):
    """The API did not confirm; the message says what it answered, and no secret."""


class CloudflareBackend:
    @property
    def settle_seconds(self) -> float:
        """How long a fill that has read the old rows may take: render, both lanes, and send."""
        return settings.RENDER_SECONDS + settings.HEAVY_RENDER_SECONDS + _TRANSFER_SECONDS

    def purge(self, request: PurgeRequest) -> None:
        """Send all batches over one connection; raise CloudflareFailed, or RetryLater when told to wait."""
        api = urlsplit(settings.CLOUDFLARE_API)
        kind = http.client.HTTPSConnection if api.scheme == "https" else http.client.HTTPConnection
        give_up_at = time.monotonic() + request.seconds
        try:
            with closing(kind(api.netloc, timeout=request.seconds)) as connection:
                for body in _list_bodies(request):
                    _limit(connection, give_up_at)
                    _send(connection, f"/client/v4/zones/{settings.CLOUDFLARE_ZONE}/purge_cache", body)
        except (OSError, http.client.HTTPException) as error:
            raise CloudflareFailed(f"Cloudflare did not confirm a purge: {error}") from error


def _list_bodies(request: PurgeRequest) -> Iterator[dict[str, list[str]]]:
    for name, values in (("tags", request.keys), ("files", request.urls)):
        for start in range(0, len(values), _AT_ONCE):
            yield {name: list(values[start : start + _AT_ONCE])}


def _limit(connection: http.client.HTTPConnection, give_up_at: float) -> None:
    """Give the next exchange what is left of the time."""
    left = give_up_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    connection.timeout = left
    if connection.sock is not None:
        connection.sock.settimeout(left)


def _send(connection: http.client.HTTPConnection, target: str, body: Mapping[str, list[str]]) -> None:
    headers = {"Authorization": f"Bearer {settings.CLOUDFLARE_TOKEN}", "Content-Type": "application/json"}
    connection.request("POST", target, body=json.dumps(body), headers=headers)
    response = connection.getresponse()
    text = response.read(_MAX_ANSWER_BYTES)
    if response.status == 429:
        raise RetryLater(_read_retry_after(response.getheader("Retry-After", "")), "Cloudflare asks to wait")
    success, reasons = _read_answer(text)
    if response.status != 200 or not success:
        raise CloudflareFailed(f"Cloudflare answered a purge with {response.status}: {reasons}")


def _read_answer(text: bytes) -> tuple[bool, str]:
    """Return whether the API says that it did it, and its reasons if not."""
    try:
        answer = json.loads(text)
    except ValueError:
        return False, "not in JSON"
    if not isinstance(answer, dict):
        return False, "not an object"
    errors = [error for error in answer.get("errors") or [] if isinstance(error, dict)]
    reasons = "; ".join(f"{error.get('code')} {error.get('message')}" for error in errors)
    return answer.get("success") is True, reasons or "no reason given"


def _read_retry_after(text: str) -> int:
    """Return seconds; a date, which the API does not send, counts as nothing said."""
    said = int(text) if text.isascii() and text.isdigit() else _UNSAID_SECONDS
    return min(max(said, _SOONEST_SECONDS), _LATEST_SECONDS)
