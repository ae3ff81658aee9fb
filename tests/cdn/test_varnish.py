"""Varnish as it is shipped keeps public answers only, and never brings back what was purged."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import purge_nodes
from tests.cdn.viewing import Edge, Origin
from tests.edges import find_free_port

pytestmark = pytest.mark.edge


def purge(edge: Edge, *keys: str, urls: tuple[str, ...] = (), account: str = "a-1") -> None:
    assert not purge_nodes([edge.address], PurgeRequest(keys=keys, urls=urls, account=account))


def test_it_works(edge: Edge, origin: Origin) -> None:
    status, headers, body = edge.ask("/h/works/public")
    assert (status, body) == (200, "version 1")
    assert not {"surrogate-key", "xkey", "via", "x-varnish"} & set(headers)
    origin.version = 2
    assert edge.get("/h/works/public") == "version 1"
    assert len(origin.asked) == 1
    purge(edge, "i-1")
    assert edge.get("/h/works/public") == "version 2"


def test_what_tells_of_one_request_is_not_given_to_others(edge: Edge, origin: Origin) -> None:
    of_one = {"X-Request-Id": "1", "Server-Timing": "total;dur=1"}
    origin.headers |= of_one
    edge.get("/h/one/public")
    assert not {"x-request-id", "server-timing"} & set(edge.ask("/h/one/public")[1])
    origin.headers = {"Cache-Control": "private", **of_one}
    assert edge.ask("/h/one/private")[1]["x-request-id"] == "1"


def test_what_has_another_tag_stays(edge: Edge, origin: Origin) -> None:
    edge.get("/h/other/public")
    purge(edge, "i-2", "v-11", "i-11")
    edge.get("/h/other/public")
    assert len(origin.asked) == 1


def test_many_tags_at_once(edge: Edge, origin: Origin) -> None:
    edge.get("/h/many/public")
    origin.version = 2
    purge(edge, *(f"i-{number}" for number in range(10**6, 10**6 + 1_000)), "i-1")
    assert edge.get("/h/many/public") == "version 2"


def test_a_url_goes_with_all_its_copies(edge: Edge, origin: Origin) -> None:
    accepts = ("image/avif,image/webp", "image/webp", "*/*")
    for accept in accepts:
        edge.get("/h/copies/public", Accept=accept)
        edge.get("/h/neighbour/public", Accept=accept)
    origin.version = 2
    purge(edge, urls=(f"http://127.0.0.1:{edge.port}/h/copies/public?width=1",))
    assert {edge.get("/h/copies/public", Accept=accept) for accept in accepts} == {"version 2"}
    assert {edge.get("/h/neighbour/public", Accept=accept) for accept in accepts} == {"version 1"}


@pytest.mark.parametrize(
    ("accept", "seen"),
    [
        ("image/avif,image/webp,image/apng,*/*;q=0.8", "image/avif,image/webp"),
        ("image/webp, image/avif ;q=0.9", "image/avif,image/webp"),
        ("image/webp;q=0.5", "image/webp"),
        ("image/avif;q=0, image/webp", "image/webp"),
        ("image/avif;q=0.000,image/webp;q=0", None),
        ("image/avif;q=0.01", "image/avif,"),
        ("image/*,*/*", None),
        ("image/webpx", None),
        ("", None),
    ],
)
def test_accept_is_boiled_down(edge: Edge, origin: Origin, accept: str, seen: str | None) -> None:
    edge.get("/h/boiled/public", Accept=accept)
    assert origin.asked == [("/h/boiled/public", seen)]


def test_a_hundred_browsers_make_three_copies(edge: Edge, origin: Origin) -> None:
    for number in range(100):
        kinds = ["image/avif"] * (number % 3 == 0) + ["image/webp"] * (number % 3 < 2)
        edge.get("/h/browsers/public", Accept=",".join([*kinds, f"image/x-{number}"]))
    assert len(origin.asked) == 3


def test_no_client_makes_copies_of_its_own(edge: Edge, origin: Origin) -> None:
    for number in range(4):
        edge.get(
            "/h/own/public", X_Accept=f"image/x-{number}", Host=f"{number}.example", Cookie=f"a={number}"
        )
    assert origin.asked == [("/h/own/public", None)]


def test_a_query_without_a_signature_makes_no_copies(edge: Edge, origin: Origin) -> None:
    for query in ("", "?x=1", "?exp=1", "?design=1", "?a&b"):
        edge.get(f"/h/query/public{query}")
    assert origin.asked == [("/h/query/public", None)]


def test_the_query_of_a_remote_source_is_its_own(edge: Edge, origin: Origin) -> None:
    for number in (1, 2):
        edge.get(f"/cdn-cgi/image/w=1/https://example.com/x?n={number}")
    assert len(origin.asked) == 2


def test_remote_sources_are_asked_for_on_the_hosts_of_accounts(edge: Edge, origin: Origin) -> None:
    for host in (
        "img.example.com",
        "IMG.example.com:443",
        "www.example.com",
        "evil.example",
        "img.example.com.evil",
    ):
        edge.get("/cdn-cgi/image/w=2/pear.jpg", Host=host)
        edge.get("/h/hosts/public", Host=host)
    assert origin.hosts == ["img.example.com", "img.example.net", "www.example.com", "img.example.net"]


def test_the_prefix_of_custom_hosts_makes_no_copies(edge: Edge, origin: Origin) -> None:
    edge.get("/h/prefix/public")
    edge.get("/cdn-cgi/imagedelivery/h/prefix/public?x", Host="img.example.com")
    assert origin.asked == [("/h/prefix/public", None)]
    purge(edge, urls=(f"http://127.0.0.1:{edge.port}/h/prefix/public",))
    origin.version = 2
    assert edge.get("/cdn-cgi/imagedelivery/h/prefix/public") == "version 2"
    edge.get("/cdn-cgi/imagedelivery/h/prefix/public?sig=1")  # signed with the prefix, it may be
    assert origin.asked[-1] == ("/cdn-cgi/imagedelivery/h/prefix/public?sig=1", None)


@pytest.mark.parametrize("query", ["?sig=1", "?exp=1&sig=1"])
def test_a_signed_link_is_the_origin_s_to_answer(edge: Edge, origin: Origin, query: str) -> None:
    for _ in range(2):
        edge.get(f"/h/signed/public{query}")
    assert origin.asked == [(f"/h/signed/public{query}", None)] * 2


@pytest.mark.parametrize("cache_control", ["private, max-age=600", "no-store", "max-age=600", None])
@pytest.mark.parametrize("status", [200, 403, 404])
def test_only_what_is_public_is_kept(
    edge: Edge, origin: Origin, cache_control: str | None, status: int
) -> None:
    target = f"/h/kept/{status}{cache_control}".replace(" ", "")
    origin.headers = {} if cache_control is None else {"Cache-Control": cache_control}
    origin.status = status
    for number in (1, 2):
        origin.version = number
        assert edge.ask(target)[::2] == (status, f"version {number}")


@pytest.mark.parametrize("lacking", ["Surrogate-Key", "a body of its own"])
def test_what_could_never_be_purged_is_not_kept(edge: Edge, origin: Origin, lacking: str) -> None:
    target = f"/h/lacking/{len(lacking)}"
    if lacking in origin.headers:
        del origin.headers[lacking]
    else:
        origin.headers["X-Accel-Redirect"] = "/_renditions/1"
    edge.get(target)
    origin.version = 2
    assert edge.get(target) == "version 2"


def test_nobody_waits_for_what_is_another_s_own(edge: Edge, origin: Origin) -> None:
    """All of them are at the origin at once, or the barrier breaks."""
    origin.headers = {"Cache-Control": "private, max-age=600"}
    edge.get("/h/own/private")
    together = threading.Barrier(8, timeout=10)
    origin.think = lambda: together.wait() and None
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(edge.get, ["/h/own/private"] * 8))
    assert answers == ["version 1"] * 8


def test_heads_and_other_methods(edge: Edge, origin: Origin) -> None:
    assert edge.ask("/h/heads/public", "HEAD")[2] == ""
    assert edge.get("/h/heads/public") == "version 1"
    assert len(origin.asked) == 1
    status, headers, body = edge.ask("/h/heads/public", "POST")
    assert (status, headers["cache-control"], headers["allow"]) == (405, "no-store", "GET, HEAD, OPTIONS")
    assert body == "ERROR 9424: the method is not allowed"
    assert len(origin.asked) == 1, "delivery reads no bodies, so none gets there"


def test_an_origin_that_is_away(edge: Edge, origin: Origin) -> None:
    """What was kept is still served; what was not is an error like delivery's own, kept by nobody."""

    def hang_up() -> None:
        raise ConnectionAbortedError

    edge.get("/h/kept/public")
    origin.think = hang_up
    assert edge.get("/h/kept/public") == "version 1"
    status, headers, body = edge.ask("/h/not-kept/public")
    assert (status, headers["cache-control"], headers["retry-after"]) == (503, "no-store", "1")
    assert body == "ERROR 9518: Internal connection error"
    origin.think = lambda: None
    assert edge.get("/h/not-kept/public") == "version 1"


