"""Allowed origins: kept in one form, and what each covers."""

from __future__ import annotations

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.cdn.keys import account_key
from apps.cdn.services import PURGE
from apps.outbox.models import Job
from apps.variants.errors import BadOrigin, TooManyOrigins
from apps.variants.origins import clean_origins, is_allowed
from apps.variants.services import set_delivery_policy


@pytest.mark.django_db
def test_it_works(orchard: Account) -> None:
    origins = ["Example.com", "*.Photos.example", "example.com", "example.org/Open/"]
    policy, _ = set_delivery_policy(account=orchard, allowed_origins=origins, actor=SYSTEM)
    policy.refresh_from_db()
    assert policy.allowed_origins == ["example.com", "*.photos.example", "example.org/Open/"]
    assert Job.objects.get(kind=PURGE).payload["keys"] == [account_key(orchard.pk)]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("b.com", "b.com"),
        (" B.com. ", "b.com"),
        ("b.com/", "b.com"),
        ("birnbäume.example", "xn--birnbume-4za.example"),
        ("93.184.215.14", "93.184.215.14"),
        ("[2606:4700::1111]/x", "[2606:4700::1111]/x"),
        ("https://b.com", None),
        ("b.com:8080", None),
        ("", None),
        ("*", None),
        ("*.com", None),
        ("*.*.b.com", None),
        ("*.93.184.215.14", None),
        ("a*.b.com", None),
        ("b.com/x?y", None),
        ("b.com/x y", None),
        ("b.com/" + "x" * 300, None),
        ("user@b.com", None),
    ],
)
def test_how_an_origin_is_kept(written: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(BadOrigin):
            clean_origins([written])
    else:
        assert clean_origins([written]) == [kept]
        assert clean_origins([kept]) == [kept]


def test_there_is_a_limit() -> None:
    assert len(clean_origins([f"{number}.example" for number in range(100)])) == 100
    with pytest.raises(TooManyOrigins):
        clean_origins([f"{number}.example" for number in range(101)])


@pytest.mark.parametrize(
    ("origin", "host", "path", "is_covered"),
    [
        ("b.com", "b.com", "/x.jpg", True),
        ("b.com", "media.b.com", "/x.jpg", False),
        ("b.com", "bb.com", "/x.jpg", False),
        ("b.com", "b.com.evil.example", "/x.jpg", False),
        ("*.b.com", "b.com", "/x.jpg", True),
        ("*.b.com", "a.media.b.com", "/x.jpg", True),
        ("*.b.com", "evilb.com", "/x.jpg", False),
        ("b.com/open/", "b.com", "/open/x.jpg", True),
        ("b.com/open/", "b.com", "/open", False),
        ("b.com/open/", "b.com", "/Open/x.jpg", False),
        ("b.com/open", "b.com", "/opened/x.jpg", True),
        ("*.b.com/open/", "media.b.com", "/open/x.jpg", True),
        ("*.b.com/open/", "media.b.com", "/x.jpg", False),
        ("[2606:4700::1111]/x", "2606:4700::1111", "/x.jpg", True),
    ],
)
def test_what_an_origin_covers(origin: str, host: str, path: str, is_covered: bool) -> None:
    assert is_allowed(host, path, [origin]) == is_covered
    assert is_allowed(host, path, ["other.example", origin]) == is_covered
    assert not is_allowed(host, path, [])
