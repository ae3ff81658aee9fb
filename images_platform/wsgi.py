"""The control plane's entry: the REST API and the dashboard, under gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")

application = get_wsgi_application()
