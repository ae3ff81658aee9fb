"""`manage.py create_demo`: make the demo account, or what is missing of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from images_platform.demo import demo_path, make_demo


class Command(BaseCommand):
    help = "Make a demo account with three pictures; its secrets go to demo.json in the data folder."

    def handle(self, *args: Any, **options: Any) -> None:
        make_demo()
        self.stdout.write(f"The demo account is ready; its secrets are in {demo_path()}.")