@pytest.mark.parametrize("account", ["a-1", "a-40", "a-1234", "a-98765"])
def test_what_is_fetched_while_it_is_purged_does_not_come_back(
    edge: Edge, origin: Origin, account: str
) -> None:
    """The origin has read the old bytes, then all is purged, and only then the old bytes arrive."""
    origin.headers["Surrogate-Key"] = f"{account} i-1 v-1"
    for number in range(7):
        target = f"/h/race-{account}-{number}/public"
        has_read, may_answer = threading.Event(), threading.Event()

        def think(has_read: threading.Event = has_read, may_answer: threading.Event = may_answer) -> None:
            has_read.set()
            assert may_answer.wait(10)

        origin.version, origin.think = 1, think
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(edge.get, target)
            assert has_read.wait(10)
            origin.version = 2
            purge(edge, "i-1", account=account)
            may_answer.set()
            assert waiting.result() == "version 2", "it was fetched again"
        assert edge.get(target) == "version 2"


def test_who_waits_gets_something_however_often_is_purged(edge: Edge, origin: Origin) -> None:
    """Three fetches, three purges: the answer is given, and kept for nobody."""
    origin.think = lambda: purge(edge, "i-2")
    assert edge.get("/h/often/public") == "version 1"
    assert len(origin.asked) == 3
    origin.think = lambda: None
    origin.version = 2
    assert edge.get("/h/often/public") == "version 2"


