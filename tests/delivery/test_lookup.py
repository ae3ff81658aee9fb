"""The look-up: one statement per stored hit, and a database that goes away and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.lookup import make_pool, read_conninfo
from apps.delivery.ports import open_ports
from apps.images.models import Image
from apps.images.services import add_host
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import draw_picture, link, signed_link, upload
from tests.delivery.origins import HOST, remote, serving
from tests.delivery.relay import Relay

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def served_from(pool: AsyncConnectionPool) -> Iterator[DeliveryClient]:
    with DeliveryClient(DeliveryApplication(lambda: open_ports(pool=pool))) as client:
        yield client


@contextmanager
def traced(client: DeliveryClient, pool: AsyncConnectionPool, path: Path) -> Iterator[None]:
    """Have libpq write down all that goes over the pool's one connection."""

    async def trace(descriptor: int | None) -> None:
        async with pool.connection() as connection:
            if descriptor is None:
                connection.pgconn.untrace()
            else:
                connection.pgconn.trace(descriptor)

    with path.open("w") as file:
        client.run(trace(file.fileno()))
        yield
        client.run(trace(None))


def count_statements(trace: Path) -> int:
    """Count what libpq's trace says the client executed: time, F(rontend), length, message."""
    lines = [line.split("\t") for line in trace.read_text(encoding="latin-1").splitlines()]
    return sum(fields[1] == "F" and fields[3] in {"Query", "Execute"} for fields in lines if len(fields) > 3)


def test_it_works(secret_photo: Image, thumbnail: Variant, key: str, stores: Path, tmp_path: Path) -> None:
    pool = make_pool(max_size=1)
    target = signed_link(secret_photo, key)
    with served_from(pool) as client:
        client.get(target)
        with traced(client, pool, tmp_path / "trace"):
            answers = [client.get(target) for _ in range(10)]
            answers.append(client.get(target, if_none_match=answers[0].headers["etag"]))
    assert [answer.status for answer in answers] == [200] * 10 + [304]
    assert answers[0].headers["cf-resized"].startswith("internal=ok/h")
    assert count_statements(tmp_path / "trace") == len(answers)


def test_overlays_need_no_statement_of_their_own(
    photo: Image, flexible: None, stores: Path, tmp_path: Path
) -> None:
    logos = [upload(photo.account).public_id for _ in range(2)]
    drawn: list[Any] = [{"image": logo, "width": 9} for logo in logos]
    create_variant(account=photo.account, name="marked", options={"draw": drawn}, actor=SYSTEM)
    options = ",".join(f"draw.{number}.image={logo}" for number, logo in enumerate(logos, 1))
    targets = [link(photo, "marked"), link(photo, options)]
    pool = make_pool(max_size=1)
    with served_from(pool) as client:
        client.get_all(targets)
        with traced(client, pool, tmp_path / "trace"):
            answers = [client.get(target) for target in targets * 4]
    assert {answer.headers["cf-resized"].split()[0] for answer in answers} == {"internal=ok/h"}
    assert count_statements(tmp_path / "trace") == len(answers)


def test_remote_sources_take_one_too(orchard: Account, stores: Path, tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    add_host(account=orchard, name=HOST, actor=SYSTEM)
    pool = make_pool(max_size=1)
    with serving(settings) as origin, served_from(pool) as client:
        target = remote("w=60", origin.put("/pear.jpg", draw_picture()))
        assert client.get(target, host=HOST).status == 200
        with traced(client, pool, tmp_path / "trace"):
            answers = [client.get(target, host=HOST) for _ in range(5)]
    assert {answer.headers["cf-resized"].split()[0] for answer in answers} == {"internal=ok/h"}
    assert count_statements(tmp_path / "trace") == len(answers)


@pytest.fixture
def relay(transactional_db: None) -> Iterator[Relay]:
    relay = Relay(read_conninfo())
    yield relay
    relay.end()


def test_a_restart_of_the_database_is_not_noticed(
    photo: Image, thumbnail: Variant, relay: Relay, stores: Path
) -> None:
    with served_from(make_pool(relay.conninfo, max_size=4)) as client:
        assert {answer.status for answer in client.get_all([link(photo)] * 20)} == {200}
        relay.cut()
        assert client.get(link(photo)).status == 200
        relay.cut()
        assert {answer.status for answer in client.get_all([link(photo)] * 20)} == {200}


def test_without_a_database_nothing_is_shown(
    photo: Image, secret_photo: Image, thumbnail: Variant, key: str, relay: Relay, stores: Path
) -> None:
    targets = [link(photo), signed_link(secret_photo, key)]
    with served_from(make_pool(relay.conninfo)) as client:
        assert {client.get(target).status for target in targets} == {200}
        relay.switch_off()
        for target in targets:
            answer = client.get(target)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["cf-resized"] == "err=9518"
            assert answer.is_stored_by_nobody
        relay.switch_on()
        assert wait_until_served(client, targets[0]) < 8


def test_it_starts_before_the_database_does(
    photo: Image, thumbnail: Variant, relay: Relay, stores: Path
) -> None:
    relay.switch_off()
    with served_from(make_pool(relay.conninfo)) as client:
        assert client.get(link(photo)).status == 503
        relay.switch_on()
        assert wait_until_served(client, link(photo)) < 8


def wait_until_served(client: DeliveryClient, target: str) -> float:
    """Ask until there is a picture, and return the seconds it took."""
    began = time.monotonic()
    while client.get(target).status != 200:
        assert time.monotonic() - began < 20
        time.sleep(0.1)
    return time.monotonic() - began
