"""The decision about a link: the access matrix of the wire contract as a truth table, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.images.decide import (
    Decision,
    Facts,
    ImageFacts,
    StoredRendition,
    VariantFacts,
    decide,
    list_fingerprints,
)
from apps.images.errors import (
    AccessDenied,
    FlexibleNotAllowed,
    LinkExpired,
    NoSuchImage,
    NoSuchVariant,
    OptionsOnPrivateImage,
    SignatureMalformed,
    SignatureMissing,
    SignatureWrong,
    UnknownAccount,
)
from apps.images.links import parse_link, write_link, write_signed_link
from apps.images.renderer import RENDER_LIMITS
from apps.imaging.errors import OptionsError
from apps.imaging.limits import LargeAnimation, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.hints import NO_HINTS, Hints, Topic
from apps.imaging.source import SourceFormat, SourceInfo

NOW = 1_700_000_000
PHOTO = SourceInfo(format=SourceFormat.JPEG, width=1080, height=720)
PUBLIC = ImageFacts(pk=7, version=3, is_private=False, storage_key="1/ab/abc", source=PHOTO)
PRIVATE = replace(PUBLIC, is_private=True)
VARIANT = VariantFacts(pk=5, options="width=400", is_public=False, browser_ttl_seconds=None)
FACTS = Facts(
    account_pk=1,
    is_flexible=True,
    browser_ttl_seconds=172_800,
    signing_keys=("key one", "key two"),
    image=PUBLIC,
    variant=VARIANT,
    renditions=(),
)


def ask(
    facts: Facts | None,
    target: str,
    *,
    accept: str = "",
    now: int = NOW,
    hints: Hints = NO_HINTS,
    limits: Limits = RENDER_LIMITS,
    finds_faces: bool = True,
) -> Decision:
    link = parse_link(target.encode())
    return decide(link, facts, accept=accept, now=now, hints=hints, limits=limits, finds_faces=finds_faces)


def plain(segment: str = "mobile") -> str:
    return write_link("hash", "id", segment)


def signed(segment: str = "mobile", key: str = "key one", expires_at: int | None = None) -> str:
    return write_signed_link("hash", "id", segment, key=key, expires_at=expires_at)


def test_it_works() -> None:
    decision = ask(FACTS, plain(), accept="image/avif,image/webp,*/*")
    assert decision.output is OutputFormat.AVIF
    assert decision.recipe.width == 400
    assert (decision.key.image_pk, decision.key.image_version) == (7, 3)
    assert decision.is_shared
    assert decision.max_age_seconds == 172_800
    assert decision.rendition is None


MATRIX = [
    # image, variant is public, segment, signed, refusal
    (PUBLIC, False, "mobile", False, None),
    (PUBLIC, False, "mobile", True, None),
    (PUBLIC, True, "mobile", False, None),
    (PUBLIC, False, "w=10", False, None),
    (PUBLIC, False, "w=10", True, None),
    (PRIVATE, False, "mobile", False, SignatureMissing),
    (PRIVATE, False, "mobile", True, None),
    (PRIVATE, True, "mobile", False, None),
    (PRIVATE, True, "mobile", True, None),
    (PRIVATE, None, "w=10", False, SignatureMissing),
    (PRIVATE, None, "w=10", True, OptionsOnPrivateImage),
]


@pytest.mark.parametrize(("image", "is_public", "segment", "is_signed", "refusal"), MATRIX)
def test_the_access_matrix(
    image: ImageFacts, is_public: bool | None, segment: str, is_signed: bool, refusal: type | None
) -> None:
    variant = None if is_public is None or "=" in segment else replace(VARIANT, is_public=is_public)
    facts = replace(FACTS, image=image, variant=variant)
    target = signed(segment) if is_signed else plain(segment)
    if refusal is None:
        assert ask(facts, target).image is image
    else:
        with pytest.raises(refusal):
            ask(facts, target)


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        (signed(key="another"), SignatureWrong),
        (signed().replace("mobile", "public"), SignatureWrong),
        (signed() + "&w=1", SignatureWrong),
        (signed().upper().replace("SIG=", "sig="), SignatureMalformed),
        (signed(expires_at=NOW - 1), LinkExpired),
        (signed(expires_at=NOW - 1).replace(str(NOW - 1), str(NOW + 9)), SignatureWrong),
    ],
)
def test_a_private_image_refuses(target: str, refusal: type[AccessDenied]) -> None:
    with pytest.raises(refusal):
        ask(replace(FACTS, image=PRIVATE), target)


def test_every_live_key_opens() -> None:
    assert ask(replace(FACTS, image=PRIVATE), signed(key="key two"))


def test_the_last_second_still_opens() -> None:
    assert ask(replace(FACTS, image=PRIVATE), signed(expires_at=NOW)).max_age_seconds == 0


def test_a_signed_answer_is_private_and_lives_no_longer_than_its_link() -> None:
    decision = ask(replace(FACTS, image=PRIVATE), signed(expires_at=NOW + 60))
    assert not decision.is_shared
    assert decision.max_age_seconds == 60


def test_a_signed_link_is_nobody_elses_even_to_a_public_image() -> None:
    assert not ask(FACTS, signed()).is_shared
    assert not ask(FACTS, f"{plain()}?sig=nonsense").is_shared
    assert ask(FACTS, f"{plain()}?utm_source=mail").is_shared


@pytest.mark.parametrize("is_flexible", [True, False])
def test_an_account_may_sign_options(is_flexible: bool) -> None:
    facts = replace(FACTS, image=PRIVATE, variant=None, is_flexible=is_flexible, has_signed_options=True)
    decision = ask(facts, signed("w=10"))
    assert (decision.recipe.width, decision.is_shared) == (10, False)
    with pytest.raises(SignatureMissing):
        ask(facts, plain("w=10"))
    with pytest.raises(SignatureWrong):
        ask(facts, signed("w=10").replace("w=10", "w=11"))


def test_signed_options_do_not_make_public_images_flexible() -> None:
    facts = replace(FACTS, variant=None, is_flexible=False, has_signed_options=True)
    for target in (plain("w=10"), signed("w=10")):
        with pytest.raises(FlexibleNotAllowed):
            ask(facts, target)


def test_bad_options_on_a_private_image_are_no_oracle() -> None:
    facts = replace(FACTS, image=PRIVATE, variant=None)
    with pytest.raises(SignatureMissing):
        ask(facts, plain("f=jpg"))
    with pytest.raises(OptionsError):
        ask(replace(facts, image=PUBLIC), plain("f=jpg"))


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(UnknownAccount):
        ask(None, plain())
    with pytest.raises(NoSuchImage):
        ask(replace(FACTS, image=None), plain())
    with pytest.raises(NoSuchVariant):
        ask(replace(FACTS, variant=None), plain())
    with pytest.raises(FlexibleNotAllowed):
        ask(replace(FACTS, is_flexible=False, variant=None), plain("w=10"))


def test_the_variants_ttl_wins() -> None:
    facts = replace(FACTS, variant=replace(VARIANT, browser_ttl_seconds=3600))
    assert ask(facts, plain()).max_age_seconds == 3600


def test_a_stored_rendition_of_the_right_format_is_found() -> None:
    recipe = parse(VARIANT.options).fingerprint
    quick = StoredRendition(OutputFormat.WEBP, Generation.QUICK, "k1", "d1", 10, recipe)
    small = StoredRendition(OutputFormat.WEBP, Generation.SMALL, "k2", "d2", 9, recipe)
    facts = replace(FACTS, renditions=(quick, small))
    assert ask(facts, plain(), accept="image/webp").rendition is small
    assert ask(replace(facts, renditions=(quick,)), plain(), accept="image/webp").rendition is quick
    assert ask(facts, plain(), accept="image/avif").rendition is None
    another = replace(small, fingerprint="f" * 32)
    assert ask(replace(facts, renditions=(another,)), plain(), accept="image/webp").rendition is None


def test_hints_settle_what_a_recipe_leaves_open() -> None:
    facts = replace(FACTS, variant=replace(VARIANT, options="slow-connection-quality=30,width=auto"))
    told = ask(facts, plain(), hints=Hints(viewport_width=400, dpr=2, is_slow=True))
    assert told.recipe == Recipe(width=960, quality=30)
    assert told.key.fingerprint == Recipe(width=960, quality=30).fingerprint
    assert told.hinted_by == (Topic.SCREEN, Topic.CONNECTION)
    assert ask(facts, plain()).recipe == Recipe(width=1200)
    assert ask(facts, plain(), hints=Hints(is_mobile=True)).recipe == Recipe(width=768)


def test_what_hints_decide_is_no_shared_caches_to_keep() -> None:
    decision = ask(FACTS, f"{plain('w=auto')}?exp=5")
    assert not decision.is_shared
    assert decision.max_age_seconds == 172_800, "an expiry nobody signed is none"
    assert ask(FACTS, plain("w=40"), hints=Hints(viewport_width=400)).is_shared


def test_renditions_are_looked_for_under_every_recipe_hints_can_make() -> None:
    facts = replace(FACTS, variant=None)
    for segment in ("w=auto", "w=auto,scq=30,wbreakpoints=100;200", "scq=9"):
        known = list_fingerprints(segment)
        for hints in (Hints(), Hints(is_mobile=True), Hints(150), Hints(9000), Hints(1, is_slow=True)):
            assert ask(facts, plain(segment), hints=hints).key.fingerprint in known
    assert list_fingerprints("w=40") == (Recipe(width=40).fingerprint,)


def test_who_finds_no_faces_has_keys_of_its_own() -> None:
    segment = "w=auto,h=9,fit=cover,g=face,zoom=0.5,draw.1.text=a,draw.1.gravity=face"
    with_faces, without = (ask(FACTS, plain(segment), finds_faces=finds) for finds in (True, False))
    assert without.recipe == parse("w=1200,h=9,fit=cover,g=auto,draw.1.text=a,draw.1.gravity=auto")
    assert without.asked == with_faces.recipe
    assert without.key.fingerprint == without.recipe.fingerprint != with_faces.key.fingerprint
    assert {without.key.fingerprint, with_faces.key.fingerprint} <= set(list_fingerprints(segment))
    assert len(list_fingerprints("w=9,g=face")) == 2
    assert ask(FACTS, plain("w=9,zoom=1"), finds_faces=False).recipe == parse("w=9,zoom=1")


def test_the_format_is_chosen_under_the_renderers_limits() -> None:
    large = SourceInfo(SourceFormat.GIF, 1_000, 1_000, frames=51, has_alpha=True)
    facts = replace(FACTS, image=replace(PUBLIC, source=large))
    assert ask(facts, plain("w=10"), accept="image/webp").output is OutputFormat.GIF
    limits = replace(RENDER_LIMITS, large_animation=LargeAnimation.FIRST_FRAME)
    assert ask(facts, plain("w=10"), accept="image/webp", limits=limits).output is OutputFormat.WEBP


def test_the_key_tells_recipes_versions_and_formats_apart() -> None:
    keys = {
        ask(FACTS, plain("w=10")).key,
        ask(FACTS, plain("w=11")).key,
        ask(FACTS, plain("w=10"), accept="image/webp").key,
        ask(replace(FACTS, image=replace(PUBLIC, version=4)), plain("w=10")).key,
    }
    assert len(keys) == 4
    assert ask(FACTS, plain("w=10,h=20")).key == ask(FACTS, plain("height=20,width=10")).key
