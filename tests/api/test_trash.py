"""The trash over the API: seen, restored, emptied."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.accounts.services import set_limits
from apps.images.models import Image
from tests.api.answers import accepted, refused
from tests.api.parts import file, post, word
from tests.images.conftest import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


@pytest.fixture
def before(orchard: Account, olive_client: Client, images_path: str) -> dict[str, object]:
    """What was answered of a pear, before it was deleted in an account that has a trash."""
    set_limits(account=orchard, trash_days=7, actor=SYSTEM)
    result: dict[str, object] = accepted(post(olive_client, images_path, word("id", "pear"), file(jpeg())))
    accepted(olive_client.delete(f"{images_path}/pear"))
    return result


def test_it_works(olive_client: Client, images_path: str, before: dict[str, object]) -> None:
    for gone in ("pear", "pear/blob", "pear/versions"):
        refused(olive_client.get(f"{images_path}/{gone}"), 404, 5404)
    [trashed] = accepted(olive_client.get(f"{images_path}/trash"))["images"]
    told = {name: value for name, value in before.items() if name != "variants"}
    assert trashed == told | {"deleted": trashed["deleted"], "removed": trashed["removed"]}
    assert trashed["deleted"] < trashed["removed"]
    assert accepted(olive_client.get(f"{images_path}/stats"))["count"]["current"] == 1
    assert accepted(olive_client.post(f"{images_path}/pear/restore")) == before
    assert accepted(olive_client.get(f"{images_path}/pear")) == before
    assert accepted(olive_client.get(f"{images_path}/trash"))["images"] == []
    refused(olive_client.post(f"{images_path}/pear/restore"), 404, 5404)


def test_the_last_under_an_id_is_restored(
    olive_client: Client, images_path: str, before: dict[str, object]
) -> None:
    second = accepted(post(olive_client, images_path, word("id", "pear"), file(jpeg(10, 10))))
    refused(olive_client.post(f"{images_path}/pear/restore"), 409, 5409)
    accepted(olive_client.delete(f"{images_path}/pear"))
    assert [one["width"] for one in accepted(olive_client.get(f"{images_path}/trash"))["images"]] == [10, 120]
    assert accepted(olive_client.post(f"{images_path}/pear/restore")) == second


def test_emptying(olive_client: Client, images_path: str, before: dict[str, object]) -> None:
    assert accepted(olive_client.delete(f"{images_path}/trash")) == {"count": 1}
    assert accepted(olive_client.get(f"{images_path}/trash"))["images"] == []
    assert accepted(olive_client.get(f"{images_path}/stats"))["count"]["current"] == 0
    refused(olive_client.post(f"{images_path}/pear/restore"), 404, 5404)


def test_another_account_s(
    eve_client: Client, elsewhere: Account, orchard: Account, images_path: str, before: dict[str, object]
) -> None:
    theirs = images_path.replace(orchard.public_id, elsewhere.public_id)
    assert accepted(eve_client.get(f"{theirs}/trash"))["images"] == []
    assert accepted(eve_client.delete(f"{theirs}/trash")) == {"count": 0}
    refused(eve_client.post(f"{theirs}/pear/restore"), 404, 5404)
    assert Image.objects.trashed().count() == 1
