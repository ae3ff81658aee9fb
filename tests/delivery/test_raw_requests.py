"""Requests as bytes: what no well-behaved client sends, to the delivery plane alone and through the edge."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import VarnishBackend
from apps.cdn.leases import renew_leases
from apps.images.models import Image
from apps.variants.models import Variant
from images_platform.parts import make_delivery
from tests.delivery.conftest import link, signed_link
from tests.delivery.mutations import PAST
from tests.delivery.running import running
from tests.delivery.test_granian import Server, database_url
from tests.edges import SECRET, find_free_port, running_varnish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.edge]


@pytest.fixture
def ports(transactional_db: None, stores: Path, tmp_path: Path, settings: Any) -> Iterator[dict[str, int]]:
    """Serve the test's database and stores, alone and behind an edge."""
    origin_port = find_free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DATA_DIR": str(stores)}
    folder = tmp_path / "varnish"
    folder.mkdir()
    with (
        running(make_delivery(origin_port, environment)),
        running_varnish(folder, origin_port=origin_port) as port,
    ):
        settings.PURGE_SECRET, settings.VARNISH_NODES = SECRET, [f"http://127.0.0.1:{port}"]
        assert renew_leases() == settings.VARNISH_NODES
        yield {"alone": origin_port, "edge": port}


def talk(port: int, data: bytes) -> bytes:
    """Send bytes and return all that comes until the server ends it, or says nothing for a second."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as connection:
        connection.sendall(data)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1."), answer[:80]
    return int(answer.split(b" ", 2)[1])


def test_it_works(ports: dict[str, int], secret_photo: Image, thumbnail: Variant, key: str) -> None:
    """Without a Host, with somebody else's, or as one asks a proxy: the link alone decides."""
    valid, bare = signed_link(secret_photo, key), link(secret_photo)
    for name, port in ports.items():
        for target, status in ((valid, 200), (bare, 403)):
            for head in (
                f"GET {target} HTTP/1.0\r\n\r\n",
                f"GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
                f"GET http://evil.example{target} HTTP/1.1\r\nHost: img.test\r\nConnection: close\r\n\r\n",
            ):
                answer = talk(port, head.encode())
                assert status_of(answer) == status, (name, head)
                assert (b"cache-control: no-store" in answer.lower()) == (status == 403)


