"""A URL lets a stranger's browser upload one picture, once, on the terms it was made with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image, UploadGrant
from tests.api.answers import accepted, refused
from tests.api.parts import CONTENT_TYPE, Wire, file, form, post, post_wire, word
from tests.images.conftest import jpeg
from tests.together import run_together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
PHOTO = file(jpeg(60, 40), filename="pear.jpg")


@pytest.fixture
def path(images_path: str) -> str:
    return images_path.replace("/v1", "/v2/direct_upload")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"origin": "https://shop.example"}, raise_request_exception=False)


def grant(client: Client, path: str, *parts: bytes) -> tuple[str, str]:
    """Return the draft's id and the path of its upload URL."""
    result = accepted(post(client, path, *parts))
    assert set(result) == {"id", "uploadURL"}
    assert result["uploadURL"].startswith(settings.CONTROL_URL + "/client/v4/upload/")
    return result["id"], result["uploadURL"].removeprefix(settings.CONTROL_URL)


def test_it_works(olive_client: Client, browser: Client, images_path: str, path: str) -> None:
    terms = [word("metadata.kind", "pear"), word("creator", "olive"), word("requireSignedURLs", "true")]
    image_id, upload = grant(olive_client, path, *terms)
    draft = accepted(olive_client.get(f"{images_path}/{image_id}"))
    assert (draft["draft"], draft["requireSignedURLs"], draft["meta"]) == (True, True, {"kind": "pear"})
    assert datetime.fromisoformat(draft["uploaded"]) <= timezone.now()
    assert "width" not in draft
    response = post(browser, upload, PHOTO)
    shown = accepted(response)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert (shown["id"], shown["filename"], shown["requireSignedURLs"]) == (image_id, "pear.jpg", True)
    assert not {"meta", "creator", "draft"} & set(shown), "what the owner wrote is not for strangers"
    image = accepted(olive_client.get(f"{images_path}/{image_id}"))
    assert (image["width"], image["meta"], image["creator"]) == (60, {"kind": "pear"}, "olive")
    assert "draft" not in image
    again = post(browser, upload, PHOTO)
    assert "not valid" in refused(again, 404, 5404)
    assert again["Access-Control-Allow-Origin"] == "*"
    assert AuditEvent.objects.get(action="image.uploaded").token is None


@pytest.mark.parametrize("address", ["v2/direct_upload", "v1/direct_upload"])
def test_words_of_ours_are_the_owner_s_to_grant(
    olive_client: Client, browser: Client, images_path: str, address: str
) -> None:
    path, point = f"{images_path[:-2]}{address}", {"x": 0.5, "y": 0.25}
    if address.startswith("v2"):
        words = [word("alt", "A pear"), word("tags", "fruit"), word("tags", "green")]
        image_id, upload = grant(olive_client, path, *words, word("focal_point", json.dumps(point)))
    else:
        terms = {"alt": "A pear", "tags": ["fruit", "green"], "focal_point": point}
        result = accepted(olive_client.post(path, terms, content_type="application/json"))
        image_id, upload = result["id"], result["uploadURL"].removeprefix(settings.CONTROL_URL)
    wishes = [word("alt", "mine"), word("tags", "mine"), word("focal_point", '{"x": 1, "y": 1}')]
    accepted(post(browser, upload, *wishes, PHOTO))
    image = accepted(olive_client.get(f"{images_path}/{image_id}"))
    assert (image["alt"], image["tags"], image["focal_point"]) == ("A pear", ["fruit", "green"], point)
    assert image["width"] == 60


def test_without_terms(olive_client: Client, browser: Client, path: str) -> None:
    """The SDKs send a form of nothing but its closing boundary."""
    _, upload = grant(olive_client, path)
    assert accepted(post(browser, upload, PHOTO))["requireSignedURLs"] is False


