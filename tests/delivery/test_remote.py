"""Remote sources: `/cdn-cgi/image/<options>/<source>` through the real door, from servers on loopback."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image, RemoteSource, Rendition
from apps.images.remote import read_source
from apps.images.services import add_host, purge_caches
from apps.images.services import remote as service
from apps.images.services.files import discard_file, schedule_removal
from apps.images.services.remote import retire_useless_sources
from apps.images.storage import originals
from apps.variants.services import set_delivery_policy
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import CountingRenderer, draw_picture, upload
from tests.delivery.origins import HOST, Origin, remote, serving
from tests.fetching.serving import answer, ok, serve
from tests.together import run_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def origin(settings: Any, tmp_path: Path) -> Iterator[Origin]:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    with serving(settings) as origin:
        yield origin


@pytest.fixture
def host(transactional_db: None, orchard: Account) -> str:
    """Orchard's host, on which sources from this machine may be asked for."""
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    return add_host(account=orchard, name=HOST, actor=SYSTEM).name


def size(found: Answer) -> tuple[int, int]:
    return Picture.open(io.BytesIO(found.body)).size


def assert_refused(found: Answer, status: int, code: int) -> None:
    assert (found.status, found.headers["cf-resized"]) == (status, f"err={code}"), found.body
    assert found.body.startswith(f"ERROR {code}: ".encode())
    assert found.is_stored_by_nobody


def make_stale() -> None:
    """Let an hour and more go by."""
    past = timedelta(hours=2)
    RemoteSource.objects.update(fresh_until=F("fresh_until") - past, stale_until=F("stale_until") - past)


def wait_until_somebody_waits_for_us() -> None:
    """Return once another transaction wants what ours has locked."""
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    with connection.cursor() as cursor:
        for _ in range(400):
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.05)
    pytest.fail("nobody came to wait")


def test_it_works(delivery: DeliveryClient, host: str, origin: Origin, renderer: CountingRenderer) -> None:
    url = origin.put("/pear.jpg?size=large", draw_picture(), "Cache-Control: max-age=7200")
    first = delivery.get(remote("w=60", url), host=host, accept="image/webp")
    assert (first.status, first.headers["content-type"], size(first)) == (200, "image/webp", (60, 40))
    assert first.headers["cf-resized"].startswith("internal=ok/m")
    again = delivery.get(remote("width=60", url), host=host, accept="image/webp")
    assert (again.body, again.headers["etag"]) == (first.body, first.headers["etag"])
    assert again.headers["cf-resized"].startswith("internal=ok/h")
    assert (len(origin.seen), renderer.asked) == (1, 1)
    assert origin.server.heads[0].startswith("GET /pear.jpg?size=large HTTP/1.1\r\n")
    source = RemoteSource.objects.select_related("image").get()
    assert again.headers["cache-control"].startswith("public, max-age=7")
    assert again.headers["surrogate-key"] == f"a-{source.image.account_id} i-{source.pk}"
    assert again.headers["vary"] == "Accept"
    assert str(source) == f"{origin.url}/pear.jpg?***"


def test_a_copy_is_nobodys_upload(
    delivery: DeliveryClient, host: str, origin: Origin, orchard: Account, flexible: None
) -> None:
    delivery.get(remote("w=60", origin.put("/pear.jpg", draw_picture())), host=host)
    copy = Image.everything.get()
    assert copy.is_remote
    assert not Image.objects.exists()
    orchard.refresh_from_db()
    assert orchard.images_used == 0
    for image_id in (copy.public_id, copy.public_id.replace("/", "%2F")):
        assert delivery.get(f"/{orchard.hash}/{image_id}/w=60").status == 404
    drawn = remote(f"w=60,draw.image=%2F{copy.public_id[1:]},draw.width=9", origin.url + "/pear.jpg")
    assert_refused(delivery.get(drawn, host=host), 404, 9404)


@pytest.mark.parametrize(
    "written",
    [HOST, "IMG.Example.COM", f"{HOST}:8443", f"{HOST}.", f"{HOST}.:443"],
)
def test_a_host_may_be_written_in_several_ways(
    delivery: DeliveryClient, host: str, origin: Origin, written: str
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    assert delivery.get(remote("w=60", url), host=written).status == 200


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com",
        f"a.{HOST}",
        f"{HOST}, {HOST}",
        f"{HOST}/",
        f"{HOST}@x",
        f"x@{HOST}",
        f"{HOST}:x",
        "\xfc.example",
    ],
)
def test_a_host_nobody_has(delivery: DeliveryClient, host: str, origin: Origin, written: str) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    assert_refused(delivery.get(remote("w=60", url), host=written), 404, 9431)
    assert origin.seen == []


