"""How many requests a token, and an account, may make: counted together by all processes."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as project_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Scope
from apps.accounts.tokens import create_token
from apps.api import rate_limits
from apps.api.rate_limits import Limit, Standing, list_batch_limits, rate_headers, take
from apps.api.refusals import TooManyRequests
from tests.api.answers import refused
from tests.api.conftest import client_for


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    with redis.Redis.from_url(project_settings.REDIS_URL) as valkey:
        for key in valkey.scan_iter("api-rate:*"):
            valkey.delete(key)
    yield
    rate_limits._script.cache_clear()


def limit(requests: int, seconds: int = 60) -> Limit:
    return Limit("test", f"api-rate:test:{uuid.uuid4()}", requests, seconds)


@pytest.mark.django_db
def test_it_works(olive_client: Client, images_path: str, settings: Any) -> None:
    settings.API_RATE_PER_TOKEN, settings.API_RATE_PER_ACCOUNT = 3, 100
    answers = [olive_client.get(images_path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"token";q=3;w=300, "account";q=100;w=300'
    assert answers[0]["RateLimit"] == '"token";r=2;t=100, "account";r=99;t=3'
    assert answers[2]["RateLimit"].startswith('"token";r=0;')
    assert "Please wait and consider throttling" in refused(answers[3], 429, 5429)
    assert 95 <= int(answers[3]["Retry-After"]) <= 100
    assert answers[3]["RateLimit"].startswith('"token";r=0;')


@pytest.mark.django_db
def test_tokens_of_an_account_share_its_limit(
    olive_client: Client,
    eve_client: Client,
    orchard: Account,
    elsewhere: Account,
    images_path: str,
    settings: Any,
) -> None:
    settings.API_RATE_PER_TOKEN, settings.API_RATE_PER_ACCOUNT = 100, 2
    _, secret = create_token(account=orchard, name="second", scopes=[Scope.READ], actor=SYSTEM)
    assert olive_client.get(images_path).status_code == 200
    assert client_for(secret).get(images_path).status_code == 200
    refused(olive_client.get(images_path), 429, 5429)
    theirs = images_path.replace(orchard.public_id, elsewhere.public_id)
    assert eve_client.get(theirs).status_code == 200


@pytest.mark.django_db
def test_refused_requests_count(
    reader_client: Client, images_path: str, elsewhere: Account, orchard: Account, settings: Any
) -> None:
    settings.API_RATE_PER_TOKEN, settings.API_RATE_PER_ACCOUNT = 2, 100
    refused(reader_client.post(images_path), 403, 10000)
    refused(reader_client.get(images_path.replace(orchard.public_id, elsewhere.public_id)), 403, 10000)
    refused(reader_client.post(images_path), 429, 5429)


@pytest.mark.django_db
def test_batch_tokens_of_an_account_share_a_limit(orchard: Account, elsewhere: Account) -> None:
    tokens = [
        create_token(account=account, name="batch", scopes=[Scope.READ], actor=SYSTEM)[0]
        for account in (orchard, orchard, elsewhere)
    ]
    keys = [limit.key for token in tokens for limit in list_batch_limits(token)]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.django_db
def test_no_limit(olive_client: Client, images_path: str, settings: Any) -> None:
    settings.API_RATE_PER_TOKEN = settings.API_RATE_PER_ACCOUNT = 0
    answer = olive_client.get(images_path)
    assert answer.status_code == 200
    assert "RateLimit" not in answer


@pytest.mark.django_db
def test_without_valkey_nothing_is_refused(
    olive_client: Client, images_path: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rate_limits._script.cache_clear()
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    assert olive_client.get(images_path).status_code == 200
    assert "Requests are not counted" in caplog.text


def test_what_was_used_comes_back_evenly() -> None:
    """Two a second: after a burst of two, one is back within half a second, and not both."""
    fast = limit(2, seconds=1)
    take([fast])
    take([fast])
    with pytest.raises(TooManyRequests):
        take([fast])
    time.sleep(0.55)
    assert take([fast])[0].left == 0
    with pytest.raises(TooManyRequests):
        take([fast])


def test_a_refused_request_counts_against_no_limit() -> None:
    narrow, wide = limit(1), limit(10)
    assert [each.left for each in take([narrow, wide])] == [0, 9]
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            take([narrow, wide])
    assert take([wide])[0].left == 8


def test_many_at_once_get_exactly_what_there_is() -> None:
    shared, let_through, lock = limit(20), [], threading.Lock()

    def ask() -> None:
        for _ in range(10):
            try:
                standing = take([shared])
            except TooManyRequests:
                continue
            with lock:
                let_through.append(standing[0].left)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_through) == list(range(20))


@given(requests=st.integers(1, 10_000), seconds=st.integers(1, 3_600))
def test_a_fresh_limit_has_one_less_after_a_request(requests: int, seconds: int) -> None:
    standing = take([limit(requests, seconds)])[0]
    assert standing.left == requests - 1
    assert standing.wait_seconds == 0
    assert 0 < standing.whole_in_seconds <= seconds + 1e-6


def test_headers_round_up() -> None:
    standing = Standing(Limit("token", "k", 5, 60), left=4, whole_in_seconds=11.2, wait_seconds=0)
    assert rate_headers([standing])["RateLimit"] == '"token";r=4;t=12'
    assert rate_headers([]) == {}
