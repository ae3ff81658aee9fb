"""Variants can be listed, made, looked at, edited and deleted."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from apps.images.services import upload_image
from apps.variants.models import Variant
from tests.api.answers import accepted, refused
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db
THUMB: dict[str, Any] = {"id": "thumb", "options": {"fit": "cover", "width": 200, "height": 100}}


@pytest.fixture
def variants_path(images_path: str) -> str:
    return f"{images_path}/variants"


@pytest.fixture
def photo(orchard: Account, stores: Path) -> Image:
    return upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)


def create(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, THUMB | fields, content_type="application/json")


def test_it_works(olive_client: Client, orchard: Account, variants_path: str) -> None:
    made = accepted(create(olive_client, variants_path))["variant"]
    told = {**THUMB["options"], "metadata": "copyright"}
    assert made == {"id": "thumb", "neverRequireSignedURLs": False, "options": told}
    listed = accepted(olive_client.get(variants_path))["variants"]
    assert set(listed) == {"public", "thumb"}
    assert listed["thumb"] == made
    assert accepted(olive_client.get(f"{variants_path}/thumb"))["variant"] == made
    assert AuditEvent.objects.filter(account=orchard, object_id="thumb").exists()


def test_options_beyond_the_original_s_four(olive_client: Client, variants_path: str) -> None:
    options = {"width": 200, "quality": 60, "format": "webp", "metadata": "none", "browser_ttl": 86400}
    made = accepted(create(olive_client, variants_path, options=options, neverRequireSignedURLs=True))
    assert made["variant"]["options"].items() >= {"width": 200, "quality": 60, "browser_ttl": 86400}.items()
    assert made["variant"]["neverRequireSignedURLs"] is True
    assert Variant.objects.get(name="thumb").browser_ttl_seconds == 86400


def test_a_deadline_for_avif(olive_client: Client, variants_path: str) -> None:
    options = {"width": 200, "avif_deadline_ms": 500}
    made = accepted(create(olive_client, variants_path, options=options))
    assert made["variant"]["options"].items() >= options.items()
    assert Variant.objects.get(name="thumb").avif_deadline_ms == 500


def test_overlays(olive_client: Client, variants_path: str, photo: Image) -> None:
    drawn = [{"image": photo.public_id, "width": 0.2, "right": 8}, {"text": "Ours, all of it"}]
    made = accepted(create(olive_client, variants_path, options={"width": 200, "draw": drawn}))
    usual = {"fit": "scale-down", "metadata": "copyright"}
    assert made["variant"]["options"] == usual | {"width": 200, "draw": drawn}
    assert Variant.objects.get(name="thumb").drawn_images == [photo.public_id]
    path = f"{variants_path}/thumb"
    text = json.dumps({"options": {"width": 200, "draw": [{"image": "nothing"}]}})
    assert "'nothing'" in refused(olive_client.patch(path, text, content_type="application/json"), 400, 5400)
    text = json.dumps({"options": {"width": 200, "draw": []}})
    edited = accepted(olive_client.patch(path, text, content_type="application/json"))
    assert edited["variant"]["options"] == usual | {"width": 200}


def test_patch_replaces_the_options(olive_client: Client, variants_path: str) -> None:
    create(olive_client, variants_path, neverRequireSignedURLs=True)
    text = json.dumps({"options": {"fit": "contain", "width": 50}})
    edited = accepted(olive_client.patch(f"{variants_path}/thumb", text, content_type="application/json"))
    assert edited["variant"] == {
        "id": "thumb",
        "options": {"fit": "contain", "metadata": "copyright", "width": 50},
        "neverRequireSignedURLs": True,
    }
    assert Variant.objects.get(name="thumb").version == 2


def test_delete(olive_client: Client, variants_path: str) -> None:
    create(olive_client, variants_path)
    assert accepted(olive_client.delete(f"{variants_path}/thumb")) == {}
    refused(olive_client.delete(f"{variants_path}/thumb"), 404, 5401)
    refused(olive_client.get(f"{variants_path}/thumb"), 404, 5401)


def test_the_public_variant_stays(olive_client: Client, variants_path: str) -> None:
    refused(olive_client.delete(f"{variants_path}/public"), 400, 5400)
    assert "public" in accepted(olive_client.get(variants_path))["variants"]


def test_a_taken_name(olive_client: Client, variants_path: str) -> None:
    create(olive_client, variants_path)
    response = create(olive_client, variants_path)
    refused(response, 409, 5409)
    assert response["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": "with-hyphen"}, "hyphen"),
        ({"id": "with_underscore"}, "underscore"),
        ({"id": "x" * 100}, "1 to 99"),
        ({"id": ""}, '"id"'),
        ({"id": None}, '"id"'),
        ({"id": "a\0b"}, '"id"'),
        ({"options": None}, '"options"'),
        ({"options": []}, '"options"'),
        ({"options": {"fit": "stretch"}}, "fit"),
        ({"options": {"width": -1}}, "width"),
        ({"options": {"width": True}}, "width"),
        ({"options": {"wdth": 1}}, "wdth"),
        ({"options": {"width": [1]}}, "width"),
        ({"options": {"width": 1, "browser_ttl": 3599}}, "3600"),
        ({"options": {"width": 1, "browser_ttl": "soon"}}, '"options.browser_ttl"'),
        ({"options": {"width": 1, "avif_deadline_ms": 99}}, "100"),
        ({"options": {"width": 1, "avif_deadline_ms": 30_001}}, "30000"),
        ({"options": {"draw": [{"image": "logo"}]}}, "no image with the id 'logo'"),
        ({"options": {"draw": [{"text": "a", "opacity": 2}]}}, "draw.1.opacity"),
        ({"options": {"draw": [{"text": "a"}, {"url": "https://example.com/a.png"}]}}, "draw.2.url"),
        ({"options": {"draw": [{"text": "a"}] * 6}}, "at most 5"),
        ({"options": {"draw": "logo"}}, "list of objects"),
        ({"neverRequireSignedURLs": "maybe"}, '"neverRequireSignedURLs"'),
    ],
)
def test_refusals(olive_client: Client, variants_path: str, fields: dict[str, Any], says: str) -> None:
    assert says in refused(create(olive_client, variants_path, **fields), 400, 5400)
    assert not Variant.objects.exclude(name="public").exists()


def test_what_is_missing_is_named(olive_client: Client, variants_path: str) -> None:
    response = olive_client.post(variants_path, {}, content_type="application/json")
    sentences = [error["message"] for error in response.json()["errors"]]
    assert response.status_code == 400
    assert any('"id"' in sentence for sentence in sentences)
    assert any('"options"' in sentence for sentence in sentences)
