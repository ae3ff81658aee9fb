"""Who may call what: every operation of the document, by everybody, against a table written by hand.

The operations come from the OpenAPI document: one of which the table says nothing fails.
"""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.batch_tokens import create_batch_token
from apps.accounts.models import Account, ApiToken
from apps.api.document import write_document
from apps.cdn.services import request_purge
from apps.images.models import BulkAction, Image
from apps.images.services import start_bulk
from apps.signing.services import put_signing_key
from apps.variants.services import create_variant
from tests.api.answers import refused, refused_plainly
from tests.api.conftest import client_for
from tests.api.parts import CONTENT_TYPE, file, form
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


class Rule(Enum):
    """What a caller needs; the value is how the document writes it."""

    NOTHING = ()
    ANY_TOKEN = ("token",)
    READ = ("token", "images:read")
    EDIT = ("token", "images:edit")
    BATCH_READ = ("batch_token", "images:read")
    BATCH_EDIT = ("batch_token", "images:edit")


_LOOK = {"get": Rule.READ}
_ACT = {"post": Rule.EDIT}
_ACCOUNT = {
    "v1": _LOOK | _ACT,
    "v1/batch_token": _LOOK,
    "v1/bulk": _ACT,
    "v1/bulk/{job_id}": _LOOK,
    "v1/config": _LOOK | {"patch": Rule.EDIT},
    "v1/direct_upload": _ACT,
    "v1/hosts": _LOOK,
    "v1/info": _ACT,
    "v1/explain": _LOOK,
    "v1/keys": _LOOK,
    "v1/keys/{key_name}": {"put": Rule.EDIT, "delete": Rule.EDIT},
    "v1/purge": _ACT,
    "v1/purge/{job_id}": _LOOK,
    "v1/stats": _LOOK,
    "v1/transform": _ACT,
    "v1/trash": _LOOK | {"delete": Rule.EDIT},
    "v1/usage": _LOOK,
    "v1/variants": _LOOK | _ACT,
    "v1/variants/{variant_id}": _LOOK | {"patch": Rule.EDIT, "delete": Rule.EDIT},
    "v1/{image_id}": _LOOK | {"patch": Rule.EDIT, "delete": Rule.EDIT},
    "v1/{image_id}/blob": _LOOK,
    "v1/{image_id}/content": {"put": Rule.EDIT},
    "v1/{image_id}/restore": _ACT,
    "v1/{image_id}/signed_url": _ACT,
    "v1/{image_id}/versions": _LOOK,
    "v1/{image_id}/versions/{version}/restore": _ACT,
    "v2": _LOOK,
    "v2/direct_upload": _ACT,
}
_BATCH = {
    "v1": {"get": Rule.BATCH_READ, "post": Rule.BATCH_EDIT},
    "v1/{image_id}": {"get": Rule.BATCH_READ, "patch": Rule.BATCH_EDIT, "delete": Rule.BATCH_EDIT},
    "v2": {"get": Rule.BATCH_READ},
    "v2/direct_upload": {"post": Rule.BATCH_EDIT},
}
RULES = {
    "/user/tokens/verify": {"get": Rule.ANY_TOKEN},
    "/upload/{account_hash}/{secret}": {"post": Rule.NOTHING},
    **{f"/accounts/{{account_id}}/images/{path}": methods for path, methods in _ACCOUNT.items()},
    **{f"/images/{path}": methods for path, methods in _BATCH.items()},
}
BINDING = {f"/accounts/{{account_id}}/images/v1/{path}" for path in ("info", "transform")}
# What each rule answers to whom; None is neither 401 nor 403.
WAYS: dict[Rule, dict[str, int | None]] = {
    Rule.NOTHING: {"nobody": None, "eve": None, "reader": None, "olive": None},
    Rule.ANY_TOKEN: {"nobody": 401, "eve": None, "reader": None, "olive": None, "olive's batch": 401},
    Rule.READ: {"nobody": 401, "eve": 403, "reader": None, "olive": None, "olive's batch": 401},
    Rule.EDIT: {"nobody": 401, "eve": 403, "reader": 403, "olive": None, "olive's batch": 401},
    Rule.BATCH_READ: {"nobody": 401, "olive": 401, "reader's batch": None, "olive's batch": None},
    Rule.BATCH_EDIT: {"nobody": 401, "olive": 401, "reader's batch": 403, "olive's batch": None},
}
OPERATIONS = [(path, method) for path, methods in write_document()["paths"].items() for method in methods]
PIECES = {
    "image_id": "pear",
    "job_id": "1",
    "key_name": "default",
    "secret": "x",
    "variant_id": "public",
    "version": "1",
}


