"""Variants and signing keys by the official client."""

from __future__ import annotations

import pytest
from cloudflare import Cloudflare

pytestmark = pytest.mark.django_db(transaction=True)


def test_variants(client: Cloudflare, account_id: str) -> None:
    variants = client.images.v1.variants
    options = {"fit": "cover", "width": 200.0, "height": 100, "metadata": "none"}
    made = variants.create(account_id=account_id, id="hero", options=options)
    assert made is not None
    assert made.variant is not None
    assert (made.variant.id, made.variant.options.width) == ("hero", 200)
    listed = variants.list(account_id=account_id)
    assert listed is not None
    assert listed.variants is not None
    assert listed.variants.hero is not None
    assert listed.variants.hero.options.fit == "cover"
    assert listed.variants.hero.never_require_signed_urls is False
    edited = variants.edit(
        "hero",
        account_id=account_id,
        options={"fit": "pad", "width": 20.0, "height": 10, "metadata": "keep"},
        never_require_signed_urls=True,
    )
    assert edited is not None
    assert edited.variant is not None
    assert (edited.variant.options.fit, edited.variant.never_require_signed_urls) == ("pad", True)
    found = variants.get("hero", account_id=account_id)
    assert found is not None
    assert found.variant is not None
    assert (found.variant.id, found.variant.options.fit) == ("hero", "pad")
    variants.delete("hero", account_id=account_id)
    left = variants.list(account_id=account_id)
    assert left is not None
    assert left.variants is not None
    assert left.variants.hero is None


def test_keys(client: Cloudflare, account_id: str) -> None:
    keys = client.images.v1.keys
    first = keys.list(account_id=account_id).keys
    assert first is not None
    assert [key.name for key in first] == ["default"]
    both = keys.update("next", account_id=account_id).keys
    assert both is not None
    assert [key.name for key in both] == ["default", "next"]
    assert both[0].value == first[0].value
    rotated = keys.update("next", account_id=account_id).keys
    assert rotated is not None
    assert rotated[1].value != both[1].value
    left = keys.delete("default", account_id=account_id).keys
    assert left is not None
    assert [key.name for key in left] == ["next"]
