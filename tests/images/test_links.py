"""Links are read from the raw request target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.images.errors import BadLinkText, LinkTooLong, NotALink
from apps.images.links import parse_link, read_signature, write_link, write_signed_link

HASH = "cheeW4oKsx5ljh8e8BoL2A"
SIG = "e293c787daae28a47de9d8c21c2e4ccc59970aca8e4c7ee8a1a1da3fb2e9ef3f"


def test_it_works() -> None:
    link = parse_link(f"/{HASH}/bc27a117/mobile?exp=1631289275&sig={SIG}".encode())
    assert (link.account_hash, link.image_id, link.segment) == (HASH, "bc27a117", "mobile")
    assert link.signature.signed_text == f"/{HASH}/bc27a117/mobile?exp=1631289275".encode()
    assert (link.signature.sig, link.signature.expires_at) == (SIG, 1631289275)
    assert not link.is_flexible


@pytest.mark.parametrize(
    ("path", "image_id"),
    [
        ("a/b", "a/b"),
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("%C3%BC", "ü"),
        ("a+b", "a+b"),
        ("a//b", "a//b"),
    ],
)
def test_an_image_id_is_decoded_once(path: str, image_id: str) -> None:
    assert parse_link(f"/{HASH}/{path}/public".encode()).image_id == image_id


def test_options_are_told_from_names_by_the_equals_sign() -> None:
    link = parse_link(f"/{HASH}/id/w=400%2Cfit=cover".encode())
    assert link.is_flexible
    assert link.segment == "w=400,fit=cover"


@pytest.mark.parametrize("target", [b"", b"/", b"/a", b"/a/b", b"/a//c", b"//b/c", b"/a/b/", b"a/b/c/d"])
def test_too_few_parts_are_no_link(target: bytes) -> None:
    with pytest.raises(NotALink):
        parse_link(target)


@pytest.mark.parametrize("part", [b"%", b"%2", b"%zz", b"%ff", b"%00", b"%0a", b"\xff", b"%C2%85"])
def test_broken_text_is_refused(part: bytes) -> None:
    with pytest.raises(BadLinkText):
        parse_link(b"/" + HASH.encode() + b"/a" + part + b"/public")


@pytest.mark.parametrize(
    ("target", "position"),
    [
        (b"/hash/im%zzage/public", 8),
        (b"/hash/a/b%41%ff/public", 12),
        (b"/b%00/b%00/public", 2),
        (b"/hash/a%C3%BC%0a/public", 13),
        (b"/cdn-cgi/imagedelivery/hash/im%zzage/public", 30),
        (b"/cdn-cgi/imagedelivery/hash/%ff/public", 28),
        (b"/hash", 5),
        (b"/hash//public", 6),
        (b"hash/a/b/public", 0),
        (b"/hash/a/", 8),
        (b"/cdn-cgi/imagedelivery//a/b", 23),
        (b"/cdn-cgi/other/a/b", 1),
    ],
)
def test_what_is_wrong_is_pointed_at(target: bytes, position: int) -> None:
    with pytest.raises((BadLinkText, NotALink)) as caught:
        parse_link(target)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&sig=5", "sig=5"),
        ("exp=1&b&exp=2", "exp=2"),
        ("a&s%69g=1&b", "s%69g=1"),
        ("sig=a&exp=x", "sig=a"),
    ],
)
def test_a_bad_pair_is_pointed_at(query: str, expected: str) -> None:
    target = f"/hash/a/b?{query}".encode()
    assert target[parse_link(target).signature.position :].startswith(expected.encode())


def test_the_length_is_bounded() -> None:
    with pytest.raises(LinkTooLong):
        parse_link(b"/a/" + b"b" * 9000 + b"/c")


@pytest.mark.parametrize(
    "query",
    [
        f"sig={SIG}&sig={SIG}",
        "exp=1&exp=1",
        f"sig={SIG.upper()}",
        f"sig={SIG[:-1]}",
        f"sig={SIG}0",
        "sig=",
        f"sig={SIG}%00",
        "exp=",
        "exp=+1",
        "exp=1_000",
        "exp=%31",
        "exp=-1",
        "exp=1234567890123",
        "exp=１２",
        "e%78p=1",
        f"s%69g={SIG}",
    ],
)
def test_a_malformed_signature_is_kept_as_a_problem(query: str) -> None:
    assert read_signature(b"/a/b/c", query.encode()).problem


def test_what_is_signed_keeps_order_and_spelling() -> None:
    part = read_signature(b"/a/b/c", f"sig={SIG}&z=%7e&&exp=5&a".encode())
    assert part.signed_text == b"/a/b/c?z=%7e&&exp=5&a"


@given(
    image_id=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(
        lambda text: not text.startswith("/") and not text.endswith("/")
    ),
    segment=st.sampled_from(["public", "w=400,fit=cover", "background=#fff", "gravity=0.5x0.5"]),
)
def test_a_written_link_reads_the_same(image_id: str, segment: str) -> None:
    link = parse_link(write_link(HASH, image_id, segment).encode("ascii"))
    assert (link.account_hash, link.image_id, link.segment) == (HASH, image_id, segment)


def test_a_signed_link_carries_expiry_then_signature() -> None:
    path = write_signed_link(
        HASH, "bc27a117-9509-446b-8c69-c81bfeac0a01", "mobile", key="this is a secret", expires_at=1631289275
    )
    assert path.endswith(
        "?exp=1631289275&sig=77d3f91af4c1c9199a3dec74098b4be64485d3887164e936349023a4e7c4f4a1"
    )
