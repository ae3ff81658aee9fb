"""An account's configuration is shown as it is, and each switch does what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account, AuditEvent
from apps.cdn.keys import account_key
from apps.cdn.services import PURGE
from apps.outbox.models import Job
from apps.variants.models import DeliveryPolicy
from tests.api.answers import accepted, refused
from tests.api.parts import file, post, word
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db
AT_FIRST = {
    "flexible_variants": False,
    "browser_ttl": 172_800,
    "preserve_content_credentials": False,
    "stable_ids": False,
    "private_custom_ids": False,
    "signed_options": False,
    "extended_names": False,
    "original_downloads": False,
    "fallback_image": "",
    "allowed_origins": [],
}


@pytest.fixture
def config(images_path: str, orchard: Account) -> str:
    return f"{images_path}/config"


def patch(client: Client, path: str, **changes: Any) -> Any:
    return client.patch(path, changes, content_type="application/json")


def test_it_works(olive_client: Client, orchard: Account, config: str) -> None:
    assert accepted(olive_client.get(config)) == AT_FIRST
    changed = accepted(patch(olive_client, config, flexible_variants=True, browser_ttl=7200))
    assert changed == AT_FIRST | {"flexible_variants": True, "browser_ttl": 7200}
    assert accepted(olive_client.get(config)) == changed
    assert DeliveryPolicy.objects.get(account=orchard).is_flexible
    assert Job.objects.get(kind=PURGE).payload["keys"] == [account_key(orchard.pk)]
    assert AuditEvent.objects.get(action="delivery_policy.changed").detail == {
        "is_flexible": True,
        "browser_ttl_seconds": 7200,
    }


@pytest.mark.parametrize("switch", [name for name, value in AT_FIRST.items() if value is False])
def test_each_switch_alone(olive_client: Client, config: str, switch: str) -> None:
    if switch == "preserve_content_credentials":
        assert accepted(patch(olive_client, config, **{switch: False})) == AT_FIRST
        assert "Credentials" in refused(patch(olive_client, config, **{switch: True}), 400, 5400)
        return
    assert accepted(patch(olive_client, config, **{switch: True})) == AT_FIRST | {switch: True}
    assert accepted(patch(olive_client, config, **{switch: False})) == AT_FIRST


def test_nothing_named_is_nothing_changed(olive_client: Client, config: str) -> None:
    assert accepted(patch(olive_client, config)) == AT_FIRST
    assert not AuditEvent.objects.filter(action="delivery_policy.changed").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"flexible": True}, '"flexible": There is no such switch'),
        ({"flexible_variants": "maybe"}, '"flexible_variants"'),
        ({"flexible_variants": None}, '"flexible_variants"'),
        ({"browser_ttl": 3599}, "3600"),
        ({"browser_ttl": 31_536_001}, "31536000"),
        ({"browser_ttl": 2**40}, "31536000"),
        ({"browser_ttl": "soon"}, '"browser_ttl"'),
        ({"stable_ids": True, "browser_ttl": 1}, "3600"),
        ({"allowed_origins": ["b.com", "https://b.com"]}, "'https://b.com' is no origin"),
        ({"allowed_origins": "b.com"}, '"allowed_origins"'),
        ({"allowed_origins": [""]}, '"allowed_origins.0"'),
    ],
)
def test_bad_changes(olive_client: Client, config: str, changes: dict[str, Any], says: str) -> None:
    assert says in refused(patch(olive_client, config, **changes), 400, 5400)
    assert accepted(olive_client.get(config)) == AT_FIRST


def test_extended_names(olive_client: Client, images_path: str, config: str) -> None:
    variant = {"id": "hero-2_x", "options": {"width": 9}}

    def create() -> Any:
        return olive_client.post(f"{images_path}/variants", variant, content_type="application/json")

    assert "extended names" in refused(create(), 400, 5400)
    accepted(patch(olive_client, config, extended_names=True))
    assert accepted(create())["variant"]["id"] == "hero-2_x"
    assert accepted(olive_client.get(f"{images_path}/variants/hero-2_x"))["variant"]["id"] == "hero-2_x"


def test_private_custom_ids(olive_client: Client, images_path: str, config: str, stores: Path) -> None:
    parts = [word("id", "fruit/pear"), word("requireSignedURLs", "true"), file(jpeg())]
    refused(post(olive_client, images_path, *parts), 400, 5400)
    accepted(patch(olive_client, config, private_custom_ids=True))
    image = accepted(post(olive_client, images_path, *parts))
    assert (image["id"], image["requireSignedURLs"]) == ("fruit/pear", True)


def test_allowed_origins(olive_client: Client, config: str) -> None:
    changed = accepted(patch(olive_client, config, allowed_origins=["B.com", "*.b.com/open/"]))
    assert changed == AT_FIRST | {"allowed_origins": ["b.com", "*.b.com/open/"]}
    assert accepted(patch(olive_client, config, allowed_origins=[])) == AT_FIRST
    too_many = [f"{number}.example" for number in range(101)]
    refused(patch(olive_client, config, allowed_origins=too_many), 403, 5453)


def test_a_fallback_is_an_image_everyone_may_see(
    olive_client: Client, images_path: str, config: str, stores: Path
) -> None:
    for image_id, is_private in (("pear", "false"), (None, "true")):
        words = [word("id", image_id)] if image_id else []
        image = accepted(
            post(olive_client, images_path, *words, word("requireSignedURLs", is_private), file(jpeg()))
        )
        if is_private == "true":
            assert "no public image" in refused(
                patch(olive_client, config, fallback_image=image["id"]), 400, 5400
            )
        else:
            assert accepted(patch(olive_client, config, fallback_image="pear"))["fallback_image"] == "pear"
    assert "'plum'" in refused(patch(olive_client, config, fallback_image="plum"), 400, 5400)
    assert accepted(patch(olive_client, config, fallback_image="")) == AT_FIRST
