"""Requests made up from the OpenAPI document: no fault, and no answer the document does not tell of.

One by one, and as stories in which what one answers with is what the next asks for. Bounded, and the same
each time in CI; `CONFORMITY_EXAMPLES=1000` looks longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
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
from apps.accounts.models import Account, ApiToken, Scope
from apps.accounts.services import create_account
from apps.accounts.tokens import create_token
from apps.api.document import write_document
from apps.images.models import Image
from apps.images.services import upload_image
from images_platform.wsgi import application
from tests.api.answers import accepted
from tests.api.parts import file, post, word
from tests.images.conftest import jpeg


def serve(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Close each answer after it was read, as servers do and the client of these tests does not."""
    with closing(application(environ, start_response)) as answer:
        return list(answer)


# Of a copy: schemathesis writes what references stand for into it.
SCHEMA = schemathesis.openapi.from_dict(deepcopy(write_document()))
SCHEMA.app = serve
PEAR = jpeg()
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
            accepted(post(olive_client, images_path, word("id", "pear"), file(PEAR)))

    return upload


@pytest.fixture
def batch_token(orchard: Account, orchard_token: str) -> str:
    token = ApiToken.objects.get(account=orchard, prefix=orchard_token.partition("_")[0])
    return create_batch_token(token=token, actor=SYSTEM)[0]


def aim(case: Any, account: Account, upload: Callable[[], None]) -> None:
    """Turn half of the requests to what is there: random ids name nothing."""
    if "account_id" in case.path_parameters:
        case.path_parameters["account_id"] = account.public_id
    if len(case.path_parameters.get("image_id", "")) % 2:
        upload()
        case.path_parameters["image_id"] = "pear"


@SCHEMA.parametrize()
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db(transaction=True)
def test_it_works(
    case: Any, upload_pear: Callable[[], None], orchard: Account, orchard_token: str, batch_token: str
) -> None:
    aim(case, orchard, upload_pear)
    token = batch_token if case.path.startswith("/images/") else orchard_token
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


@pytest.mark.django_db(transaction=True)
def test_one_request_after_another(stores: Path, settings: Any) -> None:
    """What one answers with, the next asks for: a key is made and deleted, a job is followed.

    Each story begins where all begin, in an empty database. Which request may come next depends on what was
    answered so far: one that met what another had left would not go the same way when it is told again, and
    Hypothesis gives up then (FlakyStrategyDefinition). Nor may the clock decide: no request comes too soon.
    """
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    settings.API_RATE_PER_TOKEN = settings.API_RATE_PER_ACCOUNT = 0

    class Story(SCHEMA.include(path_regex="^/accounts/").as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            call_command("flush", interactive=False, inhibit_post_migrate=True, verbosity=0)
            self.account = create_account(name="Orchard", owner=None, actor=SYSTEM)
            self.token = create_token(account=self.account, name="edits", scopes=[Scope.EDIT], actor=SYSTEM)[
                1
            ]

        def upload_pear(self) -> None:
            images = Image.objects.in_account(self.account)
            if not images.present().filter(public_id="pear").exists():
                upload_image(account=self.account, file=BytesIO(PEAR), image_id="pear", actor=SYSTEM)

        def before_call(self, case: Any) -> None:
            aim(case, self.account, self.upload_pear)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {self.token}"}}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Story.run(
        settings=hypothesis_settings(
            max_examples=10 * EXAMPLES,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )
