"""No spelling of a place inside leads there: whoever listens on loopback sees no packet."""

from __future__ import annotations

import pytest

from apps.fetching.errors import AddressForbidden, BadUrl
from tests.fetching.fetching import Names, fetch, fetcher_for
from tests.fetching.serving import canary, was_visited

LOOPBACK = {
    # ruff: noqa: S104  # nothing is bound to 0.0.0.0 here
    "plain": ["127.0.0.1", "127.1.2.3", "127.0.0.1.", "[::1]", "[0:0:0:0:0:0:0:1]", "0.0.0.0", "[::]"],
    "other notations": ["127.1", "0", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433"],
    "inside IPv6": [
        *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
        *("[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:53aa:64c:0:0:80ff:fffe]", "[fe80::5efe:7f00:1]"),
        "[::1%25lo]",
    ],
    "names": ["localhost", "LOCALHOST.", "localhost.localdomain", "inside.example", "both.example"],
    "look-alikes": ["①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost", "%31%32%37.0.0.1"],
    "credentials": ["user:pass@127.0.0.1", "p.example@127.0.0.1", "p.example:80@127.0.0.1"],
    "confusion": ["127.0.0.1\\@p.example", "p.example\\@127.0.0.1", "p.example@@127.0.0.1", "127.0.0.1:80"],
}  # fmt: skip
ELSEWHERE = [
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254"),
    *("2852039166", "[::ffff:a9fe:a9fe]", "[2002:a9fe:a9fe::]", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]"),
    "metadata.google.internal",
]
NAMES = {
    "localhost": [["127.0.0.1", "::1"]],
    "localhost.localdomain": [["127.0.0.1"]],
    "inside.example": [["::1"]],
    "both.example": [["93.184.215.14", "127.0.0.1"]],
    "metadata.google.internal": [["169.254.169.254"]],
}


@pytest.mark.parametrize("host", [host for hosts in LOOPBACK.values() for host in hosts] + ELSEWHERE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_packet_arrives(scheme: str, host: str) -> None:
    with canary("127.0.0.1", 0) as over_v4:
        port = over_v4.getsockname()[1]
        with canary("::1", port) as over_v6:
            fetcher = fetcher_for(names=Names(NAMES), limits={"ports": {80, port}}, allowed="")
            with pytest.raises((AddressForbidden, BadUrl)):
                fetch(fetcher, f"{scheme}://{host}:{port}/#@p.example/")
            assert not was_visited(over_v4)
            assert not was_visited(over_v6)


def test_a_canary_would_sing() -> None:
    with canary("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        fetcher = fetcher_for(limits={"ports": {port}, "total_seconds": 0.1})
        with pytest.raises(Exception, match="could not be reached"):
            fetch(fetcher, f"http://pears.example:{port}/")
        assert was_visited(listener)
