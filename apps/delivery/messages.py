"""A delivery request and its response, as values that know no server: both doors translate to these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from apps.delivery.files import StoredFile

Tier: TypeAlias = Literal["stored", "rendered", "none"]


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """`raw_target` is path and query as sent; header names are lower-case; `peer` is who is connected."""

    method: str
    raw_target: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""

    @property
    def is_head(self) -> bool:
        return self.method == "HEAD"

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class DeliveryResponse:
    """`headers` say everything, Content-Length included; the body is bytes or a part of a stored file.

    `tier` is who had the picture, and `account_pk` whose it is; of other answers, nobody's.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | StoredFile = b""
    tier: Tier = "none"
    account_pk: int | None = None

    @property
    def picture_bytes(self) -> int:
        """How much of a picture is sent; texts are none."""
        return self.body.length if isinstance(self.body, StoredFile) else 0

    def with_headers(self, headers: Mapping[str, str]) -> DeliveryResponse:
        return replace(self, headers={**self.headers, **headers})

    def without_body(self) -> DeliveryResponse:
        """Return the same head, as HEAD wants it."""
        return replace(self, body=b"")


def fold_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; those sent twice are joined by commas (RFC 9110 §5.3)."""
    folded: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        folded[name] = f"{folded[name]}, {value}" if name in folded else value
    return folded
