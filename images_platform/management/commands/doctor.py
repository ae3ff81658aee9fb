"""`manage.py doctor`: look at everything that can ail an installation, and say what to do."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from images_platform.examination import EXAMINATIONS, Ailment


class Command(BaseCommand):
    help = "Say what ails this installation, and what to do about it; exit status 1 when something does."
    # They are one of the examinations, and must not keep the others from being made.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        is_well = True
        for name, examine in EXAMINATIONS.items():
            try:
                self.stdout.write(f"{self.style.SUCCESS('ok  ')}  {name:<8}  {examine()}")
            except Ailment as ailment:
                is_well = False
                self.stdout.write(f"{self.style.ERROR('FAIL')}  {name:<8}  {ailment.finding}")
                self.stdout.write(f"{'':16}→ {ailment.advice}")
        if not is_well:
            sys.exit(1)
