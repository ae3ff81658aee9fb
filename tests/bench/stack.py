"""What benchmarks of the whole platform stand on: tables, delivery processes, an edge with a lease."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from images_platform.parts import make_delivery
from images_platform.supervisor.process import Process
from tests.bench.effort import Unmeasurable
from tests.edges import SECRET, VARNISHD, running_varnish

OURS = "images_platform.delivery:application"


def set_up_django() -> None:
    """Read the settings, once the services' addresses are known, and make the tables."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def serving(application: str, port: int) -> Iterator[int]:
    """Run an application as `manage.py up` runs delivery, and yield its port."""
    part = make_delivery(port, os.environ)
    command = tuple(application if word == OURS else word for word in part.command)
    process = Process(replace(part, command=command), subprocess.DEVNULL)
    try:
        process.wait_until_ready()
        yield port
    finally:
        process.stop()


@contextmanager
def edge_before(origin_port: int) -> Iterator[int]:
    """Yield the port of a Varnish as we ship it, which has a lease for an hour."""
    if not VARNISHD:
        raise Unmeasurable("varnishd is not here")
    from django.conf import settings

    from apps.cdn import leases
    from apps.cdn.models import EdgeNode

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(running_varnish(folder, origin_port=origin_port))
        address = f"http://127.0.0.1:{port}"
        settings.PURGE_BACKEND, settings.PURGE_SECRET = "varnish", SECRET
        settings.VARNISH_NODES = [address]
        leases.LEASE_SECONDS = 3600
        if leases.renew_leases() != [address]:
            raise RuntimeError("the edge got no lease")
        stack.callback(EdgeNode.objects.all().delete)
        yield port
