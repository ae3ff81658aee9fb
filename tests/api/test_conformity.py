"""Requests made up from the OpenAPI document: no fault, and no answer the document does not tell of.

Bounded, and the same each time in CI; `CONFORMITY_EXAMPLES=1000` looks longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.actor import SYSTEM
from apps.accounts.batch_tokens import create_batch_token
from apps.accounts.models import Account, ApiToken
from apps.api.document import write_document
from apps.images.models import Image
from images_platform.wsgi import application
from tests.api.answers import accepted
from tests.api.parts import file, post, word
from tests.images.conftest import jpeg


def serve(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Close each answer after it was read, as servers do and the client of these tests does not."""
    with closing(application(environ, start_response)) as answer:
        return list(answer)


SCHEMA = schemathesis.openapi.from_dict(write_document())
SCHEMA.app = serve
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("CONFORMITY_EXAMPLES", "6"))


@pytest.fixture
def upload_pear(
    olive_client: Client, orchard: Account, images_path: str, stores: Path, settings: Any
) -> Callable[[], None]:
    """Return what puts an image named pear where there is none, as after a delete."""
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]

    def upload() -> None:
        if not Image.objects.in_account(orchard).live().filter(public_id="pear").exists():
            accepted(post(olive_client, images_path, word("id", "pear"), file(jpeg())))

    return upload


@pytest.fixture
def batch_token(orchard: Account, orchard_token: str) -> str:
    token = ApiToken.objects.get(account=orchard, prefix=orchard_token.partition("_")[0])
    return create_batch_token(token=token, actor=SYSTEM)[0]


@SCHEMA.parametrize()
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db(transaction=True)
def test_it_works(
    case: Any, upload_pear: Callable[[], None], orchard: Account, orchard_token: str, batch_token: str
) -> None:
    """Half of the requests are about things that are there: random ids name none."""
    if "account_id" in case.path_parameters:
        case.path_parameters["account_id"] = orchard.public_id
    if len(case.path_parameters.get("image_id", "")) % 2:
        upload_pear()
        case.path_parameters["image_id"] = "pear"
    token = batch_token if case.path.startswith("/images/") else orchard_token
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
