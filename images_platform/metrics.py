"""Metrics of all processes on a host, gathered from the files they count in (METRICS_DIR).

Each process writes a file of its own; whoever serves adds them up. That is one small process on a port of its
own, so that neither plane has an address to guard, and a scrape disturbs no request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from apps.outbox.metrics import OutboxCollector

_API = "/client/v4/"
REQUESTS = Counter(
    "images_control_requests", "Answers of the control plane, by face.", ["face", "method", "status"]
)
SECONDS = Histogram(
    "images_control_seconds",
    "Time to the head of an answer.",
    ["face"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsMiddleware:
    """Counts the control plane's answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started_at = time.perf_counter()
        response = self.get_response(request)
        face = "api" if request.path_info.startswith(_API) else "dashboard"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(face, method, str(response.status_code)).inc()
        SECONDS.labels(face).observe(time.perf_counter() - started_at)
        return response


def make_registry(folder: Path) -> CollectorRegistry:
    """Return what a scrape is answered from: the processes' files, and the outbox."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # untyped in part
    registry.register(OutboxCollector())
    return registry