def test_a_fragment_opens_nothing_a_link_without_it_would_not(
    ports: dict[str, int], secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    """Granian cuts it off, so what is left is a valid link; nothing can be hidden in one."""
    for port in ports.values():
        for target, statuses in (
            (f"{signed_link(secret_photo, key)}#x", {200, 400, 403}),
            (f"{link(secret_photo)}#?sig={signed_link(secret_photo, key)[-64:]}", {400, 403}),
        ):
            assert status_of(talk(port, f"GET {target} HTTP/1.0\r\n\r\n".encode())) in statuses


def smuggle(first: str, inner: str, headers: str) -> bytes:
    return f"{first} HTTP/1.1\r\nHost: img.test\r\n{headers}\r\n\r\n{inner}".encode()


def test_no_request_hides_in_another(
    ports: dict[str, int], photo: Image, secret_photo: Image, thumbnail: Variant
) -> None:
    """Whatever hides in a body, the next viewer is answered what was asked: no answer is out of step."""
    edge = Server(ports["edge"])
    clean = edge.ask(link(photo))[2]
    hidden = f"GET {link(secret_photo)} HTTP/1.1\r\nHost: img.test\r\n\r\n"
    chunked = f"0\r\n\r\n{hidden}"
    attacks = [
        (method, headers, body)
        for method in (f"GET {link(photo)}", f"POST {link(photo)}", f"GET {link(photo)}?sig=1")
        for headers, body in (
            (f"Content-Length: {len(chunked)}\r\nTransfer-Encoding: chunked", chunked),
            (f"Transfer-Encoding: chunked\r\nContent-Length: {len(chunked)}", chunked),
            ("Content-Length: 4\r\nTransfer-Encoding: chunked", f"{len(hidden):x}\r\n{hidden}\r\n0\r\n\r\n"),
            ("Transfer-Encoding: xchunked", hidden),
            ("Transfer-Encoding : chunked", chunked),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", chunked),
            (f"Content-Length: 0\r\nContent-Length: {len(hidden)}", hidden),
            (f"Content-Length: {len(hidden)}", hidden),
            (f"Content-Length: +{len(hidden)}", hidden),
        )
    ]
    for method, headers, body in attacks:
        talk(ports["edge"], smuggle(method, body, headers))
        for _ in range(2):
            status, _, got = edge.ask(link(photo))
            assert (status, got) == (200, clean), (method, headers)
        assert edge.status(link(secret_photo)) == 403, (method, headers)


ODD_HEADERS: tuple[dict[str, str], ...] = (
    {"Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Prefix": "/x"},
    {"X-Original-URL": "/other", "X-Rewrite-URL": "/other"},
    {"Accept": "x" * 7000},
    {"Accept": "image/avif;q=0,*/*"},
    {"Accept-Encoding": "gzip, br, " + "y" * 7000},
    {"Cookie": "session=1", "Authorization": "Bearer x"},
    {"Range": "bytes=1-3"},
    {"Range": "bytes=nonsense"},
    {"Range": "bytes=99999999-"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Tue, 24 Nov 2099 00:00:00 GMT"},
    {"Origin": "https://evil.example"},
    {"DPR": "3", "Width": "9000", "Sec-CH-DPR": "3", "Save-Data": "on"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Accept": "image/avif,", "X-Began": "0", "xkey": "i-1", "Surrogate-Key": "i-1", "X-Account": "a-9"},
    {"X-Purge-Secret": "guessed", "X-Secret-Expected": "guessed"},
    {"X-Too-Long": "z" * 20_000},
    {"Connection": "close, Accept, Host"},
    {"Upgrade": "h2c", "Expect": "100-continue"},
)
OF_THE_MOMENT = {"date", "age", "connection", "transfer-encoding", "x-request-id"}


def told(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name not in OF_THE_MOMENT}, body


def test_odd_headers_poison_nothing(ports: dict[str, int], photo: Image, thumbnail: Variant) -> None:
    """An odd request fills the cache; the plain one after it is told what a plain one always is."""
    edge = Server(ports["edge"])
    edge.ask(link(photo))  # makes it
    forget_all(photo)
    clean = told(edge.ask(link(photo)))
    assert clean[1]["vary"] == "Accept"
    assert clean[1]["content-type"] == "image/jpeg"
    for headers in ODD_HEADERS:
        for method in ("GET", "HEAD", "POST"):
            forget_all(photo)
            odd = edge.ask(link(photo), method, **{name.replace("-", "_"): v for name, v in headers.items()})
            assert odd[0] < 500, (method, headers)
            assert told(edge.ask(link(photo))) == clean, (method, headers)


def test_odd_spellings_are_kept_by_nobody(ports: dict[str, int], photo: Image, thumbnail: Variant) -> None:
    """Whatever is refused is refused anew, and leaves the true address as it was."""
    edge = Server(ports["edge"])
    clean = edge.ask(link(photo))[2]
    account_hash, image_id = photo.account.hash, photo.public_id
    for target in (
        f"/{account_hash}\\{image_id}\\thumbnail",
        f"/{account_hash}/{image_id}/thumbnail\\",
        f"/{account_hash}/{image_id}/thumbnail/..%2fpublic",
        f"/{account_hash}/{image_id}/thumbnail;x.css",
        f"/{account_hash}/{image_id}/thumbnail%00.png",
        f"/{account_hash}/{image_id}/thumbnail.png",
        f"//{account_hash}/{image_id}/thumbnail",
    ):
        status, headers, _ = edge.ask(target)
        assert 400 <= status < 500, target
        assert headers["cache-control"] == "no-store", target
        assert edge.ask(link(photo))[2] == clean, target


def test_what_a_signature_opened_is_not_left_open(
    ports: dict[str, int], secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    """The signed answer passed through the shared cache; no other request finds it there."""
    edge = Server(ports["edge"])
    status, headers, _ = edge.ask(signed_link(secret_photo, key))
    assert (status, headers["cache-control"].partition(",")[0]) == (200, "private")
    etag = headers["etag"]
    for target in (
        link(secret_photo),
        f"{link(secret_photo)}?",
        signed_link(secret_photo, key, expires_at=PAST - 10**9),
        f"{link(secret_photo)}?exp={PAST}",
    ):
        for conditions in ({}, {"if_none_match": etag}, {"range": "bytes=0-0"}):
            status, given, _ = edge.ask(target, **conditions)
            assert (status, given["cache-control"]) == (403, "no-store"), (target, conditions)
            assert "etag" not in given


def forget_all(image: Image) -> None:
    key = f"a-{image.account_id}"
    VarnishBackend().purge(PurgeRequest(keys=(key,), account=key))
