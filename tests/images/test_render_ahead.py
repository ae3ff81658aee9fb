"""Variants marked so are rendered before anyone asks, by the worker, in every format browsers accept."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.decide import decide
from apps.images.links import parse_link, write_link
from apps.images.lookup import look_up
from apps.images.models import Rendition
from apps.images.renderer import RENDER_LIMITS
from apps.images.renderer import finds_faces as renderer_finds_faces
from apps.images.services import delete_image, upload_image
from apps.images.services.render_ahead import RENDER_AHEAD
from apps.images.sources import read_focal_points
from apps.images.storage import originals, renditions
from apps.imaging.mezzanine import FINGERPRINT
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.recipe.gravity import SOUGHT, Seek
from apps.imaging.renderer.abilities import note_abilities
from apps.imaging.renderer.patience import longest_wait
from apps.outbox.models import Job, JobState
from apps.outbox.registry import find_kind
from apps.outbox.services import run_due_jobs
from apps.variants.services import create_variant, delete_variant
from tests.images.conftest import jpeg
from tests.pictures import huge_webp
from tests.renderer.running import RunningRenderer

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, stores: Path) -> None:
    recipe = Recipe(width=64, height=64, fit=Fit.COVER)
    create_variant(account=orchard, name="square", options=recipe, is_rendered_ahead=True, actor=SYSTEM)
    image = upload_image(account=orchard, file=io.BytesIO(jpeg(200, 100)), actor=SYSTEM)
    assert not Rendition.objects.exists(), "an upload never waits for renditions"
    run_due_jobs()
    made = Rendition.objects.filter(image=image)
    assert {rendition.format for rendition in made} == {"avif", "webp", "jpeg"}
    assert {(rendition.width, rendition.height) for rendition in made} == {(64, 64)}
    assert {rendition.generation for rendition in made} == {"small"}


def test_a_job_s_lease_outlasts_the_slowest_render() -> None:
    """One that tries both of the renderer's lanes; and a lost worker's task comes back after its lease."""
    lease = find_kind(RENDER_AHEAD).lease_seconds
    slowest = longest_wait(total_seconds=settings.RENDER_SECONDS, heavy_seconds=settings.HEAVY_RENDER_SECONDS)
    assert lease >= slowest + 20
    most_allowed = longest_wait(total_seconds=55, heavy_seconds=55)  # by images_platform.env
    returns_after = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert returns_after > most_allowed + lease - slowest


def test_where_the_subject_is_is_kept(orchard: Account, stores: Path) -> None:
    recipe = Recipe(width=64, height=64, fit=Fit.COVER, gravity=SOUGHT["face"])
    create_variant(account=orchard, name="square", options=recipe, is_rendered_ahead=True, actor=SYSTEM)
    image = upload_image(account=orchard, file=io.BytesIO(jpeg(200, 100)), actor=SYSTEM)
    run_due_jobs()
    image.refresh_from_db()
    assert read_focal_points(image.focal_points).find(Seek.FACE)


@pytest.mark.parametrize("finds_faces", [False, True])
def test_it_is_kept_under_the_key_that_links_will_ask_for(
    orchard: Account, stores: Path, settings: Any, finds_faces: bool
) -> None:
    with TemporaryDirectory(prefix="renderer-") as folder:  # pytest's own paths are too long for a socket's
        door = Path(folder) / "socket"
        door.symlink_to(settings.RENDERER_SOCKET)
        note_abilities(door, finds_faces=finds_faces)
        settings.RENDERER_SOCKET = str(door)
        options = {"width": 9, "height": 9, "fit": "cover", "gravity": "face", "format": "png"}
        variant = create_variant(
            account=orchard, name="w", options=options, is_rendered_ahead=True, actor=SYSTEM
        )
        image = upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
        run_due_jobs()
        link = parse_link(write_link(orchard.hash, image.public_id, "w").encode())
        facts = look_up(link, settings.FIELD_KEYS)
        decision = decide(
            link, facts, accept="", now=0, limits=RENDER_LIMITS, finds_faces=renderer_finds_faces()
        )
    assert decision.rendition is not None
    assert decision.rendition.storage_key == Rendition.objects.get().storage_key
    assert (decision.recipe == variant.recipe) is finds_faces


def test_a_job_may_be_delivered_twice(orchard: Account, stores: Path) -> None:
    create_variant(account=orchard, name="w", options=Recipe(width=9), is_rendered_ahead=True, actor=SYSTEM)
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    run_due_jobs()
    before = set(Rendition.objects.values_list("storage_key", flat=True))
    originals().delete(image.storage_key)  # whoever rendered again would miss it
    Job.objects.update(state=JobState.PENDING, next_at=timezone.now())
    run_due_jobs()
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert set(Rendition.objects.values_list("storage_key", flat=True)) == before


def test_a_variant_that_went_leaves_nothing_to_do(orchard: Account, stores: Path) -> None:
    variant = create_variant(
        account=orchard, name="w", options=Recipe(width=9), is_rendered_ahead=True, actor=SYSTEM
    )
    upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    delete_variant(variant=variant, actor=SYSTEM)
    run_due_jobs()
    assert not Rendition.objects.exists()
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_what_leaves_its_width_to_the_screen_is_made_for_a_desktop_and_a_phone(
    orchard: Account, stores: Path
) -> None:
    options = {"width": "auto", "wmobile": 9, "wdesktop": 30, "format": "webp"}
    variant = create_variant(account=orchard, name="w", options=options, is_rendered_ahead=True, actor=SYSTEM)
    upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    run_due_jobs()
    assert {rendition.width for rendition in Rendition.objects.all()} == {9, 30}
    assert {rendition.fingerprint for rendition in Rendition.objects.all()} <= set(variant.fingerprints)


def test_what_is_drawn_is_there_ahead_too(orchard: Account, stores: Path) -> None:
    logo = upload_image(account=orchard, file=io.BytesIO(jpeg(8, 8, "red")), image_id="logo", actor=SYSTEM)
    options = {"format": "png", "draw": [{"image": "logo", "left": 0, "top": 0}]}
    create_variant(account=orchard, name="w", options=options, is_rendered_ahead=True, actor=SYSTEM)
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    run_due_jobs()
    made = Rendition.objects.get(image=image)
    assert made.overlays == f"{logo.pk}.1"
    with renditions().open(made.storage_key) as file, Picture.open(file) as picture:
        red, _, blue = picture.convert("RGB").getpixel((4, 4))  # type: ignore[misc]  # it is RGB
    assert (red > 200, blue < 50) == (True, True)


def test_what_would_take_too_long_is_left_to_who_asks(orchard: Account, stores: Path) -> None:
    create_variant(account=orchard, name="w", options={"format": "png"}, is_rendered_ahead=True, actor=SYSTEM)
    upload_image(account=orchard, file=io.BytesIO(huge_webp(10_000)), actor=SYSTEM)
    run_due_jobs()
    assert not Rendition.objects.exclude(fingerprint=FINGERPRINT).exists()
    assert not Job.objects.filter(kind=RENDER_AHEAD).exclude(state=JobState.DONE).exists()


def test_a_mezzanine_that_this_host_cannot_make_is_not_waited_for(
    orchard: Account, stores: Path, settings: Any
) -> None:
    create_variant(account=orchard, name="w", options=Recipe(width=9), is_rendered_ahead=True, actor=SYSTEM)
    upload_image(account=orchard, file=io.BytesIO(huge_webp(10_000)), actor=SYSTEM)
    with TemporaryDirectory(prefix="renderer-") as folder:
        renderer = RunningRenderer(Path(folder) / "socket", "--memory", "360")  # of which it takes most
        try:
            settings.RENDERER_SOCKET = str(renderer.wait_until_ready().socket_path)
            for _ in range(6):  # more often than a job is tried
                Job.objects.filter(state=JobState.PENDING).update(next_at=timezone.now())
                run_due_jobs()
        finally:
            renderer.stop()
    assert not Rendition.objects.exists()
    assert not Job.objects.exclude(state=JobState.DONE).exists(), "nor is its description"


def test_an_overlay_that_went_leaves_nothing_to_do(orchard: Account, stores: Path) -> None:
    logo = upload_image(account=orchard, file=io.BytesIO(jpeg()), image_id="logo", actor=SYSTEM)
    options = {"draw": [{"image": "logo"}]}
    create_variant(account=orchard, name="w", options=options, is_rendered_ahead=True, actor=SYSTEM)
    upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    delete_image(image=logo, actor=SYSTEM)
    run_due_jobs()
    assert not Rendition.objects.exists()
    assert not Job.objects.filter(kind=RENDER_AHEAD).exclude(state=JobState.DONE).exists()
