"""What somebody chose is kept by every cut around a subject, from the next request on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.services import PURGE
from apps.images.models import Image, Rendition
from apps.images.services import edit_image, replace_original, restore_original, upload_image
from apps.images.services.focus import keep_focal_points
from apps.images.sources import read_focal_points
from apps.images.storage import renditions
from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.recipe.gravity import SOUGHT
from apps.outbox.models import Job
from apps.outbox.services import run_due_jobs
from apps.variants.services import create_variant
from tests import pictures
from tests.images.conftest import jpeg
from tests.imaging.looking import colour, is_near

pytestmark = pytest.mark.django_db

LEFT, RIGHT = Area(500, 5000), Area(9500, 5000)
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(params=["auto", "face"])
def flag(request: pytest.FixtureRequest, orchard: Account, stores: Path) -> Image:
    """A picture, red on the left and blue on the right, that a variant cuts to a square."""
    recipe = Recipe(width=20, height=20, fit=Fit.COVER, gravity=SOUGHT[request.param])
    create_variant(account=orchard, name="square", options=recipe, is_rendered_ahead=True, actor=SYSTEM)
    picture = Picture.new("RGB", (200, 20), "red")
    picture.paste("blue", (100, 0, 200, 20))
    file = io.BytesIO(pictures.encode(picture, "PNG"))
    return upload_image(account=orchard, file=file, actor=SYSTEM)


def choose(image: Image, point: Area | None) -> Image:
    changed, purge = edit_image(image=image, focal_point=point, actor=SYSTEM)
    assert purge == "done"
    return changed


def cut(image: Image) -> tuple[int, int, int]:
    """Return the colour in the middle of the square as it is made now."""
    run_due_jobs()
    image.refresh_from_db()
    made = Rendition.objects.get(image=image, image_version=image.version, format="webp")
    with renditions().open(made.storage_key) as file, Picture.open(file) as picture:
        return colour(picture.convert("RGB"), (10, 10))


def test_it_works(flag: Image) -> None:
    assert choose(flag, RIGHT).version == 2
    assert is_near(cut(flag), BLUE)
    assert choose(flag, LEFT).version == 3
    assert is_near(cut(flag), RED)
    assert read_focal_points(flag.focal_points).chosen == LEFT
    assert choose(flag, None).version == 4
    cut(flag)
    assert read_focal_points(flag.focal_points).eye is not None, "renders look for themselves again"


def test_it_is_purged_and_written_down_once(photo: Image) -> None:
    choose(photo, LEFT)
    assert choose(photo, LEFT).version == 2
    assert Job.objects.filter(kind=PURGE).count() == 1
    [event] = AuditEvent.objects.filter(action="image.focal_point_changed")
    assert event.detail == {"was": None, "is": "500x5000"}


def test_access_and_point_can_change_at_once(photo: Image) -> None:
    changed, purge = edit_image(image=photo, is_private=True, focal_point=LEFT, alt_text="x", actor=SYSTEM)
    assert (changed.version, changed.is_private, changed.alt_text, purge) == (3, True, "x", "done")


def test_what_renders_find_stands_beside_it(photo: Image) -> None:
    keep_focal_points(image_pk=photo.pk, image_version=1, found=FocalPoints(RIGHT))
    choose(photo, LEFT)
    keep_focal_points(image_pk=photo.pk, image_version=2, found=FocalPoints(faces=()))
    photo.refresh_from_db()
    assert read_focal_points(photo.focal_points) == FocalPoints(RIGHT, (), LEFT)


def test_other_bytes_have_none_and_the_old_ones_theirs(photo: Image) -> None:
    choose(photo, LEFT)
    replaced, _ = replace_original(image=photo, file=io.BytesIO(jpeg(60, 40)), actor=SYSTEM)
    assert replaced.focal_points == ""
    restored, _ = restore_original(image=photo, version=1, actor=SYSTEM)
    assert read_focal_points(restored.focal_points).chosen == LEFT


def test_it_may_come_with_the_upload(orchard: Account, stores: Path) -> None:
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), focal_point=LEFT, actor=SYSTEM)
    image.refresh_from_db()
    assert (image.version, read_focal_points(image.focal_points)) == (1, FocalPoints(chosen=LEFT))
