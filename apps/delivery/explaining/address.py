"""A URL as people paste it, and the request target that a browser would make of it."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings

from apps.accounts.models import Account
from apps.images.hosts import find_host_name
from apps.images.models import DeliveryHost

_URL = re.compile(r"(https?://[^/?#]*)?([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """`origin` is what stands before the target: nothing, or the scheme and host.

    `host` is what a browser would send as Host, of a path alone delivery's own; empty for what no browser
    could ask.
    """

    origin: str
    host: str
    target: str
    notes: tuple[str, ...]

    @property
    def url(self) -> str:
        return self.origin + self.target

    @property
    def raw_target(self) -> bytes:
        return self.target.encode("ascii")


def read_address(text: str, account: Account | None) -> Address:
    """Return the parts of a URL, or of a path alone. What is no ASCII, and spaces, are encoded.

    To an account, hosts of others are like any that nobody has; None is the operator.
    """
    match = _URL.fullmatch(text.strip())
    origin, target, fragment = match.groups("") if match else ("", text, "")
    notes = [] if fragment == "" else ["what follows # is never sent"]
    host = _read_host(origin or settings.DELIVERY_URL)
    if origin and host and not _is_ours(host, account):
        notes.append(f"links are answered at {settings.DELIVERY_URL}, and not at this host")
    return Address(_encode(origin), _encode(host), _encode(target), tuple(notes))


def _read_host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # brackets without an address in them, or signs that stand for / or @
        return ""


def _encode(text: str) -> str:
    return quote(text, safe=string.punctuation)


def _is_ours(host: str, account: Account | None) -> bool:
    host = host.lower()
    urls = [settings.DELIVERY_URL, *([settings.CONTROL_URL] if settings.DELIVERY_IN_CONTROL else [])]
    is_known = host in {urlsplit(url).netloc.lower() for url in urls}
    hosts = DeliveryHost.objects.all() if account is None else DeliveryHost.objects.in_account(account)
    return is_known or hosts.filter(name=find_host_name(host)).exists()
