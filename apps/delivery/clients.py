"""Clients: whose request it is, by address, as far as proxies in front can be believed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What a provider hands to one customer at least: whoever has one address of it has them all.
_IPV6_PREFIX = 64


def find_client(peer: str, forwarded_for: str, *, trusted_proxies: int) -> str:
    """Return the address the outermost trusted proxy saw, else the peer's.

    What stands further left in X-Forwarded-For is the client's word.
    """
    seen = forwarded_for.split(",")
    if 0 < trusted_proxies <= len(seen) and (address := _read_address(seen[-trusted_proxies])):
        return str(address)
    return peer


def find_customer(client: str) -> str:
    """Return what stands for whoever is behind an address; empty when it is none of the public internet's.

    Loopback and private networks are our own proxies, programs and people: to count them as one client
    would shut everyone out who comes through a proxy that the settings do not tell of.
    """
    address = _read_address(client)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address is None or address.is_private:
        return ""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
