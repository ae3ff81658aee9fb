"""Every way we know to bend a signed link, each with its verdict.

The keys are the lines of a list of mutations that any server of signed links should be held to. A link that
is valid by the wire contract (catalogue §5.2) opens; every other is answered with the status written here.
What needs a server's own parser, or a shared cache, is in test_raw_requests.py and test_edge.py.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.images.links import write_signed_link
from apps.images.models import Image
from apps.signing.signature import sign
from tests.delivery.conftest import link, signed_link

NOW = 1_900_000_000
SOON = NOW + 1_000
PAST = NOW - 10


@dataclass(frozen=True)
class Scene:
    """Private pictures of two accounts, a public one with an accent in its id, and keys alive and dead.

    `former` was the value of the key "second" until it was put again; `etag` is the private picture's.
    """

    image: Image
    sibling: Image
    foreign: Image
    accented: Image
    key: str
    second: str
    former: str
    deleted: str
    foreign_key: str
    etag: str

    @property
    def path(self) -> str:
        return link(self.image)

    @property
    def valid(self) -> str:
        return signed_link(self.image, self.key, expires_at=SOON)

    @property
    def sig(self) -> str:
        return self.valid[-64:]

    def with_sig(self, sig: str) -> str:
        """Return the valid link with another signature in its place."""
        return f"{self.path}?exp={SOON}&sig={sig}"

    def with_query(self, query: str) -> str:
        """Return the path with a query that a holder of the key has truly signed, however odd it is."""
        return self.sign(f"{self.path}?{query}")

    def sign(self, text: str) -> str:
        return f"{text}{'&' if '?' in text else '?'}sig={sign(text, self.key)}"

    def bend(self, old: str, new: str) -> str:
        """Return the valid link with a part of its path replaced, under the signature it had."""
        assert old in self.path
        return self.valid.replace(old, new, 1)


@dataclass(frozen=True)
class Try:
    """A request and the status it must be answered with."""

    target: str | bytes
    status: int
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


def opens(*targets: str, **headers: str) -> list[Try]:
    return [Try(target, 200, headers=headers) for target in targets]


def refused(*targets: str | bytes, status: int = 403, method: str = "GET", **headers: str) -> list[Try]:
    return [Try(target, status, method, headers) for target in targets]


def _flip(sig: str, position: int) -> str:
    return sig[:position] + format(int(sig[position], 16) ^ 1, "x") + sig[position + 1 :]


def _base64(sig: str) -> tuple[str, str]:
    raw = bytes.fromhex(sig)
    return base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(scene: Scene) -> bytes:
    """Return the link of the picture with an accent in its id, unescaped."""
    return f"/{scene.accented.account.hash}/{scene.accented.public_id}/thumbnail".encode()


def _accented(scene: Scene, form: Any) -> str:
    """Return the link under one spelling of the id, with the signature of the true one."""
    valid = signed_link(scene.accented, scene.key)
    image_id = unicodedata.normalize(form, scene.accented.public_id)
    other = write_signed_link(scene.accented.account.hash, image_id, "thumbnail", key=scene.key)
    return f"{other.partition('?')[0]}?{valid.partition('?')[2]}"


LINES: dict[str, Callable[[Scene], list[Try]]] = {
    "drop sig": lambda s: refused(f"{s.path}?exp={SOON}", s.path),
    "drop exp (sig kept)": lambda s: refused(f"{s.path}?sig={s.sig}"),
    "empty sig": lambda s: refused(s.with_sig(""), f"{s.path}?exp={SOON}&sig"),
    "sig upper-case hex (pin: accept only lower-case)": lambda s: refused(s.with_sig(s.sig.upper())),
    "sig truncated to 63/32/2 chars": lambda s: refused(*(s.with_sig(s.sig[:n]) for n in (63, 32, 2))),
    "sig with one nibble flipped (64 positions)": lambda s: refused(
        *(s.with_sig(_flip(s.sig, position)) for position in range(64))
    ),
    "sig + trailing char": lambda s: refused(*(f"{s.valid}{more}" for more in ("0", "g", "%0A", "%20", "&"))),
    "sig base64 instead of hex": lambda s: refused(*(s.with_sig(text) for text in _base64(s.sig))),
    "sig with 0x prefix": lambda s: refused(s.with_sig(f"0x{s.sig}"), s.with_sig(f"0x{s.sig[2:]}")),
    "sig non-ASCII digits (fullwidth ０)": lambda s: refused(
        s.with_sig(f"\uff10{s.sig[1:]}"), s.with_sig(f"%EF%BC%90{s.sig[1:]}")
    ),
    "sig NUL byte": lambda s: refused(f"{s.valid}%00", f"{s.valid}\0", s.with_sig(f"%00{s.sig[1:]}")),
    "sig repeated: valid,invalid and invalid,valid": lambda s: refused(
        f"{s.valid}&sig={'0' * 64}",
        f"{s.path}?sig={'0' * 64}&exp={SOON}&sig={s.sig}",
        f"{s.valid}&sig={s.sig}",
    ),
    "exp repeated: past,future and future,past": lambda s: refused(
        f"{s.path}?exp={PAST}&exp={SOON}&sig={s.sig}",
        f"{s.path}?exp={SOON}&exp={PAST}&sig={s.sig}",
        s.with_query(f"exp={PAST}&exp={SOON}"),
        s.with_query(f"exp={SOON}&exp={PAST}"),
        s.with_query(f"exp={SOON}&exp={SOON}"),
    ),
    # The signature stands anywhere: it is taken out, and the rest stays as it was sent.
    "exp after sig / sig before exp (order) with unchanged sig": lambda s: opens(
        f"{s.path}?sig={s.sig}&exp={SOON}", s.valid
    ),
    "add &exp=FUTURE": lambda s: refused(
        f"{s.valid}&exp={SOON + 1}", f"{signed_link(s.image, s.key)}&exp={SOON}"
    ),
    "add unknown param &x=1 (signed string changes)": lambda s: [
        *refused(f"{s.valid}&x=1", f"{s.path}?x=1&exp={SOON}&sig={s.sig}"),
        *opens(s.with_query(f"exp={SOON}&x=1")),
    ],
    "add ;exp=FUTURE (semicolon separator)": lambda s: refused(
        f"{s.valid};exp={SOON}",
        f"{s.path}?exp={SOON};x=1&sig={s.sig}",
        s.with_query(f"exp={PAST};exp={SOON}"),
    ),
    "exp[]=FUTURE": lambda s: refused(f"{s.valid}&exp[]={SOON}", s.with_query(f"exp[]={SOON}&exp={PAST}")),
    "EXP=FUTURE": lambda s: refused(f"{s.valid}&EXP={SOON}", s.with_query(f"EXP={SOON}&exp={PAST}")),
    "%65xp=FUTURE (encoded name)": lambda s: refused(
        f"{s.valid}&%65xp={SOON}", s.with_query(f"%65xp={SOON}"), f"{s.path}?exp={SOON}&%73ig={s.sig}"
    ),
    "exp=%31... (encoded digits)": lambda s: refused(s.with_query(f"exp=%31{SOON % 10**9:09}")),
    "exp=+T": lambda s: refused(s.with_query(f"exp=+{SOON}"), s.with_query(f"exp=%2B{SOON}")),
    "exp= T (space)": lambda s: refused(s.with_query(f"exp= {SOON}"), s.with_query(f"exp=%20{SOON}")),
    "exp=T.0": lambda s: refused(s.with_query(f"exp={SOON}.0")),
    "exp=1e10": lambda s: refused(s.with_query("exp=1e10")),
    "exp=0x7fffffff": lambda s: refused(s.with_query("exp=0x7fffffff")),
    "exp=-1": lambda s: refused(s.with_query("exp=-1")),
    "exp=0": lambda s: refused(s.with_query("exp=0")),
    "exp=NaN": lambda s: refused(s.with_query("exp=NaN")),
    "exp=inf": lambda s: refused(s.with_query("exp=inf")),
    "exp=99999999999999999999999": lambda s: refused(s.with_query("exp=99999999999999999999999")),
    "exp=T in ms (13 digits): pin behaviour": lambda s: refused(s.with_query(f"exp={SOON}000")),
    "exp=arabic-indic digits ٠١٢": lambda s: refused(
        s.with_query("exp=٠١٢"), s.with_query("exp=%D9%A0%D9%A1%D9%A2")
    ),
    "exp=T_000 (python int underscore!)": lambda s: refused(s.with_query(f"exp={SOON // 1000}_000")),
    "exp empty": lambda s: refused(s.with_query("exp="), s.with_query("exp")),
    "exp one second in past; exactly now; one second ahead (boundary pinned with libfaketime)": lambda s: [
        *refused(signed_link(s.image, s.key, expires_at=NOW - 1)),
        *opens(*(signed_link(s.image, s.key, expires_at=at) for at in (NOW, NOW + 1))),
    ],
    "swap image id keeping sig": lambda s: (
        refused(s.bend(s.image.public_id, s.sibling.public_id))
        + refused(s.bend(s.image.public_id, "absent"), status=404)
    ),
    "swap variant keeping sig": lambda s: refused(
        s.bend("/thumbnail", "/public"), s.bend("/thumbnail", "/absent")
    ),
    "swap account hash keeping sig (cross-account key)": lambda s: [
        *refused(s.bend(s.image.account.hash, s.foreign.account.hash), status=404),
        *refused(f"{link(s.foreign)}?{s.valid.partition('?')[2]}"),
        *refused(s.bend(s.image.account.hash, "A" * 22)),
    ],
    "sign with another account's key": lambda s: refused(
        signed_link(s.image, s.foreign_key), signed_link(s.foreign, s.key)
    ),
    "sign with deleted key": lambda s: refused(signed_link(s.image, s.deleted)),
    "sign with key of same name re-PUT (rotated)": lambda s: refused(signed_link(s.image, s.former)),
    "both of two active keys must verify (positive)": lambda s: opens(
        signed_link(s.image, s.key), signed_link(s.image, s.second)
    ),
    "path // double slash": lambda s: refused(
        f"/{s.valid}",
        s.bend("/thumbnail", "//thumbnail"),
        s.bend(s.image.public_id, f"/{s.image.public_id}"),
        status=404,
    ),
    # What is not resolved is another path: of no account, or to no image.
    "path /./": lambda s: [
        *refused(s.bend("/thumbnail", "/./thumbnail"), status=404),
        *refused(f"/.{s.valid}"),
    ],
    "path /../": lambda s: [
        *refused(
            s.bend("/thumbnail", "/x/../thumbnail"), s.bend("/thumbnail", "/public/../thumbnail"), status=404
        ),
        *refused(f"/x/..{s.valid}"),
    ],
    "path %2f for /": lambda s: refused(
        s.bend("/thumbnail", "%2fthumbnail"),
        s.bend(f"/{s.image.public_id}", f"%2f{s.image.public_id}"),
        status=404,
    ),
    # Nothing of a private link is ever a slash within a part; an escaped hyphen bears out the same rule.
    "path %2F vs %2f": lambda s: [
        *opens(s.sign(s.path.replace("-", "%2d", 1)), s.sign(s.path.replace("-", "%2D", 1))),
        *refused(s.sign(s.path.replace("-", "%2d", 1)).replace("%2d", "%2D")),
        *refused(s.bend("-", "%2D")),
    ],
    "path double-encoded %252f": lambda s: (
        refused(s.bend("/thumbnail", "%252fthumbnail"), status=404)
        + refused(s.bend("/thumbnail", "/%2574humbnail"))
    ),
    "path trailing slash": lambda s: refused(s.bend("/thumbnail", "/thumbnail/"), status=404),
    "path trailing dot/space %20": lambda s: refused(
        *(s.bend("/thumbnail", f"/thumbnail{more}") for more in (".", "%20", "%2e"))
    ),
    "path ;jsessionid": lambda s: refused(s.bend("/thumbnail", "/thumbnail;jsessionid=1")),
    "path upper-case variant": lambda s: refused(s.bend("/thumbnail", "/THUMBNAIL")),
    "path percent-encoded unreserved (%61 for a)": lambda s: [
        *refused(s.bend("/thumbnail", "/thumbn%61il")),
        *opens(s.sign(s.path.replace("/thumbnail", "/thumbn%61il"))),
    ],
    "path overlong UTF-8 (%c0%af)": lambda s: [
        *refused(s.bend("/thumbnail", "%c0%afthumbnail"), status=404),
        *refused(s.bend("/thumbnail", "/%c0%afthumbnail"), s.bend("/thumbnail", "/x%c0%af/thumbnail")),
    ],
    "unicode id NFC vs NFD": lambda s: opens(_accented(s, "NFC")) + refused(_accented(s, "NFD"), status=404),
    "unicode id raw vs percent-encoded": lambda s: [
        Try(_raw(s), 200),
        *opens(link(s.accented)),
        # Only custom ids have such letters, and those are never private: here a letter of the variant.
        *refused(s.bend("/thumbnail", "/thumbn\u00e4il"), s.bend("/thumbnail", "/thumbn%C3%A4il")),
    ],
    "query '+' vs %20": lambda s: [
        *opens(s.with_query("a=b+c"), s.with_query("a=b%20c")),
        *refused(s.with_query("a=b+c").replace("+", "%20"), s.with_query("a=b%20c").replace("%20", "+")),
    ],
    # As these bytes; servers cut a fragment off, or refuse it.
    "fragment": lambda s: refused(f"{s.valid}#x", s.bend("/thumbnail", "/thumbnail#x")),
    "absolute-form request target GET http://evil/...": lambda s: refused(
        f"http://evil.example{s.valid}", status=404
    ),
    "Host header changed (sig has no host: pin)": lambda s: opens(s.valid, host="evil.example"),
    "X-Forwarded-Host / X-Original-URL / X-Rewrite-URL override": lambda s: [
        *opens(s.valid, x_forwarded_host="evil.example", x_original_url="/", x_rewrite_url="/"),
        *refused(s.path, x_original_url=s.valid, x_rewrite_url=s.valid),
    ],
    "HEAD / OPTIONS / POST / range on private image without sig": lambda s: [
        *refused(s.path, method="HEAD"),
        *refused(s.path, range="bytes=0-0"),
        *refused(s.path, range="bytes=99999999-"),
        *refused(s.path, method="POST", status=405),
        # What a browser asks before a script may: the same for every target there is, and of none.
        Try(s.path, 204, "OPTIONS"),
    ],
    "If-None-Match with known ETag but no/expired sig (304 leaks)": lambda s: [
        *refused(s.path, if_none_match=s.etag),
        *refused(s.path, if_none_match="*"),
        *refused(signed_link(s.image, s.key, expires_at=PAST), if_none_match=s.etag),
        *refused(s.path, method="HEAD", if_none_match=s.etag),
        Try(s.valid, 304, headers={"if_none_match": s.etag}),
    ],
    "flexible variant string mutation: w=100 -> w=2000 keeping sig": lambda s: refused(
        signed_link(s.image, s.key, "w=100").replace("w=100", "w=2000")
    ),
}