@pytest.fixture
def clients(orchard_token: str, orchard_read_token: str, elsewhere_token: str) -> dict[str, Client]:
    return {
        "nobody": Client(raise_request_exception=False),
        "eve": client_for(elsewhere_token),
        "reader": client_for(orchard_read_token),
        "olive": client_for(orchard_token),
        "reader's batch": client_for(batch_token(orchard_read_token)),
        "olive's batch": client_for(batch_token(orchard_token)),
    }


def batch_token(secret: str) -> str:
    token = ApiToken.objects.get(prefix=secret.partition("_")[0])
    return create_batch_token(token=token, actor=SYSTEM)[0]


def target(path: str, account: Account, **pieces: str) -> str:
    known = PIECES | {"account_id": account.public_id, "account_hash": account.hash}
    return "/client/v4" + path.format(**(known | pieces))


def not_allowed(path: str, answer: Any) -> str:
    """Check that an answer refuses the caller, in the words of its protocol, and return these."""
    if path not in BINDING:
        assert refused(answer, 403, 10000) == "Authentication error"
    else:
        assert refused_plainly(answer, 403, 9430) == "Images Binding access denied: authentication error"
    return answer.content.decode()


def row_of(account: Account) -> None:
    """Make an image's row, which is all that access is about."""
    Image.objects.create(account=account, public_id="pear", uploaded_at=timezone.now())


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_document_tells_the_rule(path: str, method: str) -> None:
    assert method in RULES.get(path, {}), f"Write into RULES who may {method.upper()} {path}"
    told: list[dict[str, list[str]]] = write_document()["paths"][path][method]["security"]
    first = next(iter(told[0].items())) if told else None
    assert RULES[path][method].value == ((first[0], *first[1]) if first else ())


def test_no_rule_is_of_what_is_not_there() -> None:
    assert {(path, method) for path, methods in RULES.items() for method in methods} == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_everybody_gets_as_far_as_the_rule_says(
    clients: dict[str, Client], orchard: Account, stores: Path, path: str, method: str
) -> None:
    row_of(orchard)
    for caller, expected in WAYS[RULES[path][method]].items():
        for verb in (method, "head") if method == "get" else (method,):
            status = getattr(clients[caller], verb)(target(path, orchard)).status_code
            assert (status if status in {401, 403} else None) == expected, (caller, verb)


@pytest.mark.parametrize(
    ("path", "method"), [(path, method) for path, method in OPERATIONS if "{account_id}" in path]
)
def test_a_stranger_learns_nothing(
    clients: dict[str, Client], orchard: Account, path: str, method: str
) -> None:
    """The answer is the same whether the image, or even the account, exists; and nothing is done."""
    row_of(orchard)
    targets = {
        target(path, orchard),
        target(path, orchard, image_id="plum", key_name="none", variant_id="none"),
        target(path, orchard, account_id="f" * 32),
    }
    answers = [getattr(clients["eve"], method)(each) for each in targets]
    assert len({not_allowed(path, answer) for answer in answers}) == 1
    assert len({answer.content for answer in answers}) == 1
    assert Image.objects.in_account(orchard).live().filter(public_id="pear").exists()


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path, method in OPERATIONS if RULES.get(path, {}).get(method) is Rule.EDIT],
)
def test_a_read_token_changes_nothing(
    clients: dict[str, Client], orchard: Account, path: str, method: str
) -> None:
    row_of(orchard)
    not_allowed(path, getattr(clients["reader"], method)(target(path, orchard)))
    assert Image.objects.in_account(orchard).live().count() == 1


