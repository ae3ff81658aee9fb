"""What Prometheus learns of the outbox: attempts, as they are made, and what lies there, when it asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.outbox.models import Job, JobState

logger = logging.getLogger(__name__)

RUNS = Counter(
    "images_job_runs", "Attempts at jobs, by the state that the work was in after them.", ["kind", "state"]
)
RUN_SECONDS = Histogram(
    "images_job_seconds",
    "How long an attempt took.",
    ["kind"],
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_UNFINISHED = (JobState.PENDING, JobState.RUNNING, JobState.DEAD)


class OutboxCollector(Collector):
    """Reads the table at each scrape, in the thread that serves it."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing: being registered must not read the table."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            yield from (self._count_jobs(), self._find_delay())
        except DatabaseError as error:  # what the processes counted is told all the same
            logger.warning("The outbox cannot be counted: %s", error)
        finally:
            connection.close()  # each scrape has a thread of its own

    def _count_jobs(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("images_jobs", "Jobs that are not done.", labels=["kind", "state"])
        counted = Job.objects.filter(state__in=_UNFINISHED).values_list("kind", "state").annotate(Count("pk"))
        for kind, state, count in counted.order_by():
            family.add_metric([kind, state], count)
        return family

    def _find_delay(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("images_jobs_delay_seconds", "How long the oldest due job has been due.")
        oldest = Job.objects.due().aggregate(Min("next_at"))["next_at__min"]
        family.add_metric([], (timezone.now() - oldest).total_seconds() if oldest else 0.0)
        return family
