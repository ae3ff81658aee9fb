"""The delivery plane's entry: a lean ASGI application, under Granian."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")
django.setup()

from django.conf import settings  # noqa: E402  # after Django has read its settings

from apps.delivery.asgi import DeliveryApplication  # noqa: E402  # the same
from apps.delivery.ports import open_ports  # noqa: E402  # the same

# Threads that keep renditions hand the interpreter on after half a millisecond, not five: hits wait for it.
sys.setswitchinterval(0.0005)

application = DeliveryApplication(open_ports, accel_prefix=settings.ACCEL_PREFIX)