# What a request must bring to get as far as the object it names; the others bring an empty object.
_FORM = {"data": form(file(jpeg())), "content_type": CONTENT_TYPE}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("{image_id}", "patch"): {"data": {"creator": "eve"}},
    ("{image_id}/content", "put"): _FORM,
    ("{image_id}/signed_url", "post"): {"data": {"variant": "public"}},
    ("{variant_id}", "patch"): {"data": {"options": {"width": 7}}},
}
# A name that is free in one's own account can be taken, whoever else has it.
_TAKES_A_NAME = {("{key_name}", "put")}
_NAMED = ("{image_id}", "{job_id}", "{key_name}", "{variant_id}")
NAMING = [(path, method) for path, method in OPERATIONS if any(piece in path for piece in _NAMED)]


@pytest.fixture
def orchard_s(orchard: Account) -> dict[str, str]:
    """Return the ids of one object of each kind that orchard has."""
    image = Image.objects.create(account=orchard, public_id="pear", uploaded_at=timezone.now())
    create_variant(account=orchard, name="square", options={"width": 9}, actor=SYSTEM)
    put_signing_key(account=orchard, name="second", actor=SYSTEM)
    change = start_bulk(
        account=orchard, action=BulkAction.ADD_TAGS, image_ids=["pear"], tags=["x"], actor=SYSTEM
    )
    purge = request_purge(account=orchard, keys=[f"i-{image.pk}"], reason="asked for")
    return {
        "image_id": "pear",
        "variant_id": "square",
        "key_name": "second",
        "bulk": str(change.pk),
        "purge": str(purge.pk),
    }


def renamed(text: bytes) -> bytes:
    """Return a text with the names of what orchard has replaced by those of what nobody has."""
    return text.replace(b"pear", b"plum").replace(b"square", b"oblong").replace(b"second", b"third")


@pytest.mark.parametrize(("path", "method"), NAMING)
def test_in_one_s_own_account_nothing_tells_what_another_has(
    elsewhere: Account,
    elsewhere_token: str,
    orchard: Account,
    orchard_s: dict[str, str],
    stores: Path,
    path: str,
    method: str,
) -> None:
    """The answer is the same as for what nobody has."""
    client = client_for(batch_token(elsewhere_token) if path.startswith("/images/") else elsewhere_token)
    theirs = {**orchard_s, "job_id": orchard_s["bulk" if "bulk" in path else "purge"]}
    nobody_s = {"image_id": "plum", "variant_id": "oblong", "key_name": "third", "job_id": str(2**40)}
    ending = path.rpartition("/v1/")[2]
    last = "{" + ending.rpartition("{")[2]
    body = {"data": {}, "content_type": "application/json"} | BODIES.get((last, method), {})
    sent = [
        getattr(client, method)(target(path, elsewhere, **pieces), **({} if method == "get" else body))
        for pieces in (theirs, nobody_s)
    ]
    if (last, method) in _TAKES_A_NAME:
        assert sent[0].status_code == 200
    else:
        assert [answer.status_code for answer in sent] == [404, 404], sent[0].content
        assert renamed(sent[0].content) == sent[1].content
    assert Image.objects.in_account(orchard).live().get().version == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("bulk", {"action": "delete", "ids": ["pear"]}),
        ("purge", {"images": ["pear"]}),
        ("purge", {"variants": ["square"]}),
        ("variants", {"id": "mine", "options": {"draw": [{"image": "pear"}]}}),
    ],
)
def test_nor_does_what_a_body_names(
    elsewhere: Account, elsewhere_token: str, orchard_s: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    client = client_for(elsewhere_token)
    address = f"/client/v4/accounts/{elsewhere.public_id}/images/v1/{path}"
    theirs = json.dumps(body).encode()
    first, second = (
        client.post(address, each, content_type="application/json") for each in (theirs, renamed(theirs))
    )
    assert first.status_code == second.status_code >= 400
    assert renamed(first.content) == second.content
