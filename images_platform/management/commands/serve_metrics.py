"""`manage.py serve_metrics`: what all processes of this host have counted, for Prometheus."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from prometheus_client import start_http_server

from images_platform.metrics import make_registry


class Command(BaseCommand):
    help = "Serve metrics at /metrics until told to end. Keep the port private: they are the operator's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=9464)
        parser.add_argument("--address", default="127.0.0.1", help="what to listen at (default: loopback)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.METRICS_DIR:
            raise CommandError("Set METRICS_DIR, here and for every process that counts.")
        try:
            start_http_server(options["port"], options["address"], make_registry(Path(settings.METRICS_DIR)))
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be listened at: {error.strerror}.") from error
        self.stdout.write(f"http://{options['address']}:{options['port']}/metrics")
        threading.Event().wait()
