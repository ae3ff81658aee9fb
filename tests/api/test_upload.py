"""An upload through the API: what is sent is kept, and the answer says what it is."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.dateparse import parse_datetime

from apps.accounts.models import Account, ApiToken, AuditEvent
from apps.images.models import Image
from apps.variants.models import Variant
from tests.api.answers import accepted, refused
from tests.api.parts import BOUNDARY, Wire, file, form, post, post_wire, word
from tests.images.conftest import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_it_works(olive_client: Client, orchard: Account, images_path: str, settings: Any) -> None:
    data = jpeg(120, 80)
    sent = {
        "file": SimpleUploadedFile("pear.jpg", data, "image/jpeg"),
        "metadata": '{"kind": "pear"}',
        "creator": "olive",
    }
    result = accepted(olive_client.post(images_path, sent))
    image = Image.objects.in_account(orchard).live().get()
    assert result == {
        "id": image.public_id,
        "filename": "pear.jpg",
        "uploaded": result["uploaded"],
        "requireSignedURLs": False,
        "variants": [f"{settings.DELIVERY_URL}/{orchard.hash}/{image.public_id}/public"],
        "meta": {"kind": "pear"},
        "creator": "olive",
        "alt": "",
        "tags": [],
        "focal_point": None,
        "width": 120,
        "height": 80,
        "format": "jpeg",
        "bytes": len(data),
        "frames": 1,
        "sha256": hashlib.sha256(data).hexdigest(),
        "placeholder": None,
        "dominant_color": None,
        "version": 1,
    }
    assert MILLISECONDS.fullmatch(result["uploaded"])
    uploaded_at = parse_datetime(result["uploaded"])
    assert uploaded_at is not None
    assert image.uploaded_at is not None
    assert 0 <= (image.uploaded_at - uploaded_at).total_seconds() < 0.001
    with storages["originals"].open(image.storage_key) as kept:
        assert kept.read() == data


def test_words_of_ours_come_with_it(olive_client: Client, images_path: str) -> None:
    words = [word("alt", "A pear\n"), word("tags", " fruit "), word("tags", "green")]
    sent = [*words, word("focal_point", '{"x": 0.25, "y": 1}'), file(jpeg())]
    result = accepted(post(olive_client, images_path, *sent))
    assert (result["alt"], result["tags"]) == ("A pear\n", ["fruit", "green"])
    assert result["focal_point"] == {"x": 0.25, "y": 1}
    none = [word("alt", ""), word("tags", ""), word("focal_point", ""), file(jpeg())]
    result = accepted(post(olive_client, images_path, *none))
    assert (result["alt"], result["tags"], result["focal_point"]) == ("", [], None)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((word("alt", "a" * 2001),), "alt may have at most 2000 characters"),
        ((word("alt", "a"), word("alt", "b")), '"alt" may stand once'),
        ((word("tags", "a" * 65),), "a tag must have 1 to 64 characters"),
        ((word("tags", "a"), word("tags", "")), '"tags.1": This field may not be blank'),
        ((word("focal_point", "0.5x0.5"),), '"focal_point" must be JSON'),
        (
            (word("focal_point", '{"x": 1.1, "y": 0}'),),
            '"focal_point.x": Ensure this value is less than or equal to 1',
        ),
        ((word("focal_point", '{"x": 0.1}'),), '"focal_point.y": This field is required'),
        ((word("focal_point", "[1, 2]"),), '"focal_point": Invalid data. Expected a dictionary'),
        ((word("focal_point", '{"x": NaN, "y": 0}'),), '"focal_point.x": A valid number'),
        ((word("focal_point", "null"), word("focal_point", "null")), '"focal_point" may stand once'),
    ],
)
def test_bad_words_of_ours(
    olive_client: Client, images_path: str, parts: tuple[bytes, ...], sentence: str
) -> None:
    assert sentence in refused(post(olive_client, images_path, *parts, file(jpeg())), 400, 5400)
    assert not Image.objects.exists()


def test_the_answer_is_what_the_image_s_own_address_says(olive_client: Client, images_path: str) -> None:
    uploaded = accepted(post(olive_client, images_path, file(jpeg())))
    assert accepted(olive_client.get(f"{images_path}/{uploaded['id']}")) == uploaded


def test_who_did_it_is_written_down(olive_client: Client, orchard: Account, images_path: str) -> None:
    response = post(olive_client, images_path, file(jpeg()), REMOTE_ADDR="192.0.2.7")
    event = AuditEvent.objects.get(account=orchard, action="image.uploaded")
    assert event.token == ApiToken.objects.get(account=orchard)
    assert event.user is None
    assert event.address == "192.0.2.7"
    assert event.request_id == response["X-Request-Id"]


def test_every_variant_has_its_link(olive_client: Client, orchard: Account, images_path: str) -> None:
    Variant.objects.create(account=orchard, name="thumb", options="width=100")
    result = accepted(post(olive_client, images_path, file(jpeg()), word("id", "fruit/green pear")))
    assert [link.rpartition("/fruit/green%20pear/")[2] for link in result["variants"]] == ["public", "thumb"]


@pytest.mark.parametrize("header", ["", "Content-Type: text/html\r\n", "Content-Type: image/png\r\n"])
def test_the_part_s_own_word_on_its_content_is_not_believed(
    olive_client: Client, images_path: str, header: str
) -> None:
    result = accepted(post(olive_client, images_path, file(jpeg(), extra=header or "X: y\r\n")))
    assert result["format"] == "jpeg"


@pytest.mark.parametrize(
    "parts",
    [
        [word("metadata", '{"n": 1, "a": ["x"]}')],
        [word("metadata.n", "1"), word("metadata.a[]", "x")],
        [word("metadata.n", "1"), word("metadata.a.0", "x")],
        [word("metadata[n]", "1"), word("metadata[a][]", "x")],
    ],
    ids=["JSON text", "Python", "Go", "Node"],
)
def test_metadata_in_every_encoding(olive_client: Client, images_path: str, parts: list[bytes]) -> None:
    result = accepted(post(olive_client, images_path, *parts, file(jpeg())))
    assert result["meta"] == {"n": 1, "a": ["x"]}
    assert Image.objects.get().metadata == {"n": 1, "a": ["x"]}


def test_without_words_there_is_none(olive_client: Client, images_path: str) -> None:
    result = accepted(post(olive_client, images_path, file(jpeg())))
    assert (result["meta"], result["creator"], result["requireSignedURLs"]) == ({}, None, False)


@pytest.mark.parametrize(("text", "is_private"), [("true", True), ("false", False)])
def test_a_private_image(olive_client: Client, images_path: str, text: str, is_private: bool) -> None:
    result = accepted(post(olive_client, images_path, word("requireSignedURLs", text), file(jpeg())))
    assert result["requireSignedURLs"] is is_private
    assert result["id"].endswith("01") is is_private


@pytest.mark.parametrize("image_id", ["pear", "fruit/pear", "a b/ü%", "x/blob", "pear.jpg"])
def test_a_custom_id(olive_client: Client, images_path: str, image_id: str) -> None:
    assert accepted(post(olive_client, images_path, word("id", image_id), file(jpeg())))["id"] == image_id


def test_parts_nobody_knows_are_let_pass(olive_client: Client, images_path: str) -> None:
    strange = [word("is_staff", "true"), word("storage_key", "x"), file(b"no picture", name="thumbnail")]
    result = accepted(post(olive_client, images_path, *strange, file(jpeg()), *strange))
    assert result["format"] == "jpeg"


def test_a_body_in_chunks(olive_client: Client, images_path: str) -> None:
    """`curl -F file=@-` knows no length; Django alone would see an empty body."""
    wire = Wire(form(word("creator", "olive"), file(jpeg())))
    assert accepted(post_wire(olive_client, images_path, wire, None))["creator"] == "olive"


def test_a_file_of_exactly_the_limit(olive_client: Client, orchard: Account, images_path: str) -> None:
    data = jpeg()
    Account.objects.filter(pk=orchard.pk).update(max_upload_bytes=len(data))
    assert accepted(post(olive_client, images_path, file(data)))["bytes"] == len(data)


def test_the_boundary_inside_quotes(olive_client: Client, images_path: str) -> None:
    response = olive_client.post(
        images_path,
        data=form(file(jpeg())),
        content_type=f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"',
    )
    assert accepted(response)["format"] == "jpeg"


def test_a_taken_id_is_refused_once(olive_client: Client, images_path: str) -> None:
    """Without the header the SDKs would send the upload three times."""
    first = accepted(post(olive_client, images_path, word("id", "pear"), file(jpeg())))
    response = post(olive_client, images_path, word("id", "pear"), file(jpeg(10, 10)))
    assert refused(response, 409, 5409) == "Resource already exists"
    assert response["x-should-retry"] == "false"
    assert accepted(olive_client.get(f"{images_path}/pear")) == first
