"""Alt text and tags: kept with the image, by JSON or form, and tags to list by."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from tests.api.answers import accepted, refused
from tests.api.parts import word
from tests.api.test_image_edit import patch, patch_form, pear  # noqa: F401  # Orchard's photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(images_path: str, pear: Image) -> str:  # noqa: F811  # pytest's way to ask for it
    return f"{images_path}/{pear.public_id}"


def test_it_works(olive_client: Client, images_path: str, path: str) -> None:
    before = accepted(olive_client.get(path))
    assert (before["alt"], before["tags"]) == ("", [])
    words = {"alt": "A pear,\nripe", "tags": ["fruit", " Ripe ", "fruit", "öko"]}
    result = accepted(patch(olive_client, path, **words))
    assert result == before | {"alt": "A pear,\nripe", "tags": ["fruit", "Ripe", "öko"]}
    assert accepted(patch(olive_client, path, creator="olive")) == result, "what is not named stays"
    assert accepted(patch(olive_client, path, alt=None, tags=None)) == before
    assert AuditEvent.objects.filter(action="image.edited").first().detail == {  # type: ignore[union-attr]  # it is there
        "was": {"alt_text": "", "tags": []},
        "is": {"alt_text": words["alt"], "tags": result["tags"]},
    }


def test_a_form_has_one_part_per_tag(olive_client: Client, path: str) -> None:
    parts = [word("tags", "fruit"), word("tags", "ripe"), word("alt", "A pear")]
    result = accepted(patch_form(olive_client, path, *parts))
    assert (result["alt"], result["tags"]) == ("A pear", ["fruit", "ripe"])
    assert accepted(patch_form(olive_client, path, word("tags", "")))["tags"] == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alt": "x" * 2001}, "alt may have at most 2000 characters, this has 2001"),
        ({"alt": "a\x1bb"}, "control characters"),
        ({"alt": ["a"]}, '"alt"'),
        ({"tags": "fruit"}, '"tags"'),
        ({"tags": [["fruit"]]}, '"tags.0"'),
        ({"tags": [str(n) for n in range(51)]}, "at most 50 tags, these are 51"),
        ({"tags": ["x" * 65]}, "1 to 64 characters, this has 65"),
        ({"tags": ["fruit", " "]}, '"tags.1": This field may not be blank'),
        ({"tags": ["a\nb"]}, "control characters"),
    ],
)
def test_refusals(olive_client: Client, path: str, changes: dict[str, Any], says: str) -> None:
    assert says in refused(patch(olive_client, path, **changes), 400, 5400)
    image = Image.objects.get()
    assert (image.alt_text, image.tags) == ("", [])


def test_a_list_by_tag(olive_client: Client, orchard: Account, elsewhere: Account, images_path: str) -> None:
    for account, public_id, tags in (
        (orchard, "pear", ["fruit", "ripe"]),
        (orchard, "plum", ["fruit"]),
        (orchard, "pea", ["fruits"]),
        (elsewhere, "fig", ["fruit"]),
    ):
        Image.objects.create(account=account, public_id=public_id, tags=tags, uploaded_at=timezone.now())
    path = images_path.replace("/v1", "/v2")
    for tag, found in (("fruit", ["plum", "pear"]), ("ripe", ["pear"]), ("Fruit", []), ("%", [])):
        shown = accepted(olive_client.get(path, {"tag": tag}))["images"]
        assert [image["id"] for image in shown] == found
    refused(olive_client.get(path, {"tag": ""}), 400, 5400)
