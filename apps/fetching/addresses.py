"""The address table: which IP addresses a URL of a user may lead to.

A table of our own, since Python's `is_private` and `is_global` are no filter: 3.11 calls ::127.0.0.1,
64:ff9b::7f00:1, 2002:7f00:1::, fec0::1 and 224.0.0.1 global. Sources: IANA's special-purpose registries
for IPv4 and IPv6 (RFC 6890), and what clouds serve secrets on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORBIDDEN_V4 = {
    IPv4Network(text): reason
    for text, reason in {
        "0.0.0.0/8": "this host (RFC 791)",
        "10.0.0.0/8": "private (RFC 1918)",
        "100.64.0.0/10": "shared by a carrier's customers (RFC 6598); one cloud's metadata",
        "127.0.0.0/8": "loopback (RFC 1122)",
        "168.63.129.16/32": "one cloud's platform service",
        "169.254.0.0/16": "link-local (RFC 3927), clouds' metadata",
        "172.16.0.0/12": "private (RFC 1918)",
        "192.0.0.0/24": "protocol assignments (RFC 6890); one cloud's metadata",
        "192.0.2.0/24": "documentation (RFC 5737)",
        "192.31.196.0/24": "AS112 (RFC 7535)",
        "192.52.193.0/24": "AMT (RFC 7450)",
        "192.88.99.0/24": "6to4 relay (RFC 7526)",
        "192.168.0.0/16": "private (RFC 1918)",
        "192.175.48.0/24": "AS112 (RFC 7534)",
        "198.18.0.0/15": "benchmarking (RFC 2544)",
        "198.51.100.0/24": "documentation (RFC 5737)",
        "203.0.113.0/24": "documentation (RFC 5737)",
        "224.0.0.0/4": "multicast (RFC 5771)",
        "240.0.0.0/4": "reserved or broadcast (RFC 1112, RFC 8190)",
    }.items()
}
# Most of these lie outside global unicast, where nothing is allowed; they are listed for their names.
_FORBIDDEN_V6 = {
    IPv6Network(text): reason
    for text, reason in {
        "::/128": "unspecified (RFC 4291)",
        "::1/128": "loopback (RFC 4291)",
        "::/96": "IPv4-compatible (RFC 4291)",
        "::ffff:0:0/96": "IPv4-mapped (RFC 4291)",
        "::ffff:0:0:0/96": "IPv4-translated (RFC 2765)",
        "64:ff9b:1::/48": "local NAT64 (RFC 8215)",
        "100::/64": "discard (RFC 6666)",
        "2001::/32": "Teredo (RFC 4380)",
        "2001::/23": "protocol assignments (RFC 2928)",
        "2001:db8::/32": "documentation (RFC 3849)",
        "2002::/16": "6to4 (RFC 3056)",
        "2620:4f:8000::/48": "AS112 (RFC 7534)",
        "3ffe::/16": "6bone (RFC 3701)",
        "3fff::/20": "documentation (RFC 9637)",
        "5f00::/16": "segment routing (RFC 9602)",
        "fc00::/7": "unique local (RFC 4193); one cloud's metadata",
        "fe80::/10": "link-local (RFC 4291)",
        "fec0::/10": "site-local (RFC 3879)",
        "ff00::/8": "multicast (RFC 4291)",
    }.items()
}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# What DNS64 makes of a public IPv4 address; a host that has IPv6 only could fetch next to nothing without.
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP (RFC 5214) writes an IPv4 address behind these 32 bits, below any prefix.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """`allowed` networks are open although the table says no; `denied` ones are closed whatever it says.

    An IPv6 address is judged as what it is: allowing 10.0.0.0/8 does not allow ::ffff:10.0.0.1.
    """

    allowed: tuple[Network, ...] = ()
    denied: tuple[Network, ...] = ()

    def find_objection(self, address: Address) -> str | None:
        """Return why an address must not be connected to, or None if it may be."""
        if _is_in(address, self.denied):
            return "denied by this server's operator"
        if _is_in(address, self.allowed):
            return None
        return _judge_v4(address) if isinstance(address, IPv4Address) else self._judge_v6(address)

    def _judge_v6(self, address: IPv6Address) -> str | None:
        if address in _NAT64:
            embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
            if _is_in(embedded, self.denied):
                return "NAT64 (RFC 6052) of an address denied by this server's operator"
            reason = _judge_v4(embedded)
            return reason and f"NAT64 (RFC 6052) of: {reason}"
        found = next((reason for network, reason in _FORBIDDEN_V6.items() if address in network), None)
        if found is None and int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
            return "ISATAP (RFC 5214)"
        return found or (None if address in _GLOBAL_UNICAST else "not global unicast (RFC 4291)")


def parse_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Return networks from texts such as `10.1.0.0/16` or `::1`; raises ValueError naming the bad one."""
    return tuple(ip_network(word) for word in words)


def _judge_v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in _FORBIDDEN_V4.items() if address in network), None)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
