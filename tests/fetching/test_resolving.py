"""A name is asked for within the deadline, and the addresses of all families count."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_address

import pytest

from apps.fetching.addresses import AddressPolicy
from apps.fetching.deadline import Deadline
from apps.fetching.errors import AddressForbidden, DeadlinePassed, NameNotFound
from apps.fetching.resolving import Resolve, find_addresses, resolve_by_system
from apps.fetching.url import parse_url
from tests.fetching.fetching import Names, fetch, fetcher_for
from tests.fetching.serving import ok, serve


def find(url: str, resolve: Resolve, seconds: float = 5) -> list[str]:
    found = find_addresses(
        parse_url(url, ports={80}), resolve=resolve, policy=AddressPolicy(), deadline=Deadline(seconds)
    )
    return [str(address) for address in found]


def test_it_works() -> None:
    public = ["2606:4700:4700::1111", "1.1.1.1"]
    assert find("http://pears.example/", Names({"pears.example": [public]})) == public


def test_an_address_is_not_asked_for() -> None:
    names = Names({})
    assert find("http://1.1.1.1/", names) == ["1.1.1.1"]
    with pytest.raises(AddressForbidden):
        find("http://[::1]/", names)
    assert names.asked == []


def test_the_system_knows_loopback() -> None:
    found = resolve_by_system("localhost")
    assert found
    assert len(set(found)) == len(found)
    assert all(ip_address(text).is_loopback for text in found)


def test_name_servers_that_do_not_answer() -> None:
    woken = threading.Event()

    def resolve(name: str) -> list[str]:
        woken.wait(20)
        return ["1.1.1.1"]

    with pytest.raises(DeadlinePassed):
        find("http://pears.example/", resolve, seconds=0.05)
    woken.set()


def test_a_name_nobody_has() -> None:
    def resolve(name: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(NameNotFound) as caught:
        find("http://pears.example/", resolve)
    assert "not known" in caught.value.detail


def test_a_fault_of_the_resolver_s_own_is_not_hidden() -> None:
    def resolve(name: str) -> list[str]:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        find("http://pears.example/", resolve)


def test_a_server_that_has_ipv6_only() -> None:
    with serve(ok(b"pear"), host="::1") as server:
        names = Names({"pears.example": [["::1"]]})
        fetcher = fetcher_for(server, names=names, allowed="::1/128")
        assert fetch(fetcher, f"http://pears.example:{server.port}/")[0] == b"pear"
        assert fetch(fetcher, f"http://[::1]:{server.port}/")[0] == b"pear"
    assert f"Host: [::1]:{server.port}\r\n" in server.heads[1]
