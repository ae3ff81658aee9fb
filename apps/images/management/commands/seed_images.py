"""`manage.py seed_images`: many made-up images, to see how lists and searches fare with them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account
from apps.images.services.seeding import seed_images


class Command(BaseCommand):
    help = "Give an account made-up images without files: for measuring, in an account that serves nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", help="the account's 32 hexadecimal digits")
        parser.add_argument(
            "--count", type=int, default=10_000, help="how many; a million takes some minutes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"No account has the id {options['account']}.")
        if options["count"] < 1:
            raise CommandError("--count must be 1 or more.")
        try:
            seed_images(account=account, count=options["count"])
        except QuotaExceeded as error:
            raise CommandError(f"{error}: set_limits --images raises it.") from error
        self.stdout.write(f"{options['count']} images made")
