"""A node answers from what it keeps while it has a lease, and brings back nothing old after it had none."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from apps.cdn.backends.node import NodeFailed, grant, greet
from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import VarnishBackend
from apps.cdn.leases import LEASE_SECONDS, list_leased_nodes, renew_leases
from apps.cdn.models import EdgeNode
from tests.cdn.viewing import Edge, Origin
from tests.delivery.relay import Relay
from tests.edges import find_free_port

pytestmark = [pytest.mark.edge, pytest.mark.django_db]


def purge() -> None:
    VarnishBackend().purge(PurgeRequest(keys=("i-1",), account="a-1"))


def let_lapse(edge: Edge) -> None:
    """Let the time of a lease go by: in our record, and for the node itself."""
    EdgeNode.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    grant(edge.address, epoch=greet(edge.address, seconds=5).epoch, until=1, seconds=5)


@pytest.fixture
def line(edge: Edge, settings: Any) -> Iterator[Relay]:
    """The line between the platform and the node; viewers have one of their own."""
    relay = Relay(f"host=127.0.0.1 port={edge.port}")
    settings.VARNISH_NODES = [f"http://127.0.0.1:{conninfo_to_dict(relay.conninfo)['port']}"]
    yield relay
    relay.end()


def test_it_works(edge: Edge, origin: Origin) -> None:
    """Without a lease everything is asked of the origin, and nothing kept."""
    let_lapse(edge)
    for version in (1, 2):
        origin.version = version
        assert edge.get("/h/lease/public") == f"version {version}"
    assert renew_leases() == [edge.address]
    origin.version = 3
    assert edge.get("/h/lease/public") == "version 3"
    origin.version = 4
    assert edge.get("/h/lease/public") == "version 3"
    purge()
    assert edge.get("/h/lease/public") == "version 4"


def test_a_lease_lasts(edge: Edge) -> None:
    renew_leases()
    node = EdgeNode.objects.get()
    assert node.address == edge.address
    left = (node.leased_until - timezone.now()).total_seconds()
    assert LEASE_SECONDS < left < LEASE_SECONDS + 6, "a little longer than the node was told"
    first = node.epoch
    renew_leases()
    assert EdgeNode.objects.get().epoch == first == greet(edge.address, seconds=5).epoch


def test_who_missed_nothing_keeps_everything(edge: Edge, origin: Origin) -> None:
    """The platform was away, and nothing was purged meanwhile."""
    renew_leases()
    edge.get("/h/away/public")
    let_lapse(edge)
    origin.version = 2
    assert edge.get("/h/away/public") == "version 2", "nobody vouches for what is kept"
    renew_leases()
    assert edge.get("/h/away/public") == "version 1", "nothing was purged, so it is still true"


def test_a_node_cut_off_during_a_purge_brings_nothing_back(edge: Edge, origin: Origin, line: Relay) -> None:
    """Viewers reach it all the time; the platform does not, from before the purge until long after."""
    renew_leases()
    assert edge.get("/h/cut/public") == "version 1"
    line.switch_off()
    origin.version = 2
    with pytest.raises(NodeFailed, match="did not confirm a PURGE"):
        purge()
    assert edge.get("/h/cut/public") == "version 1", "not acknowledged, and its lease still runs"
    assert renew_leases() == []
    let_lapse(edge)
    purge()  # done: nobody answers from what was kept before
    assert edge.get("/h/cut/public") == "version 2"
    line.switch_on()
    assert renew_leases() == settings_nodes(line)
    assert edge.get("/h/cut/public") == "version 2"
    origin.version = 3
    assert edge.get("/h/cut/public") == "version 2", "and it keeps pictures again"


def settings_nodes(line: Relay) -> list[str]:
    return [f"http://127.0.0.1:{conninfo_to_dict(line.conninfo)['port']}"]


def test_a_purge_missed_once_is_not_missed(edge: Edge, origin: Origin, line: Relay) -> None:
    """The line was down for a moment: the next lease has it forget, be the purge tried again or not."""
    renew_leases()
    edge.get("/h/moment/public")
    origin.version = 2
    line.switch_off()
    with pytest.raises(NodeFailed):
        purge()
    line.switch_on()
    renew_leases()
    assert edge.get("/h/moment/public") == "version 2"


def test_who_is_no_longer_named_is_still_told(edge: Edge, origin: Origin, settings: Any) -> None:
    """Another process, started with other settings, knows every node that has a lease."""
    renew_leases()
    edge.get("/h/unnamed/public")
    settings.VARNISH_NODES = []
    origin.version = 2
    purge()
    assert edge.get("/h/unnamed/public") == "version 2"
    let_lapse(edge)
    origin.version = 3
    purge()
    settings.VARNISH_NODES = [edge.address]
    renew_leases()
    assert edge.get("/h/unnamed/public") == "version 3"


def test_what_is_on_its_way_in_an_earlier_epoch_does_not_arrive_in_the_next(
    edge: Edge, origin: Origin
) -> None:
    renew_leases()
    has_read, may_answer = threading.Event(), threading.Event()

    def think() -> None:
        has_read.set()
        assert may_answer.wait(10)

    origin.think = think
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(edge.get, "/h/on-its-way/public")
        assert has_read.wait(10)
        origin.version, origin.think = 2, lambda: None
        let_lapse(edge)
        purge()
        renew_leases()
        may_answer.set()
        assert waiting.result() == "version 1", "it was asked for before"
    assert edge.get("/h/on-its-way/public") == "version 2"


def test_a_node_that_is_gone_for_good_holds_up_nothing_for_long(edge: Edge, settings: Any) -> None:
    renew_leases()
    gone = f"http://127.0.0.1:{find_free_port()}"
    EdgeNode.objects.create(address=gone, epoch=1, leased_until=timezone.now() + timedelta(seconds=60))
    with pytest.raises(NodeFailed, match=gone):
        purge()
    EdgeNode.objects.filter(address=gone).update(leased_until=timezone.now())
    purge()
    assert list_leased_nodes() == [edge.address]


def test_a_database_out_of_a_backup_starts_a_new_epoch(edge: Edge, origin: Origin) -> None:
    """What was purged since the backup is in no row of ours."""
    renew_leases()
    edge.get("/h/backup/public")
    EdgeNode.objects.update(epoch=5)
    origin.version = 2
    assert renew_leases() == [edge.address]
    assert edge.get("/h/backup/public") == "version 2"


def test_a_message_that_was_long_on_its_way_changes_nothing(edge: Edge, origin: Origin) -> None:
    renew_leases()
    epoch = greet(edge.address, seconds=5).epoch
    with pytest.raises(NodeFailed, match="409 An earlier epoch"):
        grant(edge.address, epoch=epoch - 1, until=int(time.time()) + 600, seconds=5)
    assert greet(edge.address, seconds=5).epoch == epoch


def test_a_stranger_gives_no_lease(edge: Edge, settings: Any) -> None:
    epoch = greet(edge.address, seconds=5).epoch
    settings.PURGE_SECRET = "guessed"
    with pytest.raises(NodeFailed, match="403 Forbidden"):
        grant(edge.address, epoch=epoch + 1, until=int(time.time()) + 600, seconds=5)


class LateClock(BaseHTTPRequestHandler):
    """A node of this test's own, whose clock is a minute late."""

    def do_LEASE(self) -> None:
        assert "X-Lease-Until" not in self.headers, json.dumps(dict(self.headers))
        self.send_response(200)
        self.send_header("X-Lease-Clock", str(time.time() - 60))
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def test_a_node_with_another_clock_gets_no_lease(
    settings: Any, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    """It would take its lease to be longer than we know."""
    with HTTPServer(("127.0.0.1", 0), LateClock) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.VARNISH_NODES = [f"http://127.0.0.1:{server.server_address[1]}"]
        with caplog.at_level(logging.WARNING):
            assert renew_leases() == []
        server.shutdown()
    assert "clock" in caplog.text
    assert not EdgeNode.objects.exists()
