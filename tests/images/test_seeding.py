"""Made-up images count like any others."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts.models import Account
from apps.images.models import Image, MetadataNumber

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_images", orchard.public_id, count=12)
    assert "12 images made" in capsys.readouterr().out
    orchard.refresh_from_db()
    assert Image.objects.in_account(orchard).live().count() == orchard.images_used == 12
    assert MetadataNumber.objects.filter(account=orchard, path="batch").count() == 12


@pytest.mark.parametrize(("count", "says"), [(11, "set_limits"), (0, "1 or more")])
def test_what_cannot_be(orchard: Account, count: int, says: str) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=10)
    with pytest.raises(CommandError, match=says):
        call_command("seed_images", orchard.public_id, count=count)
    assert not Image.objects.exists()


def test_no_such_account(orchard: Account) -> None:
    with pytest.raises(CommandError, match="No account"):
        call_command("seed_images", "f" * 32)