def test_another_accounts_host_follows_its_own_rules(
    delivery: DeliveryClient, host: str, origin: Origin, elsewhere: Account
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    assert delivery.get(remote("w=60", url), host=host).status == 200
    add_host(account=elsewhere, name="eve.example", actor=SYSTEM)
    assert_refused(delivery.get(remote("w=60", url), host="eve.example"), 403, 9401)
    set_delivery_policy(account=elsewhere, allowed_origins=["127.0.0.1"], actor=SYSTEM)
    assert delivery.get(remote("w=60", url), host="eve.example").status == 200
    assert Image.everything.values("account").distinct().count() == 2


def test_an_origin_that_is_allowed_no_more_is_shown_no_more(
    delivery: DeliveryClient, host: str, origin: Origin, orchard: Account
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    assert delivery.get(remote("w=60", url), host=host).status == 200
    set_delivery_policy(account=orchard, allowed_origins=[], actor=SYSTEM)
    refused = delivery.get(remote("w=60,onerror=redirect", url), host=host)
    assert_refused(refused, 403, 9401)
    assert refused.body == b"ERROR 9401: Transformation origin is not in allowed origins list\n"


def test_a_path_is_of_the_host_that_was_asked(
    delivery: DeliveryClient, orchard: Account, origin: Origin, settings: Any
) -> None:
    settings.FETCH_PORTS = frozenset({80})
    add_host(account=orchard, name="127.0.0.1", actor=SYSTEM)
    for path in ("pear.jpg", "/pear.jpg", "//elsewhere.example/pear.jpg"):
        # Nothing listens on port 80 here: that it was tried is what is to be seen.
        assert delivery.get(remote("w=60", path), host="127.0.0.1:81").status in {404, 523}
    assert origin.seen == []


def test_everything_a_hosted_image_has_works(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    told = delivery.get(remote("w=60,f=json", url), host=host)
    assert json.loads(told.body)["original"]["width"] == 120
    hinted = delivery.get(
        remote("w=auto,wbreakpoints=20;30;40", url), host=host, sec_ch_viewport_width="15", sec_ch_dpr="2"
    )
    assert (size(hinted), hinted.headers["cache-control"][:8]) == ((30, 20), "private,")
    slow = delivery.get(remote("w=60,q=90,scq=10,f=jpeg", url), host=host, save_data="on")
    assert len(slow.body) < len(delivery.get(remote("w=60,q=90,f=jpeg", url), host=host).body)
    for accept, kind in (("image/avif,image/webp", "avif"), ("image/webp", "webp"), ("*/*", "jpeg")):
        found = delivery.get(remote("w=60", url), host=host, accept=accept)
        assert found.headers["content-type"] == f"image/{kind}"
    part = delivery.get(remote("w=60", url), host=host, range="bytes=0-1")
    assert (part.status, part.body) == (206, b"\xff\xd8")
    assert delivery.get(remote("w=60", url), "HEAD", host=host).headers["content-type"] == "image/jpeg"
    tag = found.headers["etag"]
    assert delivery.get(remote("w=60", url), host=host, accept="*/*", if_none_match=tag).status == 304
    assert len(origin.seen) == 1


def test_a_public_image_of_the_account_is_drawn(
    delivery: DeliveryClient, host: str, origin: Origin, orchard: Account
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    logo, secret = upload(orchard), upload(orchard, is_private=True)
    drawn = remote(f"w=60,draw.image={logo.public_id},draw.width=9", url)
    marked = delivery.get(drawn, host=host)
    assert marked.status == 200
    assert f"i-{logo.pk}" in marked.headers["surrogate-key"].split()
    assert marked.body != delivery.get(remote("w=60", url), host=host).body
    hidden = remote(f"w=60,draw.image={secret.public_id},draw.width=9", url)
    assert_refused(delivery.get(hidden, host=host), 404, 9404)


def test_many_ask_and_one_fetch_is_made(
    delivery: DeliveryClient, host: str, origin: Origin, renderer: CountingRenderer
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    found = {(each.status, each.body) for each in delivery.get_all([remote("w=60", url)] * 30, host=host)}
    assert len(found) == 1
    assert (len(origin.seen), renderer.asked, Rendition.objects.count()) == (1, 1, 1)


def test_a_page_of_many_sources_waits_in_line(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    targets = [remote("w=60", origin.put(f"/{number}.jpg", draw_picture())) for number in range(24)]
    assert {found.status for found in delivery.get_all(targets, host=host)} == {200}


def test_two_processes_that_fetch_at_once_keep_one_copy(
    delivery: DeliveryClient, host: str, origin: Origin, stores: Path
) -> None:
    urls = [origin.put("/pear.jpg", draw_picture())] * 4
    with DeliveryClient(delivery._application.__class__(delivery._application._open_ports)) as other:
        threads = [
            threading.Thread(
                target=lambda each=each: each.get_all([remote("w=60", url) for url in urls], host=host)
            )
            for each in (delivery, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert other.get(remote("w=60", urls[0]), host=host).status == 200
    assert RemoteSource.objects.count() == 1
    assert len([path for path in (stores / "originals").rglob("*") if path.is_file()]) == 1


# --- what is not fetched --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/cdn-cgi/image/", 404, 9431),
        ("/cdn-cgi/image/w=60", 404, 9431),
        ("/cdn-cgi/image/w=60/", 404, 9431),
        ("/cdn-cgi/image//http://127.0.0.1/pear.jpg", 404, 9431),
        ("/cdn-cgi/image/w=60?x/y", 404, 9431),
        ("/cdn-cgi/image/thumbnail/{url}", 400, 9401),
        ("/cdn-cgi/image/w=99999/{url}", 400, 9401),
        ("/cdn-cgi/image/f=jpg/{url}", 400, 9401),
        ("/cdn-cgi/image/w%=60/{url}", 403, 9426),
        ("/cdn-cgi/image/w=60/http://user:secret@127.0.0.1/pear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/http://127.1/pear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/http://0x7f.0.0.1/pear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/{url}/../pear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/{url}/%2e%2E%2fpear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/http://127.0.0.1:1/pear.jpg", 403, 9406),
        ("/cdn-cgi/image/w=60/http://example.com/pear.jpg", 403, 9401),
        ("/cdn-cgi/image/w=60/http://127.0.0.1.example.com/pear.jpg", 403, 9401),
        ("/cdn-cgi/image/w=60/cdn-cgi/image/w=50/{url}", 508, 9403),
        ("/cdn-cgi/image/w=60/http://img.example.com/cdn-cgi/image/w=50/x.jpg", 508, 9403),
        ("/cdn-cgi/image/w=60/http://127.0.0.1:8001/hash/id/public", 508, 9403),
        ("/cdn-cgi/image/w=60/http://127.0.0.1:8000/login", 508, 9403),
    ],
)
def test_a_link_that_leads_nowhere(
    delivery: DeliveryClient, host: str, origin: Origin, target: str, status: int, code: int
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    found = delivery.get(target.format(url=url), host=host)
    assert_refused(found, status, code)
    assert b"secret" not in found.body
    assert origin.seen == []


def test_who_asks_itself_is_told_so(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    found = delivery.get(remote("w=60", url), host=host, via="1.1 proxy, 1.1 images-platform, 1.1 varnish")
    assert_refused(found, 508, 9403)
    assert found.body == b"ERROR 9403: Requested resized version of an already-resized image\n"
    assert delivery.get(remote("w=60", url), host=host, via="1.1 varnish").status == 200
    assert "\r\nVia: 1.1 images-platform\r\n" in origin.server.heads[0]


def test_nothing_inside_is_reached(
    delivery: DeliveryClient, host: str, origin: Origin, settings: Any
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    settings.FETCH_ALLOWED_NETWORKS = ()
    assert_refused(delivery.get(remote("w=60", url), host=host), 523, 9510)
    assert origin.seen == []


# --- servers that behave badly ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status", "code", "words"),
    [
        ("404 Not Found", 404, 9404, "the server returned HTTP error 404 Not Found"),
        ("410 Gone", 410, 9408, "the server returned HTTP error 410 Gone"),
        ("403 Forbidden", 403, 9408, "the server returned HTTP error 403 Forbidden"),
        ("408 Request Timeout", 408, 9408, "the server returned HTTP error 408 Request Timeout"),
        ("400 Bad Request", 502, 9519, "the server returned HTTP error 400 Bad Request"),
        ("502 Bad Gateway", 502, 9509, "the server returned HTTP error 502 Bad Gateway"),
        ("508 Loop Detected", 508, 9403, "already-resized"),
        ("304 Not Modified", 502, 9509, "the server returned HTTP error 304 Not Modified"),
        ("204 No Content", 502, 9509, "the server returned HTTP error 204 No Content"),
    ],
)
def test_a_server_that_refuses(
    delivery: DeliveryClient, host: str, origin: Origin, said: str, status: int, code: int, words: str
) -> None:
    url = origin.say("/pear.jpg", said)
    for _ in range(2):
        found = delivery.get(remote("w=60", url), host=host)
        assert_refused(found, status, code)
        assert words in found.body.decode()
    assert len(origin.seen) == 1  # remembered for seconds
    assert not Image.everything.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"<!doctype html><title>Log in</title>", 415, 9412),
        (b"", 415, 9412),
        (draw_picture()[:300], 422, 9516),
        (b"%PDF-1.7\n", 415, 9412),
    ],
)
def test_what_is_no_picture(
    delivery: DeliveryClient, host: str, origin: Origin, stores: Path, body: bytes, status: int, code: int
) -> None:
    url = origin.put("/pear.jpg", body, "Content-Type: image/jpeg")
    assert_refused(delivery.get(remote("w=60", url), host=host), status, code)
    assert not Image.everything.exists()
    assert not [path for path in stores.rglob("*") if path.is_file()]


def test_answers_that_are_too_large_cut_short_or_packed(
    delivery: DeliveryClient, host: str, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_BYTES", 5_000)
    large = origin.put("/large.jpg", b"x" * 5_001)
    assert_refused(delivery.get(remote("w=60", large), host=host), 413, 9402)
    origin.answers["/short.jpg"] = answer("200 OK", "Content-Length: 4000") + draw_picture()[:100]
    assert_refused(delivery.get(remote("w=60", origin.url + "/short.jpg"), host=host), 422, 9416)
    packed = origin.put("/packed.jpg", draw_picture(), "Content-Encoding: gzip")
    assert_refused(delivery.get(remote("w=60", packed), host=host), 422, 9416)


def test_a_server_that_says_nothing(
    delivery: DeliveryClient, host: str, origin: Origin, settings: Any
) -> None:
    def sit(connection: socket.socket, head: str) -> None:
        connection.recv(1)

    with serve(sit) as silent:
        settings.FETCH_PORTS = frozenset({silent.port})
        settings.FETCH_SECONDS = 1
        target = remote("w=60", f"http://127.0.0.1:{silent.port}/pear.jpg")
        assert_refused(delivery.get(target, host=host), 523, 9510)


def test_redirects_are_followed_within_what_is_allowed(
    delivery: DeliveryClient, host: str, origin: Origin, orchard: Account, settings: Any
) -> None:
    set_delivery_policy(account=orchard, allowed_origins=["127.0.0.1/open/"], actor=SYSTEM)
    origin.put("/open/pear.jpg", draw_picture())
    origin.put("/closed/pear.jpg", draw_picture())
    assert_refused(delivery.get(remote("w=60", origin.url + "/closed/pear.jpg"), host=host), 403, 9401)
    fine = origin.say("/open/fine", "302 Found", "Location: /open/pear.jpg")
    assert delivery.get(remote("w=60", fine), host=host).status == 200
    places = ["/closed/pear.jpg", f"http://localhost:{origin.server.port}/open/pear.jpg"]
    for number, place in enumerate(places):
        bent = origin.say(f"/open/bent{number}", "302 Found", f"Location: {place}")
        assert_refused(delivery.get(remote("w=60", bent), host=host), 400, 9420)
    assert "/closed/pear.jpg" not in origin.seen
    loop = origin.say("/open/loop", "302 Found", "Location: /open/loop")
    assert_refused(delivery.get(remote("w=60", loop), host=host), 400, 9421)
    odd = origin.say("/open/odd", "302 Found", "Location: file:///etc/passwd")
    assert_refused(delivery.get(remote("w=60", odd), host=host), 400, 9420)


def test_an_svg_is_cleaned(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect/></svg>'
    )
    found = delivery.get(remote("w=60", origin.put("/pear.svg", drawing)), host=host)
    assert (found.status, found.headers["content-type"]) == (200, "image/svg+xml")
    assert b"script" not in found.body


# --- onerror=redirect -------------------------------------------------------------------------------------


def test_an_error_leads_to_the_source_if_asked_to(
    delivery: DeliveryClient, host: str, origin: Origin
) -> None:
    url = origin.put("/a b.html".replace(" ", "%20") + "?x=1&y=%0A", b"<!doctype html>")
    found = delivery.get(remote("w=60,onerror=redirect", url), host=host)
    assert (found.status, found.headers["location"]) == (302, url)
    assert (found.headers["cf-resized"], found.is_stored_by_nobody) == ("err=9412", True)
    missing = origin.url + "/missing.jpg"
    assert delivery.get(remote("onerror=redirect,w=60", missing), host=host).headers["location"] == missing
    fine = origin.put("/pear.jpg", draw_picture())
    assert delivery.get(remote("w=60,onerror=redirect", fine), host=host).status == 200


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ("w=60,onerror=redirect", "http://evil.example/x.jpg"),
        ("w=60,onerror=redirect", "http://127.0.0.1:8001/a/b/c"),
        ("w=99999,onerror=redirect", "{url}"),
        ("w=60,onerror=redirect,draw.image=nothing", "{url}"),
    ],
)
def test_an_error_leads_nowhere_else(
    delivery: DeliveryClient, host: str, origin: Origin, options: str, place: str
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    found = delivery.get(remote(options, place.format(url=url)), host=host)
    assert found.status >= 400
    assert "location" not in found.headers


@pytest.mark.parametrize("asked", [HOST, "nobody.example"])
def test_a_fault_before_a_source_is_allowed_leads_nowhere(
    delivery: DeliveryClient, host: str, origin: Origin, asked: str
) -> None:
    """What nobody foresaw must not send anyone where a link's author likes."""
    rename = 'ALTER TABLE images_remotesource RENAME COLUMN "{}" TO "{}"'
    with connection.cursor() as cursor:
        cursor.execute(rename.format("stale_until", "away"))
    try:
        found = delivery.get(remote("w=60,onerror=redirect", "http://evil.example/x.jpg"), host=asked)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(rename.format("away", "stale_until"))
    assert found.status == 500
    assert "location" not in found.headers


def test_hosted_images_lead_nowhere(delivery: DeliveryClient, orchard: Account, flexible: None) -> None:
    assert delivery.get(f"/{orchard.hash}/none/w=60,onerror=redirect").status == 404


# --- time --------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_asked_about_and_kept(
    delivery: DeliveryClient, host: str, origin: Origin, renderer: CountingRenderer
) -> None:
    url = origin.put("/pear.jpg", draw_picture(), 'ETag: "one"')
    first = delivery.get(remote("w=60", url), host=host)
    make_stale()
    again = delivery.get(remote("w=60", url), host=host)
    assert (again.body, renderer.asked) == (first.body, 1)
    assert 'if-none-match: "one"' in origin.server.heads[1].lower()
    assert RemoteSource.objects.get().fresh_until > timezone.now() + timedelta(minutes=59)
    delivery.get(remote("w=60", url), host=host)
    assert len(origin.seen) == 2


def test_equal_bytes_without_a_validator_are_the_same_version(
    delivery: DeliveryClient, host: str, origin: Origin, renderer: CountingRenderer
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    for _ in range(2):
        assert delivery.get(remote("w=60", url), host=host).status == 200
        make_stale()
    assert (len(origin.seen), renderer.asked, Image.everything.get().version) == (2, 1, 1)


def test_what_has_changed_is_shown(delivery: DeliveryClient, host: str, origin: Origin, stores: Path) -> None:
    url = origin.put("/pear.jpg", draw_picture(), 'ETag: "one"')
    delivery.get(remote("w=60", url), host=host)
    make_stale()
    origin.put("/pear.jpg", draw_picture(size=(80, 160)), 'ETag: "two"')
    assert size(delivery.get(remote("w=60", url), host=host)) == (60, 120)
    copy = Image.everything.get()
    assert (copy.version, copy.remote.etag) == (2, '"two"')


def test_focal_points_are_of_their_bytes(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    delivery.get(remote("w=60", url), host=host)
    Image.everything.update(focal_points="a:0.1,0.2")
    make_stale()
    origin.put("/pear.jpg", draw_picture(size=(80, 160)))
    assert delivery.get(remote("w=60", url), host=host).status == 200
    assert Image.everything.get().focal_points == ""


def test_a_server_that_is_away_is_stood_in_for_a_day(
    delivery: DeliveryClient, host: str, origin: Origin
) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    first = delivery.get(remote("w=60", url), host=host)
    make_stale()
    origin.say("/pear.jpg", "503 Service Unavailable")
    found = delivery.get(remote("w=60", url), host=host)
    assert (found.status, found.body) == (200, first.body)
    assert int(found.headers["cache-control"].split("max-age=")[1].split(",")[0]) <= 60
    assert len(origin.seen) == 2
    delivery.get(remote("w=60", url), host=host)
    assert len(origin.seen) == 2
    for _ in range(13):
        make_stale()
    assert_refused(delivery.get(remote("w=60", url), host=host), 502, 9509)


def test_a_source_that_is_gone_is_gone(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    url = origin.put("/pear.jpg", draw_picture())
    delivery.get(remote("w=60", url), host=host)
    make_stale()
    origin.say("/pear.jpg", "410 Gone")
    assert_refused(delivery.get(remote("w=60", url), host=host), 410, 9408)
    assert not Image.everything.exists()


def test_a_server_that_wants_to_be_asked_is_asked_each_time(
    delivery: DeliveryClient, host: str, origin: Origin
) -> None:
    url = origin.put("/pear.jpg", draw_picture(), 'ETag: "one"', "Cache-Control: no-cache")
    for _ in range(3):
        found = delivery.get(remote("w=60", url), host=host)
        assert (found.status, found.headers["cache-control"]) == (200, "private, max-age=0")
    assert len(origin.seen) == 3
    origin.say("/pear.jpg", "503 Service Unavailable")
    assert_refused(delivery.get(remote("w=60", url), host=host), 502, 9509)


def test_a_purge_by_the_sources_url(
    delivery: DeliveryClient, host: str, origin: Origin, orchard: Account, elsewhere: Account
) -> None:
    url = origin.put("/pear.jpg?a=1", draw_picture(), 'ETag: "one"')
    delivery.get(remote("w=60", url), host=host)
    origin.put("/pear.jpg?a=1", draw_picture(size=(80, 160)), 'ETag: "one"')
    purge_caches(account=elsewhere, sources=[read_source(url)], actor=SYSTEM)
    assert size(delivery.get(remote("w=60", url), host=host)) == (60, 40)
    job, _ = purge_caches(account=orchard, sources=[read_source(url)], actor=SYSTEM)
    assert job.payload["keys"] == [f"i-{Image.everything.get().pk}"]
    assert size(delivery.get(remote("w=60", url), host=host)) == (60, 120)


def test_what_another_process_has_fetched_meanwhile_stays(
    delivery: DeliveryClient, host: str, origin: Origin
) -> None:
    """A slow fetch that brings what was there before it must not undo what came after."""
    url = origin.put("/pear.jpg", draw_picture())
    delivery.get(remote("w=60", url), host=host)
    make_stale()
    origin.put("/pear.jpg", draw_picture(size=(80, 160)))
    asked, kept = threading.Event(), threading.Event()
    origin.think = lambda: (asked.set(), kept.wait(20))
    thread = threading.Thread(target=lambda: delivery.get(remote("w=60", url), host=host))
    thread.start()
    assert asked.wait(20)
    Image.everything.update(version=7)
    RemoteSource.objects.update(fresh_until=timezone.now() + timedelta(hours=1))
    kept.set()
    thread.join()
    copy = Image.everything.get()
    assert (copy.version, copy.width) == (7, 120)


@pytest.mark.parametrize("has_copy", [False, True])
def test_a_purge_beats_a_fetch_that_is_under_way(
    delivery: DeliveryClient, host: str, orchard: Account, settings: Any, tmp_path: Path, has_copy: bool
) -> None:
    """What was sent before the purge must not be kept after it, whether there was a copy or not."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    asked, purged = threading.Event(), threading.Event()
    old, new = draw_picture(), draw_picture(size=(80, 160))
    count = iter(range(9))

    def talk(connection: socket.socket, head: str) -> None:
        number = next(count) - has_copy
        if number == 0:
            asked.set()
            purged.wait(20)
        connection.sendall(ok(old if number < 1 else new))

    with serving(settings), serve(talk) as server:
        settings.FETCH_PORTS = frozenset({server.port})
        url = f"http://127.0.0.1:{server.port}/pear.jpg"
        if has_copy:
            delivery.get(remote("w=60", url), host=host)
            make_stale()
        found: list[Answer] = []
        thread = threading.Thread(target=lambda: found.append(delivery.get(remote("w=60", url), host=host)))
        thread.start()
        assert asked.wait(20)
        purge_caches(account=orchard, sources=[read_source(url)], actor=SYSTEM)
        AuditEvent.objects.update(at=F("at") - timedelta(hours=1))  # by the clock of the host it came to
        purged.set()
        thread.join()
        assert size(found[0]) == (60, 120)
        assert size(delivery.get(remote("w=60", url), host=host)) == (60, 120)


def test_copies_nobody_asks_for_go(delivery: DeliveryClient, host: str, origin: Origin, stores: Path) -> None:
    delivery.get(remote("w=60", origin.put("/pear.jpg", draw_picture())), host=host)
    assert retire_useless_sources() == 0
    for _ in range(14):
        make_stale()
    assert retire_useless_sources() == 1
    assert not Image.everything.exists()
    assert not Rendition.objects.exists()


def test_a_copy_that_another_holds_is_left_to_it(
    delivery: DeliveryClient, host: str, origin: Origin, settings: Any
) -> None:
    """A purge locks the image and then wants its source: whoever drops copies must not do so in turn."""
    delivery.get(remote("w=60", origin.put("/one.jpg", draw_picture())), host=host)
    for _ in range(14):
        make_stale()

    def retire() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return retire_useless_sources()

    settings.REMOTE_BYTES = 1
    with transaction.atomic():
        Image.everything.select_for_update(no_key=True).get()
        assert run_together(retire) == [0]
        other = origin.put("/two.jpg", draw_picture())
        assert delivery.get(remote("w=60", other), host=host).status == 200
    assert RemoteSource.objects.count() == 2
    assert retire_useless_sources() == 1


def test_new_bytes_hold_their_own_copy_before_they_make_room(
    delivery: DeliveryClient, host: str, origin: Origin, settings: Any
) -> None:
    """Of two that make room by each other's copies, each would wait for what the other dropped."""
    one, two = (origin.put(f"/{name}.jpg", draw_picture()) for name in ("one", "two"))
    for url in (one, two):
        delivery.get(remote("w=60", url), host=host)
    make_stale()
    origin.put("/one.jpg", draw_picture(size=(80, 160)))
    settings.REMOTE_BYTES = 1
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(delivery.get(remote("w=60", one), host=host)))
    with transaction.atomic():
        images = Image.everything.select_for_update(no_key=True, nowait=True)
        images.get(remote__place=one)
        thread.start()
        wait_until_somebody_waits_for_us()
        assert images.get(remote__place=two).width == 120
    thread.join()
    assert size(found[0]) == (60, 120)


def test_the_budget_makes_the_stalest_go(
    delivery: DeliveryClient, host: str, origin: Origin, settings: Any
) -> None:
    body = draw_picture()
    settings.REMOTE_BYTES = 2 * len(body)
    for name in ("one", "two", "three"):
        url = origin.put(f"/{name}.jpg", body, "Cache-Control: max-age=7200")
        assert delivery.get(remote("w=60", url), host=host).status == 200
    kept = {origin.url + "/two.jpg", origin.url + "/three.jpg"}
    assert {source.place for source in RemoteSource.objects.all()} == kept
    # One that takes its own place drops no other.
    RemoteSource.objects.filter(place__endswith="two.jpg").update(fresh_until=timezone.now())
    changed = origin.put("/two.jpg", body + b"\0", "Cache-Control: max-age=7200")
    settings.REMOTE_BYTES += 1
    assert delivery.get(remote("w=60", changed), host=host).status == 200
    assert {source.place for source in RemoteSource.objects.all()} == kept
    assert Image.everything.get(remote__place__endswith="two.jpg").version == 2


def test_removals_do_not_touch_what_is_kept(delivery: DeliveryClient, host: str, origin: Origin) -> None:
    delivery.get(remote("w=60", origin.put("/pear.jpg", draw_picture())), host=host)
    copy = Image.everything.get()
    discard_file(schedule_removal(store="originals", key=copy.storage_key, account=None))
    assert originals().exists(copy.storage_key)
