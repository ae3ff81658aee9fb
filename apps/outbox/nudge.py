"""The nudge: a message that tells a worker not to wait for the sweeper. It may be lost, never in the way.

A request must not wait for the broker. kombu's own publishing retries a dead one for 6 s and waits 5 s for
a frozen one (both measured), so this module brings a connection that gives up sooner, and after a failure
leaves the broker in peace for a while: the sweeper finds the jobs.
"""

from __future__ import annotations

import logging
import time

from celery import current_app
from kombu.exceptions import KombuError, OperationalError
from kombu.pools import producers

logger = logging.getLogger(__name__)

RUN_JOB = "apps.outbox.tasks.run_job_task"
_WAIT_SECONDS = 1.0
_PEACE_SECONDS = 5.0
# The sweeper tells again what is still due by then: without an end, messages would pile up in a busy broker.
_FRESH_SECONDS = 60
_IMPATIENT = {
    "socket_connect_timeout": _WAIT_SECONDS,
    "socket_timeout": _WAIT_SECONDS,
    "max_retries": 0,
}


class Nudger:
    """Remembers, per process, until when the broker is thought to be down."""

    def __init__(self) -> None:
        self._peace_until = 0.0

    def nudge(self, job_pk: int) -> bool:
        """Tell a worker about a job, and whether that worked; never raises for a broker's sake."""
        if time.monotonic() < self._peace_until:
            return False
        try:
            self._publish(job_pk)
        except (KombuError, OperationalError, OSError) as error:
            self._peace_until = time.monotonic() + _PEACE_SECONDS
            logger.warning("The broker does not answer, job %s waits for the sweeper: %s", job_pk, error)
            return False
        return True

    def _publish(self, job_pk: int) -> None:
        connection = current_app.connection_for_write(transport_options=_IMPATIENT)
        with producers[connection].acquire(block=True, timeout=_WAIT_SECONDS) as producer:
            current_app.send_task(
                RUN_JOB,
                args=[job_pk],
                producer=producer,
                retry=False,
                ignore_result=True,
                expires=_FRESH_SECONDS,
            )


nudger = Nudger()
