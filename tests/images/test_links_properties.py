"""Whatever a request target is made of, it is a link or a LinkError, and a link can be written again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.images.errors import LinkError
from apps.images.links import parse_link, read_signature, write_link
from tests.fuzzing import fuzz

PIECES = [
    *(b"/", b"/", b"/", b"a", b"ZWd9g1K7eljCn_KDTu_MWA", b"public", b"w=400,fit=cover", b"..", b".", b"%2F"),
    *(b"%2f", b"%", b"%4", b"%00", b"%0a", b"%C3%BC", b"%c3", b"\xc3\xbc", b"\xff", b"%25", b"%252F", b"+"),
    *(b"?", b"&", b"=", b"sig=", b"exp=", b"s%69g=1", b"0" * 64, b"exp=99", b"#", b" ", b"\\", b";", b"\r\n"),
]
queries = st.lists(st.sampled_from(PIECES[10:])).map(b"".join)
targets = st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=14).map(b"".join)


@fuzz(500)
@given(targets | targets.map(lambda rest: b"/hash/id/" + rest))
def test_it_works(target: bytes) -> None:
    try:
        link = parse_link(target)
    except LinkError:
        return
    parts = (link.account_hash, link.image_id, link.segment)
    assert all(character.isprintable() or ord(character) > 0x9F for part in parts for character in part)
    if "/" not in link.account_hash + link.segment and not link.image_id.startswith("/"):
        again = parse_link(write_link(*parts).encode())
        assert (again.account_hash, again.image_id, again.segment) == parts


@fuzz(300)
@given(st.binary(max_size=20).map(lambda tail: b"/" + tail), queries)
def test_a_signature_is_not_part_of_what_it_signs(path: bytes, query: bytes) -> None:
    part = read_signature(path, query)
    signed = read_signature(path, query + b"&" * bool(query) + b"sig=" + b"0" * 64)
    if not part.is_given and not signed.problem:
        assert (signed.sig, signed.signed_text) == ("0" * 64, path + (b"?" + query if query else b""))
    assert part.expires_at is None or part.expires_at >= 0
