"""Hosts on the wire: an account sees its own."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.services import add_host
from tests.api.answers import accepted

pytestmark = pytest.mark.django_db


def test_it_works(reader_client: Client, orchard: Account, elsewhere: Account, images_path: str) -> None:
    assert accepted(reader_client.get(f"{images_path}/hosts")) == {"hosts": []}
    for account, name in ((orchard, "b.example"), (orchard, "a.example"), (elsewhere, "c.example")):
        add_host(account=account, name=name, actor=SYSTEM)
    assert accepted(reader_client.get(f"{images_path}/hosts")) == {"hosts": ["a.example", "b.example"]}
