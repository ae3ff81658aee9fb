"""The signature of a link, held against the wire contract's vectors (catalogue §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.signing.signature import sign, sign_url, verify

KEY = "this is a secret"
PHOTO = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile"
VECTORS = [
    # The one published; the others were computed with an independent implementation.
    ("/hello/world", "6293f9144b4e9adc83416d1b059abcac750bf05b2c5c99ea72fd47cc9c2ace34"),
    ("/hello/world?exp=1631289275", "e293c787daae28a47de9d8c21c2e4ccc59970aca8e4c7ee8a1a1da3fb2e9ef3f"),
    (PHOTO, "a539c6e9deb8371e82b93d454fdbc6ace9354db515f4897f43af37ba666b36b6"),
    (f"{PHOTO}?exp=1631289275", "77d3f91af4c1c9199a3dec74098b4be64485d3887164e936349023a4e7c4f4a1"),
]


@pytest.mark.parametrize(("target", "sig"), VECTORS)
def test_vectors(target: str, sig: str) -> None:
    assert sign(target, KEY) == sig
    assert verify(target.encode(), sig, [KEY])


def test_the_signature_comes_last() -> None:
    assert sign_url(PHOTO, KEY) == f"{PHOTO}?sig={VECTORS[2][1]}"
    assert sign_url(PHOTO, KEY, expires_at=1631289275) == f"{PHOTO}?exp=1631289275&sig={VECTORS[3][1]}"


def test_an_existing_query_is_signed_with_it() -> None:
    url = sign_url("/hello/world?a=b%20c", KEY, expires_at=7)
    assert url == "/hello/world?a=b%20c&exp=7&sig=" + sign("/hello/world?a=b%20c&exp=7", KEY)


@pytest.mark.parametrize("query", ["exp=1", "sig=x", "a=1&exp=1", "sig"])
def test_a_link_is_signed_once(query: str) -> None:
    with pytest.raises(ValueError, match="already"):
        sign_url(f"/hello/world?{query}", KEY)


def test_an_empty_query_is_none() -> None:
    assert sign_url("/hello/world?", KEY) == sign_url("/hello/world", KEY)


def test_the_key_is_its_text() -> None:
    """Values may end in `=`, and are yet never decoded."""
    assert sign("/hello/world", "dGhpcyBpcyBhIHNlY3JldA==") != VECTORS[0][1]
    assert verify(b"/p", sign("/p", "schl\u00fcssel"), ["schl\u00fcssel"])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_live_key_opens(place: int) -> None:
    keys = ["one", "two"]
    keys.insert(place, KEY)
    assert verify(b"/hello/world", VECTORS[0][1], keys)


def test_every_key_is_tried() -> None:
    """No early exit: how long it takes does not tell which key it was."""
    tried = []

    def keys() -> Iterator[str]:
        for key in (KEY, "one", "two"):
            tried.append(key)
            yield key

    assert verify(b"/hello/world", VECTORS[0][1], keys())
    assert tried == [KEY, "one", "two"]


SIG = VECTORS[0][1]


@pytest.mark.parametrize(
    "sig",
    [
        "",
        SIG[:-1],
        SIG + "0",
        SIG.upper(),
        SIG + "\n",
        " " + SIG[1:],
        SIG[:-1] + ("0" if SIG[-1] != "0" else "1"),
        SIG[:-1] + "\u0664",
        "0x" + SIG[2:],
        "\ud800" * 64,
    ],
)
def test_a_changed_signature_is_refused(sig: str) -> None:
    assert not verify(b"/hello/world", sig, [KEY])


@pytest.mark.parametrize(
    "target",
    [
        b"/hello/worl",
        b"/hello/world/",
        b"/hello/World",
        b"/hello%2Fworld",
        b"/hello/world?",
        b"/hello/world?a=1",
        b"",
    ],
)
def test_a_changed_target_is_refused(target: bytes) -> None:
    assert not verify(target, SIG, [KEY])


@pytest.mark.parametrize("keys", [[], ["another"], [KEY + " "], [KEY.upper()]])
def test_without_the_key_nothing_opens(keys: list[str]) -> None:
    assert not verify(b"/hello/world", SIG, keys)
