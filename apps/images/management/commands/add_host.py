"""`manage.py add_host`: links on a host of their own, for an account."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.errors import ImagesError
from apps.images.services import add_host


class Command(BaseCommand):
    help = "Give a host to an account. Have its name lead to delivery, and certificates and caches know it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", help="the account's 32 hexadecimal digits")
        parser.add_argument("name", metavar="HOST", help="e.g. img.example.com, without a port")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"No account has the id {options['account']}.")
        try:
            host = add_host(account=account, name=options["name"], actor=SYSTEM)
        except ImagesError as error:
            raise CommandError(f"{error}.".capitalize()) from error
        self.stdout.write(f"The host {host} is {account}'s.")
