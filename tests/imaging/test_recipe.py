"""A recipe has a fingerprint that stands for all of it but the format."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from apps.imaging.recipe import Fit, FormatChoice, Metadata, OutputFormat, Recipe
from tests.imaging.recipes import recipes


def test_it_works() -> None:
    recipe = Recipe(width=400, fit=Fit.COVER)
    assert len(recipe.fingerprint) == 32
    assert set(recipe.fingerprint) <= set("0123456789abcdef")
    assert recipe.fingerprint == Recipe(width=400, fit=Fit.COVER).fingerprint
    # Stored renditions are found by it: it must not change from one release to the next.
    assert Recipe().fingerprint == "e3b0c44298fc1c149afbf4c8996fb924"
    assert recipe.fingerprint == "aeb94de921405ee459fb1310e647e8f6"


@given(recipes(), recipes())
def test_only_equal_recipes_share_a_fingerprint(one: Recipe, other: Recipe) -> None:
    is_same = replace(one, format=FormatChoice.AUTO) == replace(other, format=FormatChoice.AUTO)
    assert (one.fingerprint == other.fingerprint) is is_same


def test_the_format_is_a_key_of_its_own() -> None:
    assert Recipe(format=FormatChoice.WEBP).fingerprint == Recipe().fingerprint
    assert Recipe(metadata=Metadata.NONE).fingerprint != Recipe().fingerprint


def test_content_types() -> None:
    assert [output.content_type for output in OutputFormat] == [
        "image/jpeg",
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/avif",
        "application/json",
        "application/json",
        "image/gif",
        "image/svg+xml",
    ]
    extensions = ["jpg", "jpg", "png", "webp", "avif", "json", "json", "gif", "svg"]
    assert [output.extension for output in OutputFormat] == extensions
