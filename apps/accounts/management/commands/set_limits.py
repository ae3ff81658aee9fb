"""`manage.py set_limits`: how much an account may have."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.accounts.services import set_limits


class Command(BaseCommand):
    help = "Change what is given, and print the account's limits as they are then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT_ID", help="the account's 32 hexadecimal digits")
        parser.add_argument("--images", type=int, help="how many images it may hold")
        parser.add_argument("--upload-bytes", type=int, help="how large one upload may be")
        parser.add_argument("--signing-keys", type=int, help="how many signing keys it may have")
        parser.add_argument(
            "--rendition-bytes", type=int, help="how much its renditions may take; the least used go first"
        )
        parser.add_argument("--former-originals", type=int, help="how many versions of an image are kept")
        parser.add_argument("--trash-days", type=int, help="how long deleted images can be restored")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"No account has the id {options['account']}.")
        try:
            account = set_limits(
                account=account,
                images=options["images"],
                upload_bytes=options["upload_bytes"],
                signing_keys=options["signing_keys"],
                rendition_bytes=options["rendition_bytes"],
                former_originals=options["former_originals"],
                trash_days=options["trash_days"],
                actor=SYSTEM,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"images            {account.images_limit}")
        self.stdout.write(f"upload bytes      {account.max_upload_bytes}")
        self.stdout.write(f"signing keys      {account.signing_keys_limit}")
        self.stdout.write(f"rendition bytes   {account.max_rendition_bytes}")
        self.stdout.write(f"former originals  {account.former_originals_limit}")
        self.stdout.write(f"trash days        {account.trash_days}")
