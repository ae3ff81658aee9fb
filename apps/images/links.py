"""A link: the raw request target of a delivery request, taken apart once and never decoded twice.

The signature is made over the bytes as they were sent (catalogue §5.2), so parsing starts from the raw
target. What is wrong with `sig` or `exp` is kept, not raised: public images ignore both, and a private
image must answer the same to every bad signature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import quote, unquote_to_bytes

from apps.images.errors import BadLinkText, LinkTooLong, NotALink
from apps.signing.signature import sign_url

MAX_TARGET_BYTES = 8192
# Links on an account's own hosts may stand below it (catalogue §5.1).
CUSTOM_HOST_PREFIX = b"/cdn-cgi/imagedelivery"
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED_BYTE = re.compile(rb"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SIG = re.compile(rb"[0-9a-f]{64}")
_EXP = re.compile(rb"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """What the query says about access. `signed_text` is the raw target without its `sig` pair.

    `prefix` is what custom hosts have before the account's hash. The original does not say whether it is
    signed, and it hides from pages whose server rewrites paths: both are valid. `problem` is what is wrong
    with the pair that begins at the byte `position` of the target.
    """

    signed_text: bytes
    sig: str | None = None
    expires_at: int | None = None  # unix seconds
    problem: str = ""
    position: int = 0
    prefix: bytes = b""

    @property
    def signed_texts(self) -> tuple[bytes, ...]:
        """Return every text a signature may have been made over."""
        if not self.prefix:
            return (self.signed_text,)
        return self.signed_text, self.signed_text.removeprefix(self.prefix)

    @property
    def is_given(self) -> bool:
        """Whether somebody tried to sign, well or badly."""
        return self.sig is not None or self.problem != ""


@dataclass(frozen=True, slots=True)
class Link:
    """`segment` is the last part: a variant's name, or options when it contains `=`."""

    account_hash: str
    image_id: str
    segment: str
    signature: SignaturePart

    @property
    def is_flexible(self) -> bool:
        return "=" in self.segment


def parse_link(raw_target: bytes) -> Link:
    """Return the link that a request target (path and query as sent) spells, or raise LinkError."""
    if len(raw_target) > MAX_TARGET_BYTES:
        raise LinkTooLong(MAX_TARGET_BYTES)
    path, _, query = raw_target.partition(b"?")
    prefix = CUSTOM_HOST_PREFIX if path.startswith(CUSTOM_HOST_PREFIX + b"/") else b""
    parts = path.removeprefix(prefix).split(b"/")
    if (
        parts[1:2] == [b"cdn-cgi"]
        or len(parts) < 4
        or parts[0] != b""
        or not all((parts[1], parts[2], parts[-1]))
    ):
        raise NotALink(len(prefix) + _find_gap(parts))
    refuse_broken_escapes(path)
    parts[0] = prefix  # so that the parts are all of the path, and errors can tell where they stand
    last = len(parts) - 1
    signature = read_signature(path, query)
    return Link(
        account_hash=decode_part(parts, 1),
        image_id="/".join([decode_part(parts, number) for number in range(2, last)]),
        segment=decode_part(parts, last),
        signature=replace(signature, prefix=prefix) if prefix else signature,
    )


def read_signature(path: bytes, query: bytes) -> SignaturePart:
    """Return the signature part of a raw path and query; `problem` is set when it cannot be valid."""
    kept: list[bytes] = []
    found: dict[bytes, list[tuple[int, bytes]]] = {b"sig": [], b"exp": []}
    position = len(path) + 1
    for pair in query.split(b"&") if query else []:
        name, _, value = pair.partition(b"=")
        if name not in found and unquote_to_bytes(name.replace(b"+", b" ")) in found:
            return SignaturePart(path, problem="sig and exp must be written plainly", position=position)
        if name in found:
            found[name].append((position, value))
        if name != b"sig":
            kept.append(pair)
        position += len(pair) + 1
    signed_text = path + (b"?" + b"&".join(kept) if kept else b"")
    sigs, exps = found[b"sig"], found[b"exp"]
    for twice in sigs[1:2] + exps[1:2]:
        return SignaturePart(signed_text, problem="sig and exp may each stand once", position=twice[0])
    for position, value in sigs:
        if not _SIG.fullmatch(value):
            problem = "sig must be 64 lower-case hexadecimal digits"
            return SignaturePart(signed_text, problem=problem, position=position)
    for position, value in exps:
        if not _EXP.fullmatch(value):
            problem = "exp must be unix seconds in digits"
            return SignaturePart(signed_text, problem=problem, position=position)
    sig = sigs[0][1].decode() if sigs else None
    return SignaturePart(signed_text, sig, int(exps[0][1]) if exps else None)


def write_link(account_hash: str, image_id: str, segment: str) -> str:
    """Return the path of a link; slashes in an image id stay, everything unsafe is percent-encoded."""
    return f"/{account_hash}/{quote(image_id, safe='/')}/{quote(segment, safe='=,;.')}"


def write_signed_link(
    account_hash: str, image_id: str, segment: str, *, key: str, expires_at: int | None = None
) -> str:
    """Return path and query of a link signed with `key` (clear text); `expires_at` in unix seconds."""
    return sign_url(write_link(account_hash, image_id, segment), key, expires_at=expires_at)


def locate(encoded: bytes, index: int) -> int:
    """Return where in a percent-encoded text the byte begins that decodes to its `index`-th one."""
    found = next(islice(_ENCODED_BYTE.finditer(encoded), index, None), None)
    return len(encoded) if found is None else found.start()


def refuse_broken_escapes(path: bytes) -> None:
    """Raise BadLinkText for a % that stands for nothing."""
    if broken := _BROKEN_ESCAPE.search(path):
        raise BadLinkText("% must be followed by two hexadecimal digits", broken.start())


def decode_part(parts: list[bytes], number: int) -> str:
    """Return one of a path's parts in clear, or raise BadLinkText."""
    decoded = unquote_to_bytes(parts[number])
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _find_start(parts, number) + locate(parts[number], error.start)
        raise BadLinkText("a link's text must be UTF-8", place) from error
    if control := _CONTROL.search(text):
        before = text[: control.start()].encode()
        place = _find_start(parts, number) + locate(parts[number], len(before))
        raise BadLinkText("a link must not contain control characters", place)
    return text


def _find_start(parts: list[bytes], number: int) -> int:
    """Return where the part of this number begins in the path."""
    return sum(len(part) + 1 for part in parts[:number])


def _find_gap(parts: list[bytes]) -> int:
    """Return where a path that is no link lacks the first of the three parts; its end when it just ends."""
    end = len(b"/".join(parts))
    if parts[0]:
        return 0
    if parts[1:2] == [b"cdn-cgi"]:
        return 1
    missing = (number for number in (1, 2) if number < len(parts) and not parts[number])
    return min((_find_start(parts, number) for number in missing), default=end)
