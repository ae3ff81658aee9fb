"""From a host's name to the addresses that may be connected to: asked once, judged all together.

A name that leads to one forbidden address among public ones is refused whole: nobody's picture needs it, and
picking the public one would serve whoever probes which of them we take.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Thread

from apps.fetching.addresses import Address, AddressPolicy
from apps.fetching.deadline import Deadline
from apps.fetching.errors import AddressForbidden, DeadlinePassed, NameNotFound
from apps.fetching.url import FetchUrl

# From a name to its addresses as texts, the best first; raises OSError when it has none.
Resolve = Callable[[str], Sequence[str]]


def resolve_by_system(name: str) -> list[str]:
    """Ask what the operating system asks: its hosts file, then its name servers."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def find_addresses(
    url: FetchUrl, *, resolve: Resolve, policy: AddressPolicy, deadline: Deadline
) -> list[Address]:
    """Return a URL's addresses, all of them open; raises NameNotFound, AddressForbidden, DeadlinePassed."""
    if url.address is not None:
        addresses: list[Address] = [url.address]
    else:
        addresses = [ip_address(text) for text in _ask(resolve, url.host, deadline)]
    if not addresses:
        raise NameNotFound("no addresses")
    for address in addresses:
        objection = policy.find_objection(address)
        if objection is not None:
            raise AddressForbidden(f"{address}: {objection}")
    return addresses


def _ask(resolve: Resolve, name: str, deadline: Deadline) -> Sequence[str]:
    """Ask in a thread of its own, since getaddrinfo takes no timeout and its own can be half a minute.

    One that is given up on ends by itself; a fetcher's slots and deadline bound how many there are.
    """
    answer: Future[Sequence[str]] = Future()
    Thread(target=_answer, args=(answer, resolve, name), daemon=True).start()
    seconds = deadline.left()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        raise DeadlinePassed("the name servers did not answer") from error
    except OSError as error:
        raise NameNotFound(str(error)) from error


def _answer(answer: Future[Sequence[str]], resolve: Resolve, name: str) -> None:
    try:
        answer.set_result(resolve(name))
    except Exception as error:  # noqa: BLE001  # raised again where the answer is waited for
        answer.set_exception(error)
