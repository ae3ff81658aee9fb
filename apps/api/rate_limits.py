"""Rate limits: how many requests a token, and all tokens of an account together, may make in a while.

Counted in Valkey by one script, so that a hundred processes that ask at once are told the same truth. Each
limit is a bucket that leaks evenly (the generic cell rate algorithm): a burst may use all of it, and what
was used comes back request by request, not all at once at the turn of a window.

Valkey away means no limits: a limit protects the service, and is no reason to refuse all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from redis.commands.core import Script

from apps.accounts.models import ApiToken
from apps.api.refusals import TooManyRequests

logger = logging.getLogger(__name__)

# A counter is worth no longer wait; it stands between the client and every answer.
_ANSWER_SECONDS = 0.25
BATCH_REQUESTS_PER_SECOND = 200
_MICROSECOND = 1_000_000

# KEYS: one a limit. ARGV: requests and seconds of each. Counts against all limits, or against none. Returns
# whether it did, and of each limit the requests left, the microseconds until it is whole again, and those
# until it lets this request through.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limits, is_free = {}, true
for i, key in ipairs(KEYS) do
    local window = ARGV[2 * i] * 1000000
    local step = window / ARGV[2 * i - 1]
    -- When everything used so far will have come back; kept in whole microseconds.
    local whole_at = math.max(tonumber(redis.call('GET', key) or now), now)
    limits[i] = {key = key, window = window, step = step, whole_at = whole_at}
    is_free = is_free and whole_at + step - now <= window
end
local standings = {}
for i, limit in ipairs(limits) do
    local used = limit.whole_at - now
    local wait = math.max(0, used + limit.step - limit.window)
    if is_free then
        used = used + limit.step
        redis.call('SET', limit.key, string.format('%.0f', now + used), 'PX', math.ceil(used / 1000))
    end
    standings[i] = {math.floor((limit.window - used) / limit.step + 0.001), math.ceil(used), math.ceil(wait)}
end
return {is_free and 1 or 0, standings}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """`name` is what the client reads, `key` whose requests are counted."""

    name: str
    key: str
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a limit stands after a request; `wait_seconds` is 0 unless the request was one too many."""

    limit: Limit
    left: int
    whole_in_seconds: float
    wait_seconds: float


def list_limits(token: ApiToken) -> list[Limit]:
    """Return the limits a token's requests count against; one of 0 requests is none."""
    window = settings.API_RATE_SECONDS
    limits = [
        Limit("token", f"api-rate:token:{token.pk}", settings.API_RATE_PER_TOKEN, window),
        Limit("account", f"api-rate:account:{token.account_id}", settings.API_RATE_PER_ACCOUNT, window),
    ]
    return [limit for limit in limits if limit.requests]


def list_batch_limits(token: ApiToken) -> list[Limit]:
    """Return what the requests of all batch tokens of an account count against, together (catalogue §7.3)."""
    return [Limit("batch", f"api-rate:batch:{token.account_id}", BATCH_REQUESTS_PER_SECOND, 1)]


def take(limits: Sequence[Limit]) -> list[Standing]:
    """Count one request against all limits and return where they stand; none when Valkey does not answer.

    Raises TooManyRequests when one of them is used up, and counts against none then.
    """
    if not limits:
        return []
    arguments = [number for limit in limits for number in (limit.requests, limit.seconds)]
    try:
        is_free, rows = _script()(keys=[limit.key for limit in limits], args=arguments)
    except redis.RedisError as error:
        logger.warning("Requests are not counted: Valkey does not answer (%s)", error)
        return []
    standings = [
        Standing(limit, left, whole_in / _MICROSECOND, wait / _MICROSECOND)
        for limit, (left, whole_in, wait) in zip(limits, rows, strict=True)
    ]
    if not is_free:
        wait_seconds = max(each.wait_seconds for each in standings)
        raise TooManyRequests(wait_seconds=round_up(wait_seconds), headers=rate_headers(standings))
    return standings


def rate_headers(standings: Iterable[Standing]) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers, which Cloudflare sends too."""
    standings = list(standings)
    if not standings:
        return {}
    return {
        "RateLimit-Policy": ", ".join(
            f'"{each.limit.name}";q={each.limit.requests};w={each.limit.seconds}' for each in standings
        ),
        "RateLimit": ", ".join(
            f'"{each.limit.name}";r={each.left};t={round_up(each.whole_in_seconds)}' for each in standings
        ),
    }


def round_up(seconds: float) -> int:
    """Return whole seconds, at least what was given."""
    return -int(-seconds // 1)


@cache
def _script() -> Script:
    """Return the script on a pool of connections that all threads share."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS
    )
    return client.register_script(_TAKE)