@pytest.mark.parametrize("account", ["a-2", "a-11", "a-10", "a-1000"])
def test_another_account_s_purges_do_not_keep_one_s_pictures_out(
    edge: Edge, origin: Origin, account: str
) -> None:
    origin.think = lambda: purge(edge, "i-2", account=account)
    edge.get(f"/h/neighbours/{account}")
    edge.get(f"/h/neighbours/{account}")
    assert len(origin.asked) == 1


def test_a_node_that_is_slow_is_not_waited_for() -> None:
    """It takes the connection and says nothing."""
    urls = tuple(f"https://img.test/{number}" for number in range(100))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        failed = purge_nodes([address], PurgeRequest(keys=("i-1",), urls=urls))
    assert "did not confirm" in str(failed[address])


def test_a_hundred_urls_fit_into_a_second(edge: Edge, origin: Origin) -> None:
    edge.get("/h/hundred-99/public")
    origin.version = 2
    purge(edge, urls=tuple(f"https://img.test/h/hundred-{number}/public" for number in range(100)))
    assert edge.get("/h/hundred-99/public") == "version 2"


def test_a_wrong_secret(edge: Edge, origin: Origin, settings: Any) -> None:
    edge.get("/h/secret/public")
    settings.PURGE_SECRET = "guessed"
    failed = purge_nodes([edge.address], PurgeRequest(keys=("i-1",)))
    assert "answered a PURGE with 403 Forbidden" in str(failed[edge.address])
    edge.get("/h/secret/public")
    assert len(origin.asked) == 1


def test_a_node_that_is_up_forgets_whatever_another_does(edge: Edge, origin: Origin) -> None:
    down = f"http://127.0.0.1:{find_free_port()}"
    edge.get("/h/nodes/public")
    origin.version = 2
    assert list(purge_nodes([down, edge.address], PurgeRequest(keys=("i-1",)))) == [down]
    assert edge.get("/h/nodes/public") == "version 2"
