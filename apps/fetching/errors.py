"""What can go wrong while fetching, as one tree.

    FetchError
    ├ BadUrl                  the URL breaks a rule, which the message names
    ├ Unreachable             one message for all below: an answer must not tell what listens in a network
    │ ├ AddressForbidden      the name leads, or leads among others, to an address that is not public
    │ ├ NameNotFound
    │ ├ ConnectionFailed      refused, no route, broken off before an answer
    │ ├ BadCertificate        TLS could not be agreed on, or the certificate is not the name's
    │ └ DeadlinePassed        before or while the answer came
    ├ BadRedirect             to nowhere, to a URL that breaks a rule, or from https to http
    │ ├ ForbiddenRedirect     to where the caller does not want to be led
    │ └ TooManyRedirects
    ├ RefusedByServer         an answer whose `status` is not 200
    ├ BadResponse             not HTTP, more headers than allowed, an encoded body
    │ └ CutShort              fewer bytes than were announced
    ├ ResponseTooLarge        more than `allowed` bytes
    └ FetcherBusy             every slot is taken, or the asker's share of them

Every message may be shown to whoever named the URL; what an Unreachable met is in its class, for logs.
"""

from __future__ import annotations


class FetchError(Exception):
    """A URL could not be fetched."""


class BadUrl(FetchError):
    pass


class Unreachable(FetchError):
    """`str()` is the same for all subclasses; `detail` is for the operator's log only."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "the server could not be reached in time: it must be on the public internet, and with https its "
            "certificate must be valid"
        )
        self.detail = detail


class AddressForbidden(Unreachable):
    pass


class NameNotFound(Unreachable):
    pass


class ConnectionFailed(Unreachable):
    pass


class BadCertificate(Unreachable):
    pass


class DeadlinePassed(Unreachable):
    pass


class BadRedirect(FetchError):
    pass


class ForbiddenRedirect(BadRedirect):
    def __init__(self) -> None:
        super().__init__("the server redirects to another, which is not allowed")


class TooManyRedirects(BadRedirect):
    def __init__(self, allowed: int) -> None:
        super().__init__(f"the server redirects more than {allowed} times")


class RefusedByServer(FetchError):
    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered with HTTP status {status}")
        self.status = status


class BadResponse(FetchError):
    pass


class CutShort(BadResponse):
    def __init__(self) -> None:
        super().__init__("the server's answer ended too early")


class ResponseTooLarge(FetchError):
    def __init__(self, allowed: int) -> None:
        super().__init__(f"the server's answer has more than {allowed} bytes")
        self.allowed = allowed


class FetcherBusy(FetchError):
    def __init__(self) -> None:
        super().__init__("too many fetches are under way")
