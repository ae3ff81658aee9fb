"""`manage.py revoke_token`: end a token that leaked or is not needed any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actor import SYSTEM
from apps.accounts.models import ApiToken
from apps.accounts.tokens import revoke_token


class Command(BaseCommand):
    help = "End an API token at once, in every process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "prefix", metavar="PREFIX", help="the token, or what of it stands before the underscore"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        prefix = options["prefix"].partition("_")[0]
        token = ApiToken.objects.select_related("account").filter(prefix=prefix).first()
        if token is None:
            raise CommandError(f"No token begins with {prefix}.")
        if not token.is_live:
            raise CommandError(f"The token {prefix} has ended already.")
        revoke_token(token=token, actor=SYSTEM)
        self.stdout.write(f"The token {prefix} of {token.account} opens nothing any more.")
