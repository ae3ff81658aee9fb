"""Every kind of address that is not the public internet is known, also inside another."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fetching.addresses import AddressPolicy, parse_networks

POLICY = AddressPolicy()
PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.215.14", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "198.17.255.255"),
    *("198.20.0.0", "168.63.129.15", "223.255.255.255"),
    *("2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2001:200::1", "2003::1", "3fff:1000::1"),
    "64:ff9b::808:808",
]
FORBIDDEN = {
    "this host": ["0.0.0.0", "0.1.2.3"],  # noqa: S104  # judged, not bound to
    "loopback": ["127.0.0.1", "127.255.255.255", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
    "shared by a carrier": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "link-local": ["169.254.169.254", "169.254.170.2", "fe80::1", "febf::1", "fe80::5efe:7f00:1"],
    "platform service": ["168.63.129.16"],
    "protocol assignments": ["192.0.0.1", "192.0.0.192", "2001:1::1", "2001:2::1", "2001:20::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "6to4 relay": ["192.88.99.1"],
    "benchmarking": ["198.18.0.1", "198.19.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255"],
    "unspecified": ["::"],
    "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8", "::2"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:8.8.8.8"],
    "IPv4-translated": ["::ffff:0:127.0.0.1"],
    "local NAT64": ["64:ff9b:1::7f00:1", "64:ff9b:1:ffff::8.8.8.8"],
    "NAT64 (RFC 6052) of: loopback": ["64:ff9b::7f00:1"],
    "NAT64 (RFC 6052) of: link-local": ["64:ff9b::a9fe:a9fe"],
    "6to4": ["2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::1"],
    "Teredo": ["2001:0:53aa:64c:0:0:80ff:fffe"],
    "ISATAP": ["2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1"],
    "unique local": ["fc00::1", "fd00:ec2::254"],
    "site-local": ["fec0::1"],
    "discard": ["100::1"],
    "not global unicast": ["4000::1", "64:ff9a::1", "e000::1"],
}


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_open(text: str) -> None:
    assert POLICY.find_objection(ip_address(text)) is None


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, texts in FORBIDDEN.items() for text in texts]
)
def test_others_are_not_and_the_reason_has_a_name(reason: str, text: str) -> None:
    found = POLICY.find_objection(ip_address(text))
    assert found is not None
    assert reason in found


def test_an_operator_opens_networks() -> None:
    policy = AddressPolicy(allowed=parse_networks(["10.1.0.0/16", "::1"]))
    assert policy.find_objection(ip_address("10.1.2.3")) is None
    assert policy.find_objection(ip_address("::1")) is None
    for other in ("10.2.0.1", "::ffff:10.1.2.3", "64:ff9b::a01:203"):
        assert policy.find_objection(ip_address(other)) is not None


def test_an_operator_closes_networks_whatever_else_is_said() -> None:
    policy = AddressPolicy(
        allowed=parse_networks(["10.0.0.0/8"]), denied=parse_networks(["10.9.0.0/16", "8.8.8.0/24"])
    )
    assert policy.find_objection(ip_address("10.8.0.1")) is None
    for closed in ("10.9.0.1", "8.8.8.8", "64:ff9b::808:808"):
        assert "denied by this server's operator" in (policy.find_objection(ip_address(closed)) or "")


@pytest.mark.parametrize("word", ["10.0.0.1/8", "10.0.0.0/33", "localhost"])
def test_a_network_that_is_none(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        parse_networks([word])


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_opened_by_being_written_into_ipv6(address: IPv4Address) -> None:
    for high in (0, 0xFFFF << 32, 0x0064_FF9B << 96, 0x2002 << 112 | int(address) << 80, 0xFE80 << 112):
        inside = IPv6Address(high | int(address))
        if POLICY.find_objection(address) is not None:
            assert POLICY.find_objection(inside) is not None


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_open(address: IPv4Address | IPv6Address) -> None:
    is_nat64 = address.version == 6 and int(address) >> 32 == 0x0064_FF9B << 64
    if (address.is_private or address.is_multicast or address.is_reserved) and not is_nat64:
        assert POLICY.find_objection(address) is not None