def test_nothing_sent_with_the_file_changes_what_was_granted(
    olive_client: Client, orchard: Account, browser: Client, path: str
) -> None:
    image_id, upload = grant(olive_client, path, word("requireSignedURLs", "true"))
    wishes = [
        word("id", "mine"),
        word("requireSignedURLs", "false"),
        word("metadata", '{"mine": 1}'),
        word("creator", "me"),
        word("expiry", "2100-01-01T00:00:00Z"),
        word("url", "http://127.0.0.1/"),
    ]
    accepted(post(browser, f"{upload}?id=mine&requireSignedURLs=false", *wishes, PHOTO))
    image = Image.objects.get()
    assert (image.public_id, image.is_private, image.metadata, image.creator) == (image_id, True, {}, None)


def test_a_custom_id(olive_client: Client, browser: Client, path: str) -> None:
    image_id, upload = grant(olive_client, path, word("id", "fruit/ü pear"))
    assert image_id == "fruit/ü pear"
    taken = post(olive_client, path, word("id", "fruit/ü pear"))
    refused(taken, 409, 5409)
    assert taken["x-should-retry"] == "false"
    assert accepted(post(browser, upload, PHOTO))["id"] == "fruit/ü pear"


def test_a_browser_asks_first(olive_client: Client, browser: Client, path: str) -> None:
    _, upload = grant(olive_client, path)
    response = browser.options(upload, headers={"access-control-request-method": "POST"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "POST"
    assert UploadGrant.objects.exists()
    refused(browser.get(upload), 405, 10405)


def test_no_token_is_asked_for_and_none_counts(olive_client: Client, path: str) -> None:
    _, upload = grant(olive_client, path)
    bad = Client(headers={"authorization": "Bearer wrong"}, enforce_csrf_checks=True)
    assert accepted(post(bad, upload, PHOTO))


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ([], 400, 5400),
        ([file(b"<html>")], 415, 5455),
        ([file(b"")], 400, 5400),
        ([PHOTO, PHOTO], 400, 5400),
        ([file(jpeg(), name="image")], 400, 5400),
    ],
)
def test_a_bad_picture_may_be_sent_anew(
    olive_client: Client,
    browser: Client,
    orchard: Account,
    path: str,
    parts: list[bytes],
    status: int,
    code: int,
) -> None:
    _, upload = grant(olive_client, path)
    refused(post(browser, upload, *parts), status, code)
    orchard.refresh_from_db()
    assert orchard.images_used == 0
    accepted(post(browser, upload, PHOTO))


@pytest.mark.django_db(transaction=True)
def test_while_one_is_received_no_other_is_read(olive_client: Client, browser: Client, path: str) -> None:
    """One secret does not buy the spooling of many bodies at once."""
    _, upload = grant(olive_client, path)
    unread: list[int] = []

    class Slow(Wire):
        def read(self, size: int | None = -1, /) -> bytes:
            if not unread:
                other = Wire(form(PHOTO))
                response = post_wire(browser, upload, other, len(other.getvalue()))
                assert "under way" in refused(response, 409, 5409)
                unread.append(other.tell())
            return super().read(size)

    wire = Slow(form(PHOTO))
    assert accepted(post_wire(browser, upload, wire, len(wire.getvalue())))["filename"] == "pear.jpg"
    assert unread == [0]


def test_a_spent_address_reads_nothing(olive_client: Client, browser: Client, path: str) -> None:
    _, upload = grant(olive_client, path)
    for _ in range(10):
        refused(post(browser, upload, file(b"<html>")), 415, 5455)
    wire = Wire(form(PHOTO))
    told = refused(post_wire(browser, upload, wire, len(wire.getvalue())), 410, 5410)
    assert "spent: 10 uploads to it failed" in told
    assert wire.tell() == 0


def test_too_large(olive_client: Client, browser: Client, orchard: Account, path: str) -> None:
    Account.objects.filter(pk=orchard.pk).update(max_upload_bytes=1000)
    _, upload = grant(olive_client, path)
    refused(post(browser, upload, file(bytes(100_000))), 413, 5413)


