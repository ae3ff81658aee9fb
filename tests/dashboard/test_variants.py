"""Variants: the list, making one, deleting one."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.dashboard.forms import FIT_WORDS
from apps.images.models import Image
from apps.imaging.recipe import Fit
from apps.variants.models import Variant
from apps.variants.services import create_variant

pytestmark = pytest.mark.django_db
FORM = {"name": "square", "width": "400", "height": "300", "fit": "cover", "quality": ""}


@pytest.fixture
def path(orchard: Account) -> str:
    return f"/{orchard.public_id}/variants"


def test_it_works(olive_client: Client, path: str, orchard: Account) -> None:
    asked = FORM | {"quality": "70", "is_public": "on", "is_rendered_ahead": "on"}
    asked |= {"avif_deadline_ms": "500"}
    page = olive_client.post(f"{path}/new", asked, follow=True)
    assert page.redirect_chain == [(path, 302)]
    assert "Variant square is ready" in page.content.decode()
    assert "400 × 300" in page.content.decode()
    variant = Variant.objects.in_account(orchard).get(name="square")
    assert (variant.recipe.width, variant.recipe.fit, variant.recipe.quality) == (400, Fit.COVER, 70)
    assert variant.is_public
    assert variant.is_rendered_ahead
    assert variant.avif_deadline_ms == 500
    assert AuditEvent.objects.get(action="variant.created", object_id="square").user is not None


def test_every_fit_can_be_chosen() -> None:
    assert set(FIT_WORDS) == set(Fit)


def test_one_side_is_enough(olive_client: Client, path: str) -> None:
    page = olive_client.post(f"{path}/new", FORM | {"height": ""}, follow=True)
    assert "400 wide" in page.content.decode()


def test_more_options_than_fields(olive_client: Client, path: str, orchard: Account, photo: Image) -> None:
    more = f"draw.image={photo.public_id},draw.width=0.2,blur=2,fit=pad"
    asked = FORM | {"width": "", "height": "", "more": more}
    page = olive_client.post(f"{path}/new", asked, follow=True).content.decode()
    recipe = Variant.objects.in_account(orchard).get(name="square").recipe
    assert recipe.drawn_images == (photo.public_id,)
    assert (recipe.blur, recipe.fit) == (2, Fit.COVER), "what has a field of its own comes from there"
    assert f"draw.1.image={photo.public_id}, draw.1.width=0.2" in page


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"name": ""}, 422, "This field is required."),
        ({"width": "", "height": ""}, 422, "Give a width, a height, or both."),
        ({"width": "many"}, 422, "Enter a whole number."),
        ({"fit": "stretch"}, 422, "Select a valid choice."),
        ({"name": "no good"}, 400, "This name cannot be used"),
        ({"name": "public"}, 409, "already has a variant with this name"),
        ({"width": "12001"}, 400, "These options do not work"),
        ({"width": "0"}, 400, "These options do not work"),
        ({"quality": "101"}, 400, "These options do not work"),
        ({"more": "blur=1000"}, 422, "blur must be between 0 and 250."),
        ({"more": "blur=5,wdth=5"}, 422, "wdth=5 is not an option."),
        ({"more": "blur=much"}, 422, "blur=much is not an option."),
        ({"more": "draw.image=logo"}, 400, "there is no image with the id &#x27;logo&#x27; to draw"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_said_and_kept_in_the_form(
    changed: dict[str, str], status: int, words: str, olive_client: Client, path: str, orchard: Account
) -> None:
    page = olive_client.post(f"{path}/new", FORM | changed)
    assert page.status_code == status
    assert words in page.content.decode()
    assert 'value="300"' in page.content.decode() or "height" in changed
    assert Variant.objects.in_account(orchard).count() == 1


def test_deleting_asks_first_and_then_does(olive_client: Client, path: str, orchard: Account) -> None:
    create_variant(account=orchard, name="square", options={"width": 9}, actor=SYSTEM)
    delete = f"/{orchard.public_id}/delete-variant/square"
    assert "Every link that ends in its name" in olive_client.get(delete).content.decode()
    page = olive_client.post(delete, follow=True)
    assert page.redirect_chain == [(path, 302)]
    assert "Variant square is deleted." in page.content.decode()
    assert olive_client.post(delete).status_code == 404


def test_public_stays(olive_client: Client, orchard: Account) -> None:
    page = olive_client.post(f"/{orchard.public_id}/delete-variant/public", follow=True)
    assert "cannot be deleted" in page.content.decode()
    assert Variant.objects.in_account(orchard).filter(name="public").exists()


def test_options_beyond_the_form_are_shown(olive_client: Client, path: str, orchard: Account) -> None:
    create_variant(account=orchard, name="soft", options={"width": 9, "blur": 20}, actor=SYSTEM)
    assert "blur=20" in olive_client.get(path).content.decode()
