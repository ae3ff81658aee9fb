"""`manage.py describe_images`: placeholders and dominant colours for images that were kept without."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.images.services.describing import describe_all


class Command(BaseCommand):
    help = "Have workers describe every image that is not described; running it again does no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        describe_all()
        self.stdout.write("Workers look through all images now, and describe those that lack it.")
