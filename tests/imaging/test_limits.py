"""Limits hold exactly at their edge and name themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.imaging.errors import LimitExceeded
from apps.imaging.geometry.plan import make_plan
from apps.imaging.limits import LIMIT_NAMES, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.source import SourceFormat, SourceInfo

LIMITS = Limits()
STILL = SourceInfo(SourceFormat.PNG, 100, 100)


def test_it_works() -> None:
    LIMITS.check(STILL)
    with pytest.raises(LimitExceeded) as caught:
        LIMITS.check(replace(STILL, width=12_001))
    assert (caught.value.limit, caught.value.actual, caught.value.allowed) == ("max_side", 12_001, 12_000)
    assert str(caught.value) == "The longer side has 12,001 pixels; at most 12,000 are allowed (max_side)"


@pytest.mark.parametrize(
    ("allowed", "refused", "limit"),
    [
        (replace(STILL, size_bytes=10_485_760), replace(STILL, size_bytes=10_485_761), "max_bytes"),
        (replace(STILL, height=12_000), replace(STILL, height=12_001), "max_side"),
        (
            replace(STILL, width=12_000, height=8_333),
            replace(STILL, width=12_000, height=8_334),
            "max_pixels",
        ),
        (
            replace(STILL, width=10_000, height=10_000),
            replace(STILL, width=10_000, height=10_001),
            "max_pixels",
        ),
        (
            SourceInfo(SourceFormat.AVIF, 8_192, 8_192, bits=10, samples=32, has_alpha=True),
            SourceInfo(SourceFormat.AVIF, 8_193, 8_192, bits=10, samples=32, has_alpha=True),
            "max_heif_bytes",
        ),
        (
            SourceInfo(SourceFormat.GIF, 1_000, 1_000, frames=100),
            SourceInfo(SourceFormat.GIF, 1_000, 1_000, frames=101),
            "max_animation_pixels",
        ),
        (
            SourceInfo(SourceFormat.GIF, 10, 10, frames=1_000),
            SourceInfo(SourceFormat.GIF, 10, 10, frames=1_001),
            "max_frames",
        ),
        (
            replace(STILL, metadata_bytes=8 * 1024**2),
            replace(STILL, metadata_bytes=8 * 1024**2 + 1),
            "max_metadata_bytes",
        ),
    ],
)
def test_edges(allowed: SourceInfo, refused: SourceInfo, limit: str) -> None:
    LIMITS.check(allowed)
    with pytest.raises(LimitExceeded, match=limit) as caught:
        LIMITS.check(refused)
    assert caught.value.limit == limit


@pytest.mark.parametrize(
    ("options", "actual"),
    [
        ("w=5001,fit=contain", 5_001),
        ("w=50,h=12000,fit=squeeze", 12_000),
        ("w=6000,h=6000,fit=pad", 6_000),
        ("w=4000,dpr=2,fit=cover", 8_000),
    ],
)
def test_enlarging(options: str, actual: int) -> None:
    with pytest.raises(LimitExceeded) as caught:
        LIMITS.check_plan(make_plan(parse(options), STILL), STILL, frames=1)
    assert (caught.value.limit, caught.value.actual) == ("max_enlarged_side", actual)


@pytest.mark.parametrize("options", ["w=5000,fit=contain", "w=12000", "w=12000,fit=crop"])
def test_what_is_not_enlarged_too_much(options: str) -> None:
    LIMITS.check_plan(make_plan(parse(options), STILL), STILL, frames=1)


def test_a_large_original_is_not_enlarged() -> None:
    large = SourceInfo(SourceFormat.JPEG, 12_000, 8_000, orientation=6)
    LIMITS.check_plan(make_plan(parse(""), large), large, frames=1)


def test_an_enlarged_animation() -> None:
    info = SourceInfo(SourceFormat.GIF, 100, 100, frames=5)
    with pytest.raises(LimitExceeded, match="max_animation_pixels"):
        LIMITS.check_plan(make_plan(parse("w=5000,fit=contain"), info), info, frames=5)


@pytest.mark.parametrize(
    ("facts", "is_allowed"),
    [
        ({"samples": 6}, True),
        ({"samples": 12, "bits": 10}, True),
        ({"samples": 16, "has_alpha": True}, True),
        ({"samples": 10, "bits": 10, "has_alpha": True}, True),
        ({"samples": 16, "bits": 10, "has_alpha": True}, False),
    ],
    ids=["4:2:0", "4:4:4 in 10 bits", "4:4:4 with alpha", "4:2:0 in 10 bits with alpha", "all at once"],
)
def test_which_avif_of_100_megapixels_libheif_decodes(facts: dict[str, Any], is_allowed: bool) -> None:
    """Each was tried: the last one's 2.4 GB are over libheif's own 2 GiB."""
    info = SourceInfo(SourceFormat.AVIF, 12_000, 8_333, **facts)
    if is_allowed:
        LIMITS.check(info)
        return
    with pytest.raises(
        LimitExceeded, match=r"takes 2,399,904,000 bytes to decode; libheif allows 2,147,483,648"
    ):
        LIMITS.check(info)


def test_what_webp_cannot_hold() -> None:
    wide = SourceInfo(SourceFormat.PNG, 16_384, 100)
    plan = make_plan(parse(""), wide)
    LIMITS.check_plan(plan, wide, frames=1, output=OutputFormat.JPEG)
    with pytest.raises(LimitExceeded, match=r"16,384 pixels; at most 16,383 are possible \(max_webp_side\)"):
        LIMITS.check_plan(plan, wide, frames=1, output=OutputFormat.WEBP)


@pytest.mark.parametrize("limit", sorted(LIMIT_NAMES))
def test_every_limit_has_a_sentence(limit: str) -> None:
    assert str(LimitExceeded(limit, 2, 1)).endswith(f"({limit})")
