"""`manage.py rotate_signing_key`: a new value for a signing key; links signed with the old one die."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.signing.errors import SigningError
from apps.signing.services import DEFAULT_NAME, reveal_value, rotate_signing_key


class Command(BaseCommand):
    help = "Give a signing key a new value and print it, alone on its line. Old links stop working at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", help="the account's 32 hexadecimal digits")
        parser.add_argument("--name", default=DEFAULT_NAME, help="which key (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"No account has the id {options['account']}.")
        try:
            key = rotate_signing_key(account=account, name=options["name"], actor=SYSTEM)
        except SigningError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(reveal_value(key))
