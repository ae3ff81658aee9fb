"""`manage.py drop_renditions`: forget what was rendered, so that it is made anew when asked for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import Account
from apps.images.services.budget import drop_renditions


class Command(BaseCommand):
    help = (
        "Drop every rendition, or an account's. Originals stay, and who asks has them made anew: the same "
        "bytes, or somewhat more of what was rendered ahead. Files leave ten minutes later."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", nargs="?", help="only this account's")

    def handle(self, *args: Any, **options: Any) -> None:
        account = None
        if options["account"] is not None:
            account = Account.objects.filter(public_id=options["account"]).first()
            if account is None:
                raise CommandError(f"No account has the id {options['account']}.")
        total = 0
        while count := drop_renditions(account=account):
            total += count
        self.stdout.write(f"{total} renditions dropped.")
