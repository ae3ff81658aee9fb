"""The demo account: made once, completed when interrupted, and never made over what its owner changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, User
from apps.accounts.services import create_account
from apps.accounts.tokens import authenticate_token
from apps.images.models import Image
from apps.images.services import delete_image
from apps.signing.services import rotate_signing_key
from apps.variants.models import Variant
from images_platform.demo import EMAIL, demo_path, make_demo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path, stores: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_it_works() -> None:
    demo = make_demo()
    account = Account.objects.get(public_id=demo.account_id)
    assert authenticate_token(demo.token).account == account
    assert User.objects.get(email=EMAIL).check_password(demo.login["password"])
    assert set(Variant.objects.in_account(account).values_list("name", flat=True)) == {"public", "thumbnail"}
    assert len(demo.images) == 3
    assert Image.objects.get(public_id=demo.private_image).is_private
    assert demo_path().stat().st_mode & 0o777 == 0o600


def test_a_second_start_changes_nothing() -> None:
    assert make_demo() == make_demo()
    assert Account.objects.count() == 1


def test_what_the_owner_changed_stays_changed() -> None:
    first = make_demo()
    account = Account.objects.get(public_id=first.account_id)
    Variant.objects.in_account(account).filter(name="thumbnail").delete()
    delete_image(image=Image.objects.get(public_id=first.images[0]), actor=SYSTEM)
    rotate_signing_key(account=account, name=first.signing_key["name"], actor=SYSTEM)
    second = make_demo()
    assert len(second.images) == 2
    assert second.signing_key["value"] != first.signing_key["value"]
    assert second.token == first.token
    assert not Variant.objects.in_account(account).filter(name="thumbnail").exists()


def test_an_interrupted_start_is_completed() -> None:
    make_demo()
    demo_path().unlink()
    Image.objects.first().delete()  # type: ignore[union-attr]
    again = make_demo()
    assert len(again.images) == 3
    assert Account.objects.count() == 1
    assert authenticate_token(again.token)


def test_a_second_account_of_the_demo_user_is_no_trouble() -> None:
    first = make_demo()
    create_account(name="Another", owner=User.objects.get(email=EMAIL), actor=SYSTEM)
    assert make_demo() == first
    demo_path().unlink()
    assert make_demo().account_id == first.account_id


def test_a_demo_without_private_pictures_has_no_signed_link() -> None:
    first = make_demo()
    delete_image(image=Image.objects.get(public_id=first.private_image), actor=SYSTEM)
    assert make_demo().private_image is None
