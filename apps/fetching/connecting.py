"""A connection to one of the addresses that were judged; with https, to the right name there."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from ipaddress import ip_address

from apps.fetching.addresses import Address
from apps.fetching.deadline import Deadline
from apps.fetching.errors import AddressForbidden, BadCertificate, ConnectionFailed, DeadlinePassed
from apps.fetching.url import FetchUrl

# A name may have hundreds; each that is tried takes time from the rest.
_MAX_TRIED = 4


def connect(
    url: FetchUrl, addresses: Sequence[Address], *, deadline: Deadline, trust: ssl.SSLContext
) -> socket.socket:
    """Return a connected socket, its TLS done; raises ConnectionFailed, BadCertificate or DeadlinePassed."""
    connection = _dial(addresses[:_MAX_TRIED], url.port, deadline)
    if not url.is_encrypted:
        return connection
    try:
        deadline.limit(connection)
        return trust.wrap_socket(connection, server_hostname=url.host)
    except TimeoutError as error:
        connection.close()
        raise DeadlinePassed("while TLS was agreed on") from error
    except ssl.SSLError as error:
        connection.close()
        raise BadCertificate(str(error)) from error
    except OSError as error:
        connection.close()
        raise ConnectionFailed(str(error)) from error


def _dial(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """Try one address after the other, each with its share of the time that is left."""
    failure: OSError | None = None
    for tried, address in enumerate(addresses):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(deadline.left() / (len(addresses) - tried))
            connection.connect((str(address), port))
            _check_peer(connection, address)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    deadline.left()
    raise ConnectionFailed(str(failure)) from failure


def _check_peer(connection: socket.socket, address: Address) -> None:
    """Whoever changes this module and connects by name again will meet this."""
    peer = connection.getpeername()[0]
    if ip_address(peer) != address:
        raise AddressForbidden(f"{peer} was reached instead of {address}")
