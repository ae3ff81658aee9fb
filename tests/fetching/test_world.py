"""The fetcher as production runs it, in a world where every address is ours: nobody inside hears a packet.

The resolver is the operating system's, asked over real UDP and TCP. The world needs namespaces of its own,
which on Linux root may make, and often everybody; elsewhere these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_UNSHARE = shutil.which("unshare") or ""
_WORLD = ["--net", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])


@cache
def why_no_world() -> str:
    """Return why there can be none here, or nothing."""
    if not _UNSHARE:
        return "There is no unshare here (Debian: util-linux; Linux only)."
    tried = subprocess.run([_UNSHARE, *_WORLD, "true"], capture_output=True, text=True, check=False)
    return f"Namespaces of one's own are not allowed here: {tried.stderr.strip()}" if tried.returncode else ""


def try_in_world(*urls: str) -> list[dict[str, Any]]:
    if reason := why_no_world():
        pytest.skip(reason)
    done = subprocess.run(
        [_UNSHARE, *_WORLD, sys.executable, "-m", "tests.fetching.world"],
        input=json.dumps(urls),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(outcomes) == len(urls)
    return outcomes


def test_it_works() -> None:
    """Whoever may be reached is: else no silence would prove anything."""
    by_address, by_name = try_in_world("http://93.184.215.14/", "http://six.test/")
    assert (by_address["outcome"], by_address["visited"], by_address["asked"]) == (
        "fetched",
        ["93.184.215.14"],
        [],
    )
    assert by_address["packets"] > 3
    assert (by_name["outcome"], by_name["visited"]) == ("fetched", ["2606:4700:4700::1111"])


INSIDE = [
    *("http://127.0.0.1/", "http://127.1/", "http://0/", "http://0.0.0.0/", "http://2130706433/"),
    *("http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.0.0.1./", "http://[::1]/"),
    *("http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    *("http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/"),
    *("http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::]/", "http://[2001:0:53aa:64c:0:0:80ff:fffe]/"),
    *("http://[fe80::1%25eth0]/", "http://[fe80::5efe:7f00:1]/", "http://[fec0::1]/", "http://[fc00::1]/"),
    *("http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://10.0.0.1/", "http://172.16.0.1/"),
    *("http://172.31.255.255/", "http://192.168.0.1/", "http://100.64.0.1/", "http://100.100.100.200/"),
    *("http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/v2/credentials"),
    *("http://2852039166/", "http://0xa9fea9fe/", "http://[::ffff:a9fe:a9fe]/", "http://168.63.129.16/"),
    *("http://192.0.0.192/", "http://192.0.0.1/", "http://192.88.99.1/", "http://198.18.0.1/"),
    *("http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "https://127.0.0.1:6379/"),
    *("http://user:pass@127.0.0.1/", "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/"),
    *("http://example.com:80@127.0.0.1/", "http://%31%32%37.0.0.1/"),
]
NAMES = [
    *("http://localhost/", "http://LOCALHOST./", "http://localhost.localdomain/"),
    *("http://metadata.google.internal/", "http://inside.test/", "http://mixed.test/", "http://alias.test/"),
]
NO_ADDRESSES = [
    *("file:///etc/passwd", "file://localhost/etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/"),
    *("gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1/"),
    *(
        "jar:http://127.0.0.1!/",
        "data:image/png;base64,AAAA",
        "unix:///var/run/docker.sock",
        "s3://bucket/key",
    ),
    *("http+unix://%2Fvar%2Frun%2Fdocker.sock/", "//127.0.0.1/", "http:127.0.0.1", "http:/127.0.0.1"),
    *("http:///127.0.0.1", "http:\\\\127.0.0.1\\", "http://127.0.0.1\\@example.com/"),
    *("http://example.com\\@127.0.0.1/", "http://127.0.0.1:80:80/", "http://example.com:22/"),
    *("http://example.com:6379/", "http://example.com:0/", "http://example.com:65536/"),
    *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛocalhost/", "http://exa\tmple.com/"),
    *("http://example.com/\r\nX: y", "http://[::1", "http://.../", "http://", f"http://{'a' * 64}.com/"),
    *(f"http://{'a.' * 200}com/", f"http://example.com/{'a' * 70_000}"),
]


@pytest.mark.parametrize("urls", [INSIDE, NO_ADDRESSES], ids=["inside", "no addresses"])
def test_not_one_packet_is_sent(urls: Sequence[str]) -> None:
    for url, outcome in zip(urls, try_in_world(*urls), strict=True):
        assert outcome["outcome"] in {"AddressForbidden", "BadUrl"}, url
        assert (outcome["packets"], outcome["asked"]) == (0, []), url


def test_a_name_that_leads_inside_is_asked_for_and_no_more() -> None:
    """An alias of one, and one that has a public address too, are such names."""
    for url, outcome in zip(NAMES, try_in_world(*NAMES), strict=True):
        assert (outcome["outcome"], outcome["visited"]) == ("AddressForbidden", []), url
        assert outcome["packets"] == 2 * len(outcome["asked"]), url  # each question, and its answer


def test_a_name_that_leads_elsewhere_the_next_time() -> None:
    """It is asked for once: what was judged is what is connected to."""
    first, second = try_in_world("http://rebind.test/", "http://rebind.test/")
    assert (first["outcome"], first["visited"]) == ("fetched", ["93.184.215.14"])
    assert sorted(first["asked"]) == [["rebind.test", "A"], ["rebind.test", "AAAA"]]
    assert (second["outcome"], second["visited"]) == ("AddressForbidden", [])


def test_two_hundred_addresses_of_which_the_last_is_inside() -> None:
    """So many that the answer comes over TCP."""
    (outcome,) = try_in_world("http://many.test/")
    assert (outcome["outcome"], outcome["visited"]) == ("AddressForbidden", [])


def test_a_name_that_is_not_there_at_first() -> None:
    first, second = try_in_world("http://flapping.test/", "http://flapping.test/")
    assert (first["outcome"], first["visited"]) == ("NameNotFound", [])
    assert (second["outcome"], second["visited"]) == ("fetched", ["93.184.215.14"])
