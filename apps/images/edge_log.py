"""The log of our Varnish, line by line: what it served out of its store, and whose that was.

varnishncsa writes it (deploy/varnish/images.vcl says how); a line is

    1796000000 32770 hit 200 30512 img.example.net /Vi7wi5KSItxGFsWRG2Us6Q/pear/public
    time       id    how status bytes host         path

What was no hit reached the origin and is counted there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from apps.accounts.models import Account
from apps.images.errors import LinkError
from apps.images.hosts import find_host_name
from apps.images.models import DeliveryHost
from apps.images.remote import RemoteLink, parse_target
from apps.usage.services import EdgeServed

FORMAT = "%{%s}t %{Varnish:vxid}x %{Varnish:handling}x %s %b %{Host}i %U"
_FIELDS = 7
_SERVED = frozenset({"200", "206", "304"})


@dataclass(frozen=True, slots=True)
class Hit:
    """`owner` is an account's hash, or for remote sources the name of its host."""

    day: date
    owner: str
    is_host: bool
    size_bytes: int


@dataclass(slots=True)
class Sum:
    """What lines add up to; `strange_lines` are those that are not written as they should be."""

    counts: dict[tuple[int, date], EdgeServed] = field(default_factory=dict)
    strange_lines: int = 0


def read_hit(line: str) -> Hit | None:
    """Return the hit a line tells of; None when it tells of something else. Raises ValueError."""
    fields = line.split(" ", _FIELDS - 1)
    if len(fields) != _FIELDS:
        raise ValueError("a line has seven fields")
    seconds, _, handling, status, size, host, path = fields
    day = datetime.fromtimestamp(int(seconds), UTC).date()
    size_bytes = 0 if size == "-" else int(size)
    if handling != "hit" or status not in _SERVED:
        return None
    try:
        link = parse_target(path.encode(), host=host, is_encrypted=True)
    except LinkError:
        return None
    if isinstance(link, RemoteLink):
        return Hit(day, find_host_name(host), True, size_bytes)
    return Hit(day, link.account_hash, False, size_bytes)


def add_up(lines: Iterable[str]) -> Sum:
    """Return the hits of lines by account and day; those of nobody we know are nobody's."""
    found = Sum()
    by_owner: dict[tuple[bool, str, date], list[int]] = defaultdict(list)
    for line in lines:
        try:
            hit = read_hit(line)
        except (ValueError, OverflowError, OSError):
            found.strange_lines += 1
            continue
        if hit is not None:
            by_owner[hit.is_host, hit.owner, hit.day].append(hit.size_bytes)
    hashes = {owner for is_host, owner, _ in by_owner if not is_host}
    hosts = {owner for is_host, owner, _ in by_owner if is_host}
    accounts = {(False, name): pk for name, pk in _find_accounts(hashes)}
    accounts |= {(True, name): pk for name, pk in _find_hosts(hosts)}
    for (is_host, owner, day), sizes in by_owner.items():
        if (pk := accounts.get((is_host, owner))) is not None:
            known = found.counts.get((pk, day), EdgeServed(0, 0))
            found.counts[pk, day] = EdgeServed(known.hits + len(sizes), known.sent_bytes + sum(sizes))
    return found


def _find_accounts(hashes: set[str]) -> Iterable[tuple[str, int]]:
    return Account.objects.filter(hash__in=hashes).values_list("hash", "pk")


def _find_hosts(names: set[str]) -> Iterable[tuple[str, int]]:
    return DeliveryHost.objects.filter(name__in=names).values_list("name", "account_id")
