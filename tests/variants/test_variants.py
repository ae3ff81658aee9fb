"""Variants: made, edited and deleted, with their version, their purge and their audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.keys import variant_key
from apps.cdn.services import PURGE
from apps.imaging.errors import OptionsError
from apps.imaging.recipe import Fit, Recipe
from apps.outbox.models import Job
from apps.variants.errors import (
    BadBrowserTtl,
    BadVariantName,
    TooManyVariants,
    VariantExists,
    VariantNotFound,
    VariantProtected,
    VariantsError,
)
from apps.variants.models import Variant
from apps.variants.services import (
    MAX_VARIANTS,
    create_variant,
    delete_variant,
    edit_variant,
    set_delivery_policy,
)
from tests.together import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def thumb(orchard: Account) -> Variant:
    return create_variant(account=orchard, name="thumb", options={"width": 200, "fit": "cover"}, actor=SYSTEM)


def purged_keys() -> list[list[str]]:
    return [job.payload["keys"] for job in Job.objects.filter(kind=PURGE).order_by("pk")]


def test_it_works(thumb: Variant, orchard: Account) -> None:
    kept = Variant.objects.in_account(orchard).get(name="thumb")
    assert kept.recipe == Recipe(width=200, fit=Fit.COVER)
    assert kept.fingerprints == [kept.recipe.fingerprint]
    assert (kept.version, kept.is_public, kept.is_rendered_ahead) == (1, False, False)
    assert kept.browser_ttl_seconds is None
    event = AuditEvent.objects.get(action="variant.created", object_id="thumb")
    assert event.detail["options"] == kept.options
    assert purged_keys() == [], "no cache knows it yet"


def test_a_recipe_does_as_well(orchard: Account) -> None:
    recipe = Recipe(width=200, fit=Fit.COVER)
    made = create_variant(
        account=orchard,
        name="x" * 99,
        options=recipe,
        is_public=True,
        is_rendered_ahead=True,
        browser_ttl_seconds=3600,
        actor=SYSTEM,
    )
    made.refresh_from_db()
    assert made.recipe == recipe
    assert (made.is_public, made.is_rendered_ahead, made.browser_ttl_seconds) == (True, True, 3600)
    assert list(Variant.objects.in_account(orchard).rendered_ahead()) == [made]


def test_the_seeded_one(orchard: Account) -> None:
    public = Variant.objects.get(account=orchard)
    assert (public.name, public.recipe.width, public.recipe.height) == ("public", 1366, 768)
    assert public.recipe.fit == Fit.SCALE_DOWN


@pytest.mark.parametrize(
    "name", ["", "a-b", "a_b", "a b", "a/b", "x" * 100, "\u00fc", "\u0664", "a\n", "a\x00", "width=1"]
)
def test_bad_names_are_told_the_rule(orchard: Account, name: str) -> None:
    with pytest.raises(BadVariantName, match="99 ASCII letters and digits"):
        create_variant(account=orchard, name=name, options={"width": 1}, actor=SYSTEM)


def test_an_account_may_have_extended_names(orchard: Account) -> None:
    set_delivery_policy(account=orchard, has_extended_names=True, actor=SYSTEM)
    for name in ("a-b", "a_b", "-", "_" * 99):
        create_variant(account=orchard, name=name, options={"width": 1}, actor=SYSTEM)
    for name in ("", "a b", "a=b", "a.b", "a/b", "a\n", "\u00fc", "-" * 100):
        with pytest.raises(BadVariantName, match=r"99 ASCII letters, digits, hyphens and underscores$"):
            create_variant(account=orchard, name=name, options={"width": 1}, actor=SYSTEM)
    set_delivery_policy(account=orchard, has_extended_names=False, actor=SYSTEM)
    kept = Variant.objects.get(account=orchard, name="a-b")
    assert edit_variant(variant=kept, options={"width": 2}, actor=SYSTEM)[0].recipe.width == 2


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"wdth": 1}, "wdth"),
        ({"width": -1}, "width"),
        ({"width": True}, "width"),
        ({"fit": "stretch"}, "fit"),
    ],
)
def test_bad_options_are_named(
    orchard: Account, thumb: Variant, options: Mapping[str, Any], named: str
) -> None:
    with pytest.raises(OptionsError, match=named):
        create_variant(account=orchard, name="x", options=options, actor=SYSTEM)
    with pytest.raises(OptionsError, match=named):
        edit_variant(variant=thumb, options=options, actor=SYSTEM)
    thumb.refresh_from_db()
    assert thumb.version == 1


def test_a_taken_name(orchard: Account, elsewhere: Account, thumb: Variant) -> None:
    with pytest.raises(VariantExists, match="thumb"):
        create_variant(account=orchard, name="thumb", options={"width": 1}, actor=SYSTEM)
    assert create_variant(account=elsewhere, name="thumb", options={"width": 1}, actor=SYSTEM)
    assert create_variant(account=orchard, name="Thumb", options={"width": 1}, actor=SYSTEM)


@pytest.mark.parametrize("seconds", [0, 3599, 31_536_001])
def test_a_lifetime_out_of_range(orchard: Account, thumb: Variant, seconds: int) -> None:
    with pytest.raises(BadBrowserTtl, match="3600"):
        create_variant(
            account=orchard, name="x", options={"width": 1}, browser_ttl_seconds=seconds, actor=SYSTEM
        )
    with pytest.raises(BadBrowserTtl):
        edit_variant(variant=thumb, browser_ttl_seconds=seconds, actor=SYSTEM)


def fill(account: Account, count: int) -> None:
    for number in range(count):
        create_variant(account=account, name=f"v{number}", options={"width": 1}, actor=SYSTEM)


def test_a_hundred_are_enough(orchard: Account) -> None:
    fill(orchard, MAX_VARIANTS - 1)
    with pytest.raises(TooManyVariants, match="100"):
        create_variant(account=orchard, name="x", options={"width": 1}, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_are_enough_for_many_at_once(orchard: Account) -> None:
    fill(orchard, MAX_VARIANTS - 3)
    outcomes = run_together(
        *[
            lambda number=number: create_variant(
                account=orchard, name=f"x{number}", options={"width": 1}, actor=SYSTEM
            )
            for number in range(8)
        ]
    )
    assert sum(isinstance(outcome, Variant) for outcome in outcomes) == 2
    assert sum(isinstance(outcome, TooManyVariants) for outcome in outcomes) == 6
    assert Variant.objects.in_account(orchard).count() == MAX_VARIANTS


@pytest.mark.django_db(transaction=True)
def test_one_name_for_many_at_once(orchard: Account) -> None:
    outcomes = run_together(
        *[lambda: create_variant(account=orchard, name="x", options={"width": 1}, actor=SYSTEM)] * 8
    )
    assert sum(isinstance(outcome, Variant) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VariantExists) for outcome in outcomes) == 7


def test_edit(thumb: Variant) -> None:
    edited, purge = edit_variant(
        variant=thumb, options={"width": 50}, is_public=True, browser_ttl_seconds=7200, actor=SYSTEM
    )
    assert purge == "done"
    edited.refresh_from_db()
    assert edited.recipe == Recipe(width=50)
    assert edited.fingerprints == [edited.recipe.fingerprint] != thumb.fingerprints
    assert (edited.version, edited.is_public, edited.browser_ttl_seconds) == (2, True, 7200)
    assert purged_keys() == [[variant_key(thumb.pk)]]
    assert AuditEvent.objects.filter(action="variant.edited", object_id="thumb").exists()


def test_what_is_not_given_is_left(thumb: Variant) -> None:
    edit_variant(variant=thumb, is_public=True, browser_ttl_seconds=7200, actor=SYSTEM)
    edited, _ = edit_variant(variant=thumb, options={"width": 50}, actor=SYSTEM)
    assert (edited.is_public, edited.browser_ttl_seconds) == (True, 7200)
    edited, _ = edit_variant(variant=thumb, browser_ttl_seconds=None, actor=SYSTEM)
    assert (edited.is_public, edited.browser_ttl_seconds) == (True, None)
    edited, _ = edit_variant(variant=thumb, is_public=False, is_rendered_ahead=True, actor=SYSTEM)
    assert (edited.is_public, edited.is_rendered_ahead, edited.version) == (False, True, 5)
    edit_variant(variant=thumb, avif_deadline_ms=500, actor=SYSTEM)
    edited, _ = edit_variant(variant=thumb, is_public=True, actor=SYSTEM)
    assert edited.avif_deadline_ms == 500
    edited, _ = edit_variant(variant=thumb, avif_deadline_ms=None, actor=SYSTEM)
    assert edited.avif_deadline_ms is None


def test_no_change_is_no_change(thumb: Variant) -> None:
    same, purge = edit_variant(variant=thumb, options={"fit": "cover", "width": 200}, actor=SYSTEM)
    assert (same.version, purge, purged_keys()) == (1, "done", [])


@pytest.mark.django_db(transaction=True)
def test_edits_at_once_are_both_counted(thumb: Variant) -> None:
    run_together(
        lambda: edit_variant(variant=thumb, options={"width": 1}, actor=SYSTEM),
        lambda: edit_variant(variant=thumb, is_public=True, actor=SYSTEM),
    )
    thumb.refresh_from_db()
    assert (thumb.version, thumb.recipe.width, thumb.is_public) == (3, 1, True)


def test_delete(thumb: Variant) -> None:
    key = variant_key(thumb.pk)
    assert delete_variant(variant=thumb, actor=SYSTEM) == "done"
    assert not Variant.objects.filter(name="thumb").exists()
    assert purged_keys() == [[key]]
    assert AuditEvent.objects.filter(action="variant.deleted", object_id="thumb").exists()


def test_what_is_gone_is_not_found(orchard: Account, thumb: Variant) -> None:
    gone = Variant.objects.get(pk=thumb.pk)
    delete_variant(variant=thumb, actor=SYSTEM)
    with pytest.raises(VariantNotFound):
        delete_variant(variant=gone, actor=SYSTEM)
    with pytest.raises(VariantNotFound):
        edit_variant(variant=gone, is_public=True, actor=SYSTEM)


def test_public_stays(orchard: Account) -> None:
    public = Variant.objects.get(account=orchard)
    with pytest.raises(VariantProtected, match="public"):
        delete_variant(variant=public, actor=SYSTEM)
    edited, _ = edit_variant(variant=public, options={"width": 5}, actor=SYSTEM)
    assert edited.recipe.width == 5


def test_every_refusal_can_be_shown() -> None:
    for error in (
        VariantNotFound(), VariantExists("x"), BadVariantName(99, is_extended=False), BadBrowserTtl(1, 2),
        TooManyVariants(1), VariantProtected("x"),
    ):  # fmt: skip
        assert isinstance(error, VariantsError)
        assert str(error)
