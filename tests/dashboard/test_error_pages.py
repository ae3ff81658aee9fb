"""The pages for what went wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from apps.accounts.models import Account
from apps.dashboard import error_pages

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    page = client.get("/nowhere", headers={"X-Request-Id": "abcdef-123456"})
    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()
    assert "<code>abcdef-123456</code>" in page.content.decode()


def test_our_own_fault_tells_the_requests_number_and_nothing_else(
    olive_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(Account.objects, "of_member", fail)
    olive_client.raise_request_exception = False
    page = olive_client.get("/")
    assert page.status_code == 500
    assert page["X-Request-Id"] in page.content.decode()
    assert "secret" not in page.content.decode()


def test_a_name_that_is_not_ours_is_a_bad_request(client: Client) -> None:
    page = client.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert "That was not understood" in page.content.decode()


def test_the_pages_need_no_database(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture pytest-django does not type
        answers = [
            error_pages.answer_bad_request(request),
            error_pages.answer_not_found(request),
            error_pages.answer_forbidden(request),
            error_pages.answer_too_large(request),
            error_pages.answer_server_error(request),
        ]
    assert [answer.status_code for answer in answers] == [400, 404, 403, 413, 500]
