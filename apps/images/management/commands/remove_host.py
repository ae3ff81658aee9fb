"""`manage.py remove_host`: a host is no account's any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actor import SYSTEM
from apps.images.errors import ImagesError
from apps.images.services import remove_host


class Command(BaseCommand):
    help = "Take a host from its account: remote sources are not delivered on it any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="HOST", help="e.g. img.example.com")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            remove_host(name=options["name"], actor=SYSTEM)
        except ImagesError as error:
            raise CommandError(f"{error}.".capitalize()) from error
        self.stdout.write(f"The host {options['name']} is nobody's.")
