"""Start-up checks of this room: pictures of strangers are not served where people's sessions live."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_planes_are_apart(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Browsers send cookies to every port of a host, and `SameSite` ones to every host of a site."""
    control, delivery = (
        urlsplit(url).hostname or "" for url in (settings.CONTROL_URL, settings.DELIVERY_URL)
    )
    if settings.DEBUG or (_is_loopback(control) and _is_loopback(delivery)):
        return []
    if find_site(control) != find_site(delivery):
        return []
    return [
        Error(
            f"CONTROL_URL and DELIVERY_URL share the site {find_site(control)}: a script in a picture "
            "would run beside the sessions of the dashboard.",
            hint="Serve pictures from another domain, such as img.example.net beside images.example.com.",
            id="accounts.E001",
        )
    ]


def find_site(host: str) -> str:
    """Return the part of a host name that its owner registered; an address is a site of its own.

    A good guess without the public suffix list: two labels, or three where the second is a short one
    below a country, as in `example.co.uk`.
    """
    labels = host.rstrip(".").lower().split(".")
    if _find_address(host) is not None:
        return host
    is_below_country = len(labels) > 1 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if is_below_country else -2 :])


def _is_loopback(host: str) -> bool:
    address = _find_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _find_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