def test_expired(olive_client: Client, browser: Client, path: str) -> None:
    _, upload = grant(olive_client, path)
    UploadGrant.objects.update(expires_at=timezone.now())
    refused(post(browser, upload, PHOTO), 404, 5404)


def test_unknown(browser: Client, orchard: Account) -> None:
    for account_hash in (orchard.hash, "nobody", "%00"):
        response = browser.post(f"/client/v4/upload/{account_hash}/secret", form(PHOTO), CONTENT_TYPE)
        assert response.status_code == 404


@pytest.mark.parametrize(
    "notation", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.%fZ"]
)
def test_expiry(olive_client: Client, path: str, notation: str) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    grant(olive_client, path, word("expiry", moment.strftime(notation)))
    assert UploadGrant.objects.get().expires_at == moment


@pytest.mark.parametrize("expiry", ["soon", "", "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"])
def test_bad_expiry(olive_client: Client, path: str, expiry: str) -> None:
    response = post(olive_client, path, word("expiry", expiry))
    refused(response, 400, 5400)
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([word("id", "/a")], 5411),
        ([word("metadata", "[]")], 5400),
        ([word("metadata", f'{{"a": "{"x" * 1024}"}}')], 5400),
        ([word("requireSignedURLs", "true"), word("id", "pear")], 5400),
        ([word("creator", "a"), word("creator", "b")], 5400),
        ([PHOTO], 5400),
    ],
)
def test_bad_terms(olive_client: Client, path: str, parts: list[bytes], code: int) -> None:
    refused(post(olive_client, path, *parts), 400, code)
    assert not Image.objects.exists()


def test_v2_takes_a_form_and_v1_takes_json(
    olive_client: Client, browser: Client, images_path: str, path: str
) -> None:
    terms = json.dumps({"requireSignedURLs": True, "metadata": {"n": {"x": 1}}})
    refused(olive_client.post(path, terms, content_type="application/json"), 415, 5415)
    old_path = f"{images_path}/direct_upload"
    result = accepted(olive_client.post(old_path, terms, content_type="application/json"))
    assert Image.objects.get().metadata == {"n": {"x": 1}}
    accepted(post(browser, result["uploadURL"].removeprefix(settings.CONTROL_URL), PHOTO))
    assert Image.objects.live().get().is_private
    refused(post(olive_client, old_path), 415, 5415)


def test_a_draft_is_in_no_list_and_can_be_edited_and_deleted(
    olive_client: Client, browser: Client, images_path: str, path: str
) -> None:
    image_id, upload = grant(olive_client, path)
    for listing in (images_path, images_path.replace("/v1", "/v2")):
        assert accepted(olive_client.get(listing))["images"] == []
    refused(olive_client.get(f"{images_path}/{image_id}/blob"), 404, 5404)
    changes = {"creator": "max", "requireSignedURLs": True}
    edited = accepted(
        olive_client.patch(f"{images_path}/{image_id}", changes, content_type="application/json")
    )
    assert (edited["draft"], edited["creator"], edited["id"]) == (True, "max", image_id[:-2] + "01")
    assert accepted(olive_client.delete(f"{images_path}/{edited['id']}")) == {}
    refused(olive_client.get(f"{images_path}/{edited['id']}"), 404, 5404)
    refused(post(browser, upload, PHOTO), 404, 5404)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_browsers_one_succeeds(
    olive_client: Client, orchard: Account, path: str, stored_files: Callable[[], list[Path]]
) -> None:
    """Threat test F20."""
    _, upload = grant(olive_client, path)

    def send() -> int:
        return int(post(Client(raise_request_exception=False), upload, PHOTO).status_code)

    outcomes = run_together(*[send for _ in range(50)])
    orchard.refresh_from_db()
    assert outcomes.count(200) == 1, outcomes
    assert set(outcomes) <= {200, 404, 409}, outcomes
    assert (orchard.images_used, len(stored_files())) == (1, 1)
