"""`manage.py create_token`: a token for scripts, shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Scope
from apps.accounts.tokens import create_token


class Command(BaseCommand):
    help = "Make an API token and print it, alone on its line; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", help="the account's 32 hexadecimal digits")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; repeat for several (default: all)",
        )
        parser.add_argument("--days", type=int, help="how long it is valid (default: until revoked)")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"No account has the id {options['account']}.")
        days = options["days"]
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--days must be from 1 to 36500.")
        try:
            _, secret = create_token(
                account=account,
                name=options["name"],
                scopes=[Scope(scope) for scope in options["scope"] or Scope.values],
                expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
                actor=SYSTEM,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(secret)
