"""`manage.py list_hosts`: which host is whose."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.images.models import DeliveryHost


class Command(BaseCommand):
    help = "List the hosts of all accounts, one a line: host, account id, account."

    def handle(self, *args: Any, **options: Any) -> None:
        for host in DeliveryHost.objects.select_related("account").order_by("name"):
            self.stdout.write(f"{host}  {host.account.public_id}  {host.account}")
