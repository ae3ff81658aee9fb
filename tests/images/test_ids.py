"""Image ids: the flag in generated ones, the rules for custom ones."""

from __future__ import annotations

import pytest

from apps.images.errors import BadImageId
from apps.images.ids import check_custom_id, is_generated, make_image_id, set_access_flag


def test_it_works() -> None:
    public, private = make_image_id(is_private=False), make_image_id(is_private=True)
    assert is_generated(public)
    assert (public[-2:], private[-2:]) == ("00", "01")
    assert set_access_flag(public, is_private=True) == public[:-2] + "01"


@pytest.mark.parametrize(
    "image_id", ["a", "a/b/c", "ü", "photo.jpg", "v1.2", "keys", "x/blob", "a b", "%2F", "é" * 1024]
)
def test_these_are_good(image_id: str) -> None:
    check_custom_id(image_id)


@pytest.mark.parametrize(
    ("image_id", "reason"),
    [
        ("", "1 to 1024"),
        ("a" * 1025, "1 to 1024"),
        ("/a", "slash"),
        ("a/", "slash"),
        ("a//b", "subpaths"),
        ("a/../b", "subpaths"),
        ("..", "subpaths"),
        ("a\nb", "control"),
        ("a\x00", "control"),
        ("083eb7b2-1234-4aaa-8888-aff66acddd00", "UUID"),
        ("083EB7B2-1234-4AAA-8888-AFF66ACDDD00", "UUID"),
        ("page.html", "extension"),
        ("a/run.exe", "extension"),
    ],
)
def test_these_are_refused_with_a_reason(image_id: str, reason: str) -> None:
    with pytest.raises(BadImageId, match=reason):
        check_custom_id(image_id)
