"""What delivery counts of itself, for Prometheus. Labels are of closed sets: nothing a client sends."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Histogram

from apps.delivery.messages import DeliveryResponse

REQUESTS = Counter(
    "images_delivery_requests",
    "Answers, by status and by who answered: store, renderer, or nobody.",
    ["status", "tier"],
)
SECONDS = Histogram(
    "images_delivery_seconds",
    "Time to the head of an answer.",
    ["tier"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
BYTES = Counter(
    "images_delivery_bytes", "Bytes of pictures sent, or handed to the server to be sent.", ["tier"]
)
FLIGHTS_JOINED = Counter("images_flights_joined", "Requests that waited for a render already under way here.")


def count_answer(response: DeliveryResponse, seconds: float) -> None:
    requests, times, sizes = _find_labelled(response.status, response.tier)
    requests.inc()
    times.observe(seconds)
    if response.picture_bytes:
        sizes.inc(response.picture_bytes)


@cache  # to find the three by their labels takes longer than to count
def _find_labelled(status: int, tier: str) -> tuple[Counter, Histogram, Counter]:
    return REQUESTS.labels(str(status), tier), SECONDS.labels(tier), BYTES.labels(tier)
