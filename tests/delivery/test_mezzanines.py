"""Large originals through delivery: made from the mezzanine, the same bytes whoever came first."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.mezzanine import mezzanine_key
from apps.images.models import Image, Rendition
from apps.images.services import delete_image, replace_original, set_access
from apps.images.services.deletion import retire_stale_renditions
from apps.images.services.mezzanines import RENDER_MEZZANINE
from apps.images.services.render_ahead import RENDER_AHEAD
from apps.images.sources import read_focal_points
from apps.images.storage import originals, renditions
from apps.imaging.geometry.focus import UNKNOWN
from apps.imaging.mezzanine import FINGERPRINT
from apps.imaging.recipe.gravity import Seek
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs
from apps.variants.models import Variant
from apps.variants.services import create_variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import CountingRenderer, link, upload
from tests.pictures import draw_photo, encode

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = (4000, 2600)
BROWSERS = ("image/avif,image/webp", "image/webp", "")


@cache
def draw_large(seed: int = 0) -> bytes:
    picture = draw_photo(1000, 650).resize(SIZE, PillowImage.Resampling.BICUBIC)
    return encode(picture.rotate(180) if seed else picture, "JPEG", quality=90)


@pytest.fixture
def large(transactional_db: None, orchard: Account, stores: Path, flexible: None) -> Image:
    return upload(orchard, draw_large())


def mezzanines() -> list[Rendition]:
    return list(Rendition.objects.filter(fingerprint=FINGERPRINT))


def test_it_works(delivery: DeliveryClient, large: Image, renderer: CountingRenderer) -> None:
    run_due_jobs()
    (made,) = mezzanines()
    assert (made.width, made.height) == (2560, 1664)
    answer = delivery.get(link(large, "w=500"))
    assert PillowImage.open(io.BytesIO(answer.body)).size == (500, 325)
    assert [each["stands_for"] for each in renderer.told] == [SIZE]
    Path(originals().path(large.storage_key)).unlink()
    assert delivery.get(link(large, "w=501")).status == 200, "the original is not even opened"
    assert delivery.get(link(large, "w=3000")).status == 502


def test_the_first_miss_makes_it_once(
    delivery: DeliveryClient, large: Image, renderer: CountingRenderer
) -> None:
    answers = delivery.get_all([link(large, f"w={width}") for width in range(300, 310)])
    assert {answer.status for answer in answers} == {200}
    told = [each["stands_for"] for each in renderer.told]
    assert sorted(told, key=str) == sorted([None] + [SIZE] * 10, key=str)
    assert len(mezzanines()) == 1
    run_due_jobs()
    assert len(mezzanines()) == 1
    assert Job.objects.get(kind=RENDER_MEZZANINE).state == JobState.DONE


@pytest.mark.parametrize("accept", BROWSERS)
def test_the_bytes_are_the_same_whoever_came_first(
    delivery: DeliveryClient, large: Image, accept: str
) -> None:
    """Made by the worker beforehand, by the first miss, or anew after the whole store was lost."""

    def ask() -> list[str]:
        targets = [link(large, options) for options in ("w=400", "w=300,h=300,fit=cover,g=auto", "w=2000")]
        answers = [delivery.get(target, accept=accept) for target in targets]
        assert {answer.status for answer in answers} == {200}
        return [hashlib.sha256(answer.body).hexdigest() for answer in answers]

    first = ask()
    for rendition in Rendition.objects.all():
        renditions().delete(rendition.storage_key)
    assert ask() == first
    Rendition.objects.all().delete()
    run_due_jobs()
    assert mezzanines()
    assert ask() == first


def test_the_subject_is_looked_for_in_the_original_and_kept(
    delivery: DeliveryClient, large: Image, renderer: CountingRenderer
) -> None:
    run_due_jobs()
    for width in (300, 301):
        assert delivery.get(link(large, f"w={width},h=300,fit=cover,g=face")).status == 200
    large.refresh_from_db()
    found = read_focal_points(large.focal_points)
    assert found.find(Seek.FACE)
    told = [(each["stands_for"], each["known"]) for each in renderer.told]
    assert told == [(None, UNKNOWN), (SIZE, found), (SIZE, found)]


def test_a_mezzanine_whose_file_is_lost_is_made_anew(delivery: DeliveryClient, large: Image) -> None:
    run_due_jobs()
    (lost,) = mezzanines()
    Path(renditions().path(lost.storage_key)).unlink()
    assert delivery.get(link(large, "w=400")).status == 200
    (made,) = mezzanines()
    assert (made.storage_key != lost.storage_key, made.digest == lost.digest) == (True, True)


def test_ahead_is_made_from_it_too(orchard: Account, stores: Path, transactional_db: None) -> None:
    options = {"width": 300, "height": 300, "fit": "cover", "gravity": "auto"}
    create_variant(account=orchard, name="w", options=options, is_rendered_ahead=True, actor=SYSTEM)
    large = upload(orchard, draw_large())
    run_due_jobs()
    large.refresh_from_db()
    assert read_focal_points(large.focal_points).find(Seek.AUTO)
    assert Rendition.objects.filter(image=large).count() == 4
    first = dict(Rendition.objects.values_list("format", "digest"))
    Rendition.objects.all().delete()
    Job.objects.filter(kind=RENDER_AHEAD).update(state=JobState.PENDING, next_at=large.created_at)
    run_due_jobs()  # the first makes it, and renders in its next lease; the others find it there
    assert Rendition.objects.filter(fingerprint=FINGERPRINT).count() == 1
    assert Job.objects.filter(state=JobState.PENDING).count() == 1
    Job.objects.filter(state=JobState.PENDING).update(next_at=large.created_at)
    run_due_jobs()
    assert dict(Rendition.objects.values_list("format", "digest")) == first


def test_it_goes_with_the_bytes_it_was_made_of(
    large: Image, delivery: DeliveryClient, stores: Path, thumbnail: Variant
) -> None:
    run_due_jobs()
    replace_original(image=large, file=io.BytesIO(draw_large(1)), actor=SYSTEM)
    run_due_jobs()
    former, present = sorted(mezzanines(), key=lambda each: each.image_version)
    assert former.digest != present.digest
    assert retire_stale_renditions() == 1
    assert [each.pk for each in mezzanines()] == [present.pk]
    large.refresh_from_db()
    set_access(image=large, is_private=True, actor=SYSTEM)
    delete_image(image=large, actor=SYSTEM)
    Job.objects.update(next_at=large.created_at)
    run_due_jobs()
    Job.objects.filter(state=JobState.PENDING).update(next_at=large.created_at)
    run_due_jobs()
    assert not mezzanines()
    assert not [path for path in stores.rglob("*") if path.is_file()]


def test_it_is_not_stale_where_no_variant_names_it(orchard: Account, stores: Path) -> None:
    large = upload(orchard, draw_large())
    run_due_jobs()
    assert retire_stale_renditions() == 0
    assert [each.image_id for each in mezzanines()] == [large.pk]


def test_small_originals_have_none(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    run_due_jobs()
    delivery.get(link(photo, "w=40"))
    assert not mezzanines()
    assert not Job.objects.filter(kind=RENDER_MEZZANINE).exists()


def test_a_picture_replaced_while_it_is_made_is_shown_as_it_is_now(
    delivery: DeliveryClient, large: Image, renderer: CountingRenderer
) -> None:
    small = encode(draw_photo(200, 100), "JPEG")
    renderer.meanwhile = lambda: replace_original(image=large, file=io.BytesIO(small), actor=SYSTEM)
    answer = delivery.get(link(large, "w=100"))
    assert PillowImage.open(io.BytesIO(answer.body)).size == (100, 50)
    assert not mezzanines()


def test_nobody_s_recipe_has_its_key(large: Image, delivery: DeliveryClient) -> None:
    run_due_jobs()
    key = mezzanine_key(large.pk, large.version)
    (made,) = Rendition.objects.keyed(key)
    answer = delivery.get(link(large, "w=2560,h=1664,fit=squeeze,q=89,f=baseline-jpeg"))
    assert answer.status == 200
    assert {made.pk} < {rendition.pk for rendition in Rendition.objects.all()}
