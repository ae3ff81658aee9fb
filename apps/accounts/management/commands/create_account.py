"""`manage.py create_account`: an account, and its owner if they are new."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts.actor import SYSTEM
from apps.accounts.models import User
from apps.accounts.services import create_account, create_user


class Command(BaseCommand):
    help = "Make an account. A new owner gets a password, printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people call it, e.g. Orchard")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who logs in to it")

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                owner = User.objects.filter(email__iexact=options["owner"]).first()
                is_new = owner is None
                owner = owner or create_user(email=options["owner"], password=password)
                account = create_account(name=options["name"], owner=owner, actor=SYSTEM)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"account id    {account.public_id}")
        self.stdout.write(f"account hash  {account.hash}")
        self.stdout.write(f"owner         {owner.email}")
        if is_new:
            self.stdout.write(f"password      {password}")
