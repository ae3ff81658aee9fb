"""`manage.py renew_numbers`: what an older version wrote is found by filters on numbers, too."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.images.services.numbers import renew_all_numbers


class Command(BaseCommand):
    help = (
        "Note the numbers in all images' metadata anew, for filters on order; images stay in use meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The numbers of {renew_all_numbers()} images noted.")
