"""An explanation of a link: what delivery then really does, and where the link goes wrong."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.explanation import Explanation, Question, explain_link
from apps.images.models import Image
from apps.images.services import add_host
from apps.images.storage import originals, renditions
from apps.signing.services import create_signing_key
from apps.signing.signature import sign
from apps.variants.models import Variant
from apps.variants.services import create_variant, edit_variant, set_delivery_policy
from tests import pictures
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import draw_picture, link, signed_link, upload
from tests.delivery.origins import HOST, Origin, remote, serving

ORIGIN = "https://pictures.example.com"


def explain(url: str, account: Account | None = None, *, tells: bool = True, **headers: str) -> Explanation:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return explain_link(Question(url=url, headers=named, account=account, tells_signatures=tells))


def but_for_id(answer: Answer) -> dict[str, str]:
    """Return an answer's headers without the one that no two answers share."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


def marked(told: Explanation) -> str:
    """Return the characters of the URL that are said to be wrong."""
    assert told.fault is not None
    return told.url[told.fault.position : told.fault.position + told.fault.length]


def test_it_works(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    told = explain(link(photo), accept="image/avif,image/webp")
    assert told.reply is not None
    assert told.access is not None
    assert told.outcome is not None
    assert told.fault is None
    assert (told.access.is_granted, told.access.reason) == (True, "the image is public")
    assert told.outcome.options == "width=40"
    assert (told.outcome.original.format, told.outcome.original.width) == ("jpeg", 120)
    assert [(step.what, step.how) for step in told.outcome.plan] == [
        ("resize", "to 40 × 27"),
        ("result", "40 × 27"),
    ]
    assert (told.outcome.format, told.outcome.format_reason) == ("avif", "the viewer takes AVIF")
    assert told.outcome.tier == "render"
    assert told.outcome.making is not None
    assert told.outcome.making.lane == "cheap"
    assert list(told.timings_ms) == ["link", "lookup", "decide", "file"]


def test_a_stored_picture_is_told_to_the_last_header(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant
) -> None:
    before = explain(link(photo), accept="image/webp")
    made = delivery.get(link(photo), accept="image/webp")
    assert before.reply is not None
    assert made.status == before.reply.status == 200
    assert set(before.reply.headers.items()) <= set(made.headers.items())
    told = explain(link(photo), accept="image/webp")
    stored = delivery.get(link(photo), accept="image/webp")
    assert told.reply is not None
    assert told.outcome is not None
    assert dict(told.reply.headers) == but_for_id(stored)
    assert (told.outcome.tier, told.outcome.size_bytes) == ("stored", len(stored.body))
    assert told.outcome.making is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"if_none_match": "*"}, 304), ({"range": "bytes=0-9"}, 206), ({"range": "bytes=99999-"}, 416)],
)
def test_conditions_are_told(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, headers: dict[str, str], status: int
) -> None:
    delivery.get(link(photo))
    told, answer = explain(link(photo), **headers), delivery.get(link(photo), **headers)
    assert told.reply is not None
    assert told.reply.status == answer.status == status
    assert dict(told.reply.headers) == but_for_id(answer)


