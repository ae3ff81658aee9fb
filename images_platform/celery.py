"""The Celery application: the nudge over the outbox, never the record of what is pending."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")

app = Celery("images_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
