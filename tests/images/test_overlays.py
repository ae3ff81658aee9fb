"""Overlays in decisions and in what is kept: who may draw what, and how long what was drawn is true."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.decide import RenditionKey, StoredRendition, list_fingerprints
from apps.images.errors import NoSuchOverlay, OverlayNotFound, SignatureMissing
from apps.images.models import Image, Rendition
from apps.images.overlays import ImageVersion, OverlayFacts, choose_overlays, write_versions
from apps.images.services import delete_image, set_access, store_rendition, upload_image
from apps.images.services.access import change_access, lock_image
from apps.images.services.deletion import retire_stale_renditions
from apps.images.services.overlays import find_overlays
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat
from apps.variants.models import Variant
from apps.variants.services import create_variant, edit_variant, set_delivery_policy
from tests.images.conftest import jpeg
from tests.images.test_decide import FACTS, PRIVATE, VARIANT, ask, plain, signed
from tests.images.test_renditions import RENDERED

LOGO = OverlayFacts("logo", pk=11, version=2, is_private=False, storage_key="1/cd/cde")
SEAL = OverlayFacts("seal", pk=9, version=1, is_private=True, storage_key="1/ef/efg")
TEXT = "draw.1.image=logo,draw.2.image=seal,draw.3.image=logo"
MARKED = replace(FACTS, variant=replace(VARIANT, options=TEXT), overlays=(SEAL, LOGO))


def test_it_works() -> None:
    decision = ask(MARKED, plain())
    assert decision.overlays == (LOGO, SEAL), "in the recipe's order, each once"
    assert decision.key.overlays == (ImageVersion(11, 2), ImageVersion(9, 1))
    assert write_versions(decision.key.overlays) == "11.2,9.1"
    assert ask(FACTS, plain()).overlays == ()


@pytest.mark.parametrize("is_private", [False, True])
def test_a_row_is_read_as_values_and_as_text(is_private: bool) -> None:
    facts = OverlayFacts("logo", 11, 2, is_private, "1/cd/cde")
    assert OverlayFacts.from_row(["logo", 11, 2, is_private, "1/cd/cde"]) == facts
    assert OverlayFacts.from_row(["logo", "11", "2", str(is_private).lower(), "1/cd/cde"]) == facts


def test_a_variant_draws_what_is_there() -> None:
    with pytest.raises(NoSuchOverlay, match="no image with the id 'seal'"):
        ask(replace(MARKED, overlays=(LOGO,)), plain())


def test_options_draw_what_everyone_may_see() -> None:
    facts = replace(MARKED, variant=None)
    refusals = []
    for overlays in [(LOGO, SEAL), (LOGO,)]:
        with pytest.raises(NoSuchOverlay) as caught:
            ask(replace(facts, overlays=overlays), plain(TEXT))
        refusals.append(str(caught.value))
    assert refusals == ["this account has no public image with the id 'seal' to draw"] * 2
    assert ask(facts, plain("draw.image=logo")).overlays == (LOGO,)


def test_nothing_is_told_about_overlays_of_a_private_image() -> None:
    facts = replace(MARKED, image=PRIVATE, overlays=())
    with pytest.raises(SignatureMissing):
        ask(facts, plain())
    with pytest.raises(NoSuchOverlay):
        ask(facts, signed())


def test_a_text_needs_no_image() -> None:
    assert choose_overlays(parse("draw.text=Hello"), (), is_flexible=True) == ()


def test_only_a_rendition_that_shows_them_as_they_are_is_found() -> None:
    assert MARKED.variant is not None
    (fingerprint,) = list_fingerprints(MARKED.variant.options)
    now, former = (
        StoredRendition(OutputFormat.JPEG, Generation.QUICK, key, "d", 10, fingerprint, shown)
        for key, shown in (("k1", "11.2,9.1"), ("k2", "11.1,9.1"))
    )
    assert ask(replace(MARKED, renditions=(former, now)), plain()).rendition is now
    assert ask(replace(MARKED, renditions=(former,)), plain()).rendition is None
    bare = StoredRendition(OutputFormat.JPEG, Generation.QUICK, "k3", "d", 10, fingerprint)
    assert ask(replace(MARKED, renditions=(bare,)), plain()).rendition is None


def upload(account: Account, image_id: str | None = None, *, is_private: bool = False) -> Image:
    return upload_image(
        account=account, file=io.BytesIO(jpeg()), image_id=image_id, is_private=is_private, actor=SYSTEM
    )


@pytest.fixture
def logo(photo: Image) -> Image:
    return upload(photo.account, "logo")


@pytest.fixture
def marked(logo: Image) -> Variant:
    options = {"width": 10, "draw": [{"image": "logo"}]}
    return create_variant(account=logo.account, name="marked", options=options, actor=SYSTEM)


def key_of(image: Image, variant: Variant, *overlays: Image) -> RenditionKey:
    return RenditionKey(
        image.pk,
        image.version,
        variant.fingerprints[0],
        RENDERED.format,
        Generation.QUICK,
        tuple(ImageVersion(overlay.pk, overlay.version) for overlay in overlays),
    )


def store(image: Image, variant: Variant, *overlays: Image) -> StoredRendition | None:
    key = key_of(image, variant, *overlays)
    return store_rendition(account_pk=image.account_id, key=key, rendered=RENDERED)


@pytest.mark.django_db
def test_what_is_kept_names_its_overlays(photo: Image, logo: Image, marked: Variant) -> None:
    stored = store(photo, marked, logo)
    assert stored is not None
    assert stored.overlays == f"{logo.pk}.1"
    assert Rendition.objects.keyed(key_of(photo, marked, logo)).exists()
    assert not Rendition.objects.keyed(key_of(photo, marked)).exists()
    assert retire_stale_renditions() == 0


@pytest.mark.django_db
def test_nothing_is_kept_that_shows_an_overlay_as_it_was(photo: Image, marked: Variant) -> None:
    seal = upload(photo.account)
    former = key_of(photo, marked, seal)
    changed, _ = set_access(image=seal, is_private=True, actor=SYSTEM)
    assert store_rendition(account_pk=photo.account_id, key=former, rendered=RENDERED) is None
    assert store(photo, marked, changed) is not None
    delete_image(image=changed, actor=SYSTEM)
    assert store(photo, marked, changed) is None
    assert Rendition.objects.count() == 1


@pytest.mark.django_db
def test_an_image_drawn_onto_itself_is_kept(logo: Image, marked: Variant) -> None:
    assert store(logo, marked, logo) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_shows_a_former_overlay_is_retired(photo: Image, marked: Variant, is_deleted: bool) -> None:
    set_delivery_policy(account=photo.account, is_flexible=True, actor=SYSTEM)
    first, second = upload(photo.account), upload(photo.account)
    store(photo, marked, first, second)
    store(photo, marked, second)
    store(photo, marked)
    if is_deleted:
        delete_image(image=first, actor=SYSTEM)
    else:
        set_access(image=first, is_private=True, actor=SYSTEM)
    assert retire_stale_renditions() == 1
    assert set(Rendition.objects.values_list("overlays", flat=True)) == {f"{second.pk}.1", ""}
    Image.objects.filter(pk=second.pk).delete()
    assert retire_stale_renditions() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_show_each_other_do_not_wait_for_each_other(
    photo: Image, logo: Image, marked: Variant
) -> None:
    """Locks taken in the order of the key would end in a deadlock, sooner or later."""
    found: list[StoredRendition | None] = []

    def run(image: Image, overlay: Image) -> None:
        try:
            for _ in range(25):
                Rendition.objects.filter(image=image).delete()
                found.append(store(image, marked, overlay))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((photo, logo), (logo, photo))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 50
    assert None not in found


@pytest.mark.django_db(transaction=True)
def test_an_overlay_cannot_go_between_the_check_and_the_row(
    photo: Image, logo: Image, marked: Variant
) -> None:
    def is_held() -> bool:
        try:
            with transaction.atomic():
                Image.objects.select_for_update(nowait=True).get(pk=logo.pk)
        except OperationalError:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        assert store(photo, marked, logo) is not None
        assert elsewhere.submit(is_held).result()


@pytest.mark.django_db
def test_a_variant_that_would_draw_what_is_not_there_is_refused(photo: Image, marked: Variant) -> None:
    for image_id in ("nothing", upload(marked.account).public_id[:-2] + "01"):
        options = {"draw": [{"image": "logo"}, {"image": image_id}]}
        with pytest.raises(OverlayNotFound, match=f"no image with the id '{image_id}'"):
            create_variant(account=photo.account, name="seal", options=options, actor=SYSTEM)
        with pytest.raises(OverlayNotFound):
            edit_variant(variant=marked, options=options, actor=SYSTEM)
    assert Variant.objects.get(pk=marked.pk).version == 1


@pytest.mark.django_db
def test_another_accounts_image_is_not_there(photo: Image, elsewhere: Account) -> None:
    upload(elsewhere, "seal")
    with pytest.raises(NoSuchOverlay):
        find_overlays(account=photo.account, recipe=parse("draw.image=seal"))


@pytest.mark.django_db
def test_a_variant_may_draw_a_private_image_and_keeps_its_name(photo: Image) -> None:
    seal = upload(photo.account, is_private=True)
    options = {"draw": [{"image": seal.public_id}]}
    variant = create_variant(account=photo.account, name="seal", options=options, actor=SYSTEM)
    assert variant.drawn_images == [seal.public_id]
    edited, _ = edit_variant(variant=variant, options={"width": 5}, actor=SYSTEM)
    assert edited.drawn_images == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_edited", [False, True])
def test_a_variant_made_while_its_image_gets_another_id_waits_and_learns_it(
    photo: Image, is_edited: bool
) -> None:
    """Else it would draw, for good, an image that nobody will find."""
    variant = create_variant(account=photo.account, name="plain", options={"width": 5}, actor=SYSTEM)
    draw = {"draw": [{"image": photo.public_id}]}
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        change_access(locked=lock_image(photo), is_private=True, actor=SYSTEM)
        make = partial(edit_variant, variant=variant) if is_edited else partial(create_variant, name="late")
        account = {} if is_edited else {"account": photo.account}
        made = pool.submit(closing_connections, partial(make, options=draw, actor=SYSTEM, **account))
        wait_for_a_waiter()
    with pytest.raises(OverlayNotFound):
        made.result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_an_id_that_changes_while_a_variant_is_made_changes_in_it_too(photo: Image) -> None:
    draw = {"draw": [{"image": photo.public_id}]}
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        variant = create_variant(account=photo.account, name="early", options=draw, actor=SYSTEM)
        private = partial(set_access, image=photo, is_private=True, actor=SYSTEM)
        changed = pool.submit(closing_connections, private)
        wait_for_a_waiter()
    image, _ = changed.result(timeout=30)
    variant.refresh_from_db()
    assert variant.drawn_images == [image.public_id] != [photo.public_id]


def closing_connections(function: Callable[[], Any]) -> Any:
    try:
        return function()
    finally:
        connections.close_all()


def wait_for_a_waiter() -> None:
    """Return once another connection to this database waits for a lock."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    give_up_at = time.monotonic() + 30
    with connection.cursor() as cursor:
        while not cursor.execute(waiting).fetchone():
            assert time.monotonic() < give_up_at, "nobody waits"
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            time.sleep(0.01)