def test_a_file_that_is_missing_is_seen(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    delivery.get(link(photo))
    renditions().delete(photo.renditions.get().storage_key)
    told = explain(link(photo))
    assert told.outcome is not None
    assert told.outcome.tier == "render"
    assert "missing" in told.outcome.tier_reason
    originals().delete(photo.storage_key)
    told = explain(link(photo))
    assert told.reply is not None
    assert (told.reply.status, told.reply.code) == (502, 9505)


ORIGINALS: dict[str, tuple[dict[str, str], int]] = {
    "whole": ({}, 200),
    "known": ({"if_none_match": "*"}, 304),
    "a part": ({"range": "bytes=0-9"}, 206),
    "beyond": ({"range": "bytes=99999-"}, 416),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_an_original_is_told_to_the_last_header(delivery: DeliveryClient, photo: Image, name: str) -> None:
    headers, status = ORIGINALS[name]
    set_delivery_policy(account=photo.account, has_original_downloads=True, actor=SYSTEM)
    told = explain(link(photo, "original"), **headers)
    answer = delivery.get(link(photo, "original"), **headers)
    assert told.reply is not None
    assert told.reply.status == answer.status == status
    assert dict(told.reply.headers) == but_for_id(answer)
    assert told.outcome is None
    assert status == 416 or any("asks for the original" in note for note in told.notes)
    assert status != 200 or "answer    200, the original\n" in command(link(photo, "original"))


def test_a_private_original_is_opened_by_its_signature_only(
    delivery: DeliveryClient, orchard: Account, secret_photo: Image, key: str
) -> None:
    create_variant(account=orchard, name="original", options={"width": 9}, is_public=True, actor=SYSTEM)
    set_delivery_policy(account=orchard, has_original_downloads=True, actor=SYSTEM)
    for target in (link(secret_photo, "original"), signed_link(secret_photo, key, "original")):
        told, answer = explain(target), delivery.get(target)
        assert told.reply is not None
        assert told.access is not None
        assert dict(told.reply.headers) == but_for_id(answer)
        assert (told.reply.status, told.access.is_granted) == (answer.status, answer.status == 200)


def test_a_fallback_is_told_to_the_last_header(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant
) -> None:
    set_delivery_policy(account=photo.account, fallback_image=photo.public_id, actor=SYSTEM)
    target = f"/{photo.account.hash}/none/thumbnail"
    wants = {"accept": "image/webp", "if_none_match": "*", "range": "bytes=0-1"}
    before, answer, told = explain(target, **wants), delivery.get(target, **wants), explain(target, **wants)
    assert before.reply is not None
    assert told.reply is not None
    assert told.outcome is not None
    assert (told.reply.status, told.reply.code, told.reply.text) == (answer.status, 9431, "")
    assert dict(told.reply.headers) == but_for_id(answer)
    unmade = dict(told.reply.headers) | before.reply.headers
    assert unmade == told.reply.headers
    assert (told.outcome.format, told.outcome.tier, marked(told)) == ("webp", "stored", "none")
    assert told.notes == (f"the account's fallback is shown instead: {photo.public_id}",)


@pytest.mark.parametrize("segment", ["medium", "original", "w=9"])
def test_where_no_fallback_is_shown_there_are_words(
    delivery: DeliveryClient, photo: Image, segment: str
) -> None:
    set_delivery_policy(
        account=photo.account, fallback_image=photo.public_id, has_original_downloads=True, actor=SYSTEM
    )
    target = f"/{photo.account.hash}/none/{segment}"
    told, answer = explain(target), delivery.get(target)
    assert told.reply is not None
    assert (told.reply.status, told.reply.text) == (404, answer.body.decode().strip())
    assert dict(told.reply.headers) == but_for_id(answer)


def test_what_stands_in_for_a_late_avif_is_noted(photo: Image, thumbnail: Variant, settings: Any) -> None:
    settings.AVIF_DEADLINE_MS = 700
    late = "another format may stand in if the AVIF is not made within"
    assert f"{late} 700 ms" in explain(link(photo), accept="image/avif,image/webp").notes
    edit_variant(variant=thumbnail, avif_deadline_ms=300, actor=SYSTEM)
    assert f"{late} 300 ms" in explain(link(photo), accept="image/avif,image/webp").notes
    assert not any(note.startswith(late) for note in explain(link(photo), accept="image/webp").notes)


Maker = Callable[[Image, Image, str], str]
# What is wrong with a link, and the characters that are marked for it.
BAD: dict[str, tuple[Maker, str]] = {
    "not a link": (lambda photo, secret, key: "/hash//public", ""),
    "too short": (lambda photo, secret, key: "/hash", ""),
    "broken escape": (lambda photo, secret, key: link(photo).replace("/thumb", "%zz/thumb"), "%"),
    "too long": (lambda photo, secret, key: link(photo, "a" * 9000), ""),
    "another account": (lambda photo, secret, key: f"/ABC/{photo.public_id}/thumbnail", "ABC"),
    "no such image": (lambda photo, secret, key: f"/{photo.account.hash}/a/pear/thumbnail", "a/pear"),
    "no such variant": (lambda photo, secret, key: link(photo, "medium"), "medium"),
    "bad option": (lambda photo, secret, key: link(photo, "fit=cover,w=0,h=9"), "0"),
    "bad option, encoded": (lambda photo, secret, key: link(photo, "w=9,f=ü,h=9"), "%C3%BC"),
    "behind what is encoded": (lambda photo, secret, key: link(photo, "draw.1.text=é,w=0,h=9"), "0"),
    "too large": (
        lambda photo, secret, key: link(photo, "f=jpeg,w=11000,fit=squeeze,h=9"),
        "f=jpeg,w=11000,fit=squeeze,h=9",
    ),
    "below a prefix": (lambda photo, secret, key: "/cdn-cgi/imagedelivery" + link(photo, "medium"), "medium"),
    "unsigned": (lambda photo, secret, key: link(secret), ""),
    "cut signature": (lambda photo, secret, key: link(secret) + "?exp=5&sig=12&x=1", "sig=12"),
    "signed twice": (lambda photo, secret, key: signed_link(secret, key) + "&sig=1", "sig=1"),
    "wrong key": (lambda photo, secret, key: link(secret) + f"?a=1&sig={'0' * 64}&b", "0" * 64),
    "expired": (lambda photo, secret, key: signed_link(secret, key, expires_at=99), "99"),
    "options on private": (lambda photo, secret, key: signed_link(secret, key, "w=9"), "w=9"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.usefixtures("flexible", "thumbnail")
def test_a_refusal_is_told_in_its_own_words_and_place(
    delivery: DeliveryClient, photo: Image, secret_photo: Image, key: str, name: str
) -> None:
    make, expected = BAD[name]
    target = make(photo, secret_photo, key)
    told, answer = explain(ORIGIN + target), delivery.get(target)
    assert told.reply is not None
    assert told.reply.status == answer.status >= 400
    assert told.reply.text == answer.body.decode().strip()
    assert told.reply.text.startswith(f"ERROR {told.reply.code}: ")
    assert dict(told.reply.headers) == but_for_id(answer)
    assert name == "too long" or marked(told) == expected


def test_options_where_there_are_none(photo: Image, thumbnail: Variant) -> None:
    told = explain(link(photo, "w=10"))
    assert told.reply is not None
    assert (told.reply.code, marked(told)) == (9429, "w=10")


def test_of_a_bad_signature_an_editor_is_told_the_right_one(
    orchard: Account, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    create_signing_key(account=orchard, name="second", actor=SYSTEM)
    target = link(secret_photo) + "?exp=99999999999&a=1"
    told = explain(f"{target}&sig={'0' * 64}", orchard)
    assert told.access is not None
    assert told.access.signed_text == target
    right = {each.key: each.signature for each in told.access.right_signatures}
    assert right["default"] == sign(target, key)
    assert set(right) == {"default", "second"}
    opened = explain(f"{target}&sig={right['second']}", orchard)
    assert opened.access is not None
    assert (opened.access.is_granted, opened.access.signed_by) == (True, "second")


@pytest.mark.parametrize("query", ["", f"?sig={'0' * 64}", "?sig=1", "?exp=1&exp=2"])
def test_who_may_not_sign_is_told_no_signature(
    orchard: Account, secret_photo: Image, thumbnail: Variant, key: str, query: str
) -> None:
    target = link(secret_photo)
    told = explain(target + query, orchard, tells=False)
    said = json.dumps(asdict(told))
    assert told.access is not None
    assert told.access.right_signatures == ()
    assert sign(target, key) not in said
    assert key not in said


def test_what_lies_behind_a_bad_signature_is_told_as_well(
    orchard: Account, secret_photo: Image, thumbnail: Variant
) -> None:
    told = explain(link(secret_photo), orchard, accept="image/webp")
    assert told.reply is not None
    assert told.outcome is not None
    assert (told.reply.status, told.outcome.format) == (403, "webp")
    assert explain(link(secret_photo, "medium"), orchard).outcome is None


def test_nothing_is_told_of_another_account(
    orchard: Account, elsewhere: Account, photo: Image, thumbnail: Variant
) -> None:
    """Whether it exists, or its image does, makes no difference."""
    length = len(orchard.hash)
    theirs = [link(photo), f"/{orchard.hash}/none/none", f"/{'x' * length}/{photo.public_id}/thumbnail"]
    for target in theirs:
        told = explain(target, elsewhere)
        assert told.fault is not None
        assert marked(told) == target[1 : length + 1]
        assert (told.reply, told.access, told.outcome) == (None, None, None)


def test_an_open_variant_needs_no_signature(
    orchard: Account, secret_photo: Image, open_thumbnail: Variant
) -> None:
    told = explain(link(secret_photo, "open"), orchard)
    assert told.access is not None
    assert told.access.reason == "the image is private, and this variant is always public"


def test_below_a_prefix_both_texts_may_be_signed(
    orchard: Account, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    prefixed = "/cdn-cgi/imagedelivery" + link(secret_photo)
    for signed_text in (link(secret_photo), prefixed):
        told = explain(f"{prefixed}?sig={sign(signed_text, key)}", orchard)
        assert told.access is not None
        assert (told.access.is_granted, told.access.signed_by) == (True, "default")


def test_signed_options(orchard: Account, secret_photo: Image, key: str) -> None:
    set_delivery_policy(account=orchard, has_signed_options=True, actor=SYSTEM)
    told = explain(signed_link(secret_photo, key, "w=30,widht=9", int(time.time()) + 60), orchard)
    assert told.outcome is not None
    assert (told.outcome.options, told.outcome.ignored) == ("width=30", ("widht=9",))
    assert told.reply is not None
    assert told.reply.headers["cache-control"].startswith("private, max-age=")


@pytest.mark.parametrize(
    ("picture", "options", "work"),
    [
        (pictures.animation("GIF"), "w=10", "frame by frame"),
        (pictures.animation("GIF"), "w=10,anim=false", "decoded, transformed and encoded"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "w=10", "sanitised"),
        (None, "f=json", "measured"),
        (None, "f=placeholder", "tiny"),
    ],
    ids=["animation", "still", "drawing", "facts", "placeholder"],
)
@pytest.mark.usefixtures("flexible", "stores", "transactional_db")
def test_the_kinds_of_work(orchard: Account, picture: bytes | None, options: str, work: str) -> None:
    told = explain(link(upload(orchard, picture), options))
    assert told.outcome is not None
    assert told.outcome.making is not None
    assert work in told.outcome.making.work


@pytest.mark.usefixtures("flexible")
def test_hints_and_open_questions(photo: Image) -> None:
    told = explain(link(photo, "w=auto,h=9,fit=cover,g=auto,trim=border"), sec_ch_viewport_width="300")
    assert told.outcome is not None
    assert told.outcome.options.endswith("width=320")
    assert "Sec-CH-Viewport-Width" in told.outcome.hinted_by
    assert len(told.outcome.open_questions) == 2


def test_a_url_is_read_as_browsers_do(photo: Image, thumbnail: Variant) -> None:
    told = explain(f" {ORIGIN}{link(photo)}?grüße#fragment ")
    assert told.url == f"{ORIGIN}{link(photo)}?gr%C3%BC%C3%9Fe"
    assert told.reply is not None
    assert told.reply.status == 200
    assert [note.split()[0] for note in told.notes[:2]] == ["what", "links"]


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:8001", "https://IMG.example.com:443"])
def test_a_host_of_ours_is_no_note(photo: Image, thumbnail: Variant, origin: str) -> None:
    add_host(account=photo.account, name="img.example.com", actor=SYSTEM)
    assert len(explain(origin + link(photo)).notes) == 1


@pytest.mark.parametrize("target", ["/hash/pear/thumbnail", "/cdn-cgi/image/w=9/a.jpg"])
@pytest.mark.django_db
def test_whether_another_account_has_a_host_is_not_told(
    orchard: Account, elsewhere: Account, target: str
) -> None:
    add_host(account=orchard, name="taken.example", actor=SYSTEM)
    theirs = explain(f"http://taken.example{target}", elsewhere)
    nobodys = explain(f"http://nobody.example{target}", elsewhere)
    own = explain(f"http://taken.example{target}", orchard)
    assert not any("not at this host" in note for note in own.notes)
    assert theirs.notes == nobodys.notes
    assert "not at this host" in theirs.notes[0]
    assert theirs.fault is not None
    assert nobodys.fault is not None
    assert (theirs.fault.sentence, theirs.reply) == (nobodys.fault.sentence, nobodys.reply)


@pytest.mark.parametrize("origin", ["https://[x", "https://[x]", "http://a\u2100b.example", "https://"])
def test_what_is_no_host_is_marked(photo: Image, thumbnail: Variant, origin: str) -> None:
    told = explain(origin + link(photo), photo.account)
    assert told.fault is not None
    assert told.fault.sentence == "this is no host that could be asked"
    assert told.url.removeprefix(marked(told)) == link(photo)
    assert (told.reply, told.link, told.outcome, told.notes) == (None, None, None, ())
    assert "this is no host that could be asked" in command(origin + link(photo))


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("explain", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_it_line_by_line(secret_photo: Image, thumbnail: Variant) -> None:
    url = f"{ORIGIN}{link(secret_photo)}?exp=9999999999999&sig=1"
    lines = command(url).splitlines()
    assert lines[0] == url
    assert lines[1] == " " * (len(url) - 5) + "^" * 5
    said = "\n".join(lines)
    assert "answer    403, ERROR 9425: Image access denied: sig must be 64" in said
    assert "          variant  thumbnail" in said
    assert "access    refused: sig must be 64" in said


def test_the_command_tells_programs(photo: Image, thumbnail: Variant) -> None:
    told = json.loads(command(link(photo), "--json", "--accept", "image/webp", "--header", "X-A: b"))
    assert told["outcome"]["format"] == "webp"
    assert told["link"]["variant"] == "thumbnail"


def test_a_header_that_is_none() -> None:
    with pytest.raises(CommandError, match="NAME: VALUE"):
        command("/a/b/c", "--header", "Accept")


@pytest.fixture
def origin(settings: Any, tmp_path: Path) -> Iterator[Origin]:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    with serving(settings) as origin:
        yield origin


def test_a_remote_source_is_told_of_before_and_after_it_is_fetched(
    delivery: DeliveryClient, orchard: Account, elsewhere: Account, origin: Origin
) -> None:
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    add_host(account=orchard, name=HOST, actor=SYSTEM)
    source = origin.put("/pear.jpg", draw_picture(), "Cache-Control: max-age=7200")
    url = f"http://{HOST}{remote('w=60', source)}"
    before = explain(url, orchard)
    assert (before.reply, before.fault, origin.seen) == (None, None, [])
    assert any("fetched first" in note for note in before.notes)
    made = delivery.get(remote("w=60", source), host=HOST)
    told = explain(url, orchard)
    assert told.reply is not None
    assert told.link is not None
    assert told.outcome is not None
    assert (told.link.source_url, told.outcome.tier) == (source, "stored")
    assert told.reply.headers["etag"] == made.headers["etag"]
    theirs = explain(url, elsewhere)
    assert (theirs.reply, theirs.outcome) == (None, None)
    assert marked(theirs) == f"http://{HOST}"


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("w=0/https://127.0.0.1/a", 9401, "0"),
        ("w=9/https://other.example/a", 9401, "https://other.example/a"),
        ("w=9", 9431, ""),
    ],
)
def test_a_bad_link_to_a_remote_source(
    delivery: DeliveryClient, orchard: Account, path: str, code: int, expected: str
) -> None:
    add_host(account=orchard, name=HOST, actor=SYSTEM)
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    told = explain(f"http://{HOST}/cdn-cgi/image/{path}")
    answer = delivery.get(f"/cdn-cgi/image/{path}", host=HOST)
    assert told.reply is not None
    assert (told.reply.status, told.reply.text) == (answer.status, answer.body.decode().strip())
    assert (told.reply.code, marked(told)) == (code, expected)
