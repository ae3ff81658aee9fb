"""The numbers of metadata are noted whenever metadata are written, and are those that filters can name."""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image, MetadataNumber
from apps.images.services import edit_image, grant_upload, upload_image
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


def noted(image: Image) -> dict[str, float]:
    return dict(
        MetadataNumber.objects.filter(image=image, account=image.account).values_list("path", "value")
    )


def test_it_works(orchard: Account, stores: Path) -> None:
    metadata = {
        "n": 7,
        "deep": {"er": {"x": -1.5, "text": "8"}, "list": [9]},
        "a key": 1,
        "a.b": 2,
        "ü": 3,
        "true": True,
        "huge": 10**400,
        "tiny": 1e-320,
    }
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), metadata=metadata, actor=SYSTEM)
    assert noted(image) == {"n": 7, "deep.er.x": -1.5, "huge": 1e300, "tiny": 0}


def test_as_deep_as_a_filter_goes(orchard: Account, stores: Path) -> None:
    metadata = {"a": {"a": {"a": {"a": {"a": 1, "b": {"a": 2}}}}}}
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), metadata=metadata, actor=SYSTEM)
    assert noted(image) == {"a.a.a.a.a": 1}


def test_editing_notes_them_anew(orchard: Account, photo: Image) -> None:
    assert noted(photo) == {}
    edit_image(image=photo, metadata={"n": 1, "m": 2}, actor=SYSTEM)
    assert noted(photo) == {"n": 1, "m": 2}
    edit_image(image=photo, metadata={"n": 3}, actor=SYSTEM)
    edit_image(image=photo, tags=["fruit"], actor=SYSTEM)
    assert noted(photo) == {"n": 3}


def test_a_draft_s_are_there_when_it_is_an_image(orchard: Account) -> None:
    draft, _ = grant_upload(account=orchard, metadata={"n": 1}, actor=SYSTEM)
    assert noted(draft) == {"n": 1}


def test_what_an_older_version_wrote_is_noted_by_command(
    orchard: Account, photo: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    other, _ = grant_upload(account=orchard, metadata={"gone": 1}, actor=SYSTEM)
    Image.objects.filter(pk=photo.pk).update(metadata={"n": 1})
    Image.objects.filter(pk=other.pk).update(metadata={})
    call_command("renew_numbers")
    assert (noted(photo), noted(other)) == ({"n": 1}, {})
    assert capsys.readouterr().out == "The numbers of 2 images noted.\n"


def test_the_migration_notes_what_the_service_does(orchard: Account) -> None:
    """It has its own SQL, which stays when the service's changes: this test may go then."""
    metadata = {
        "n": 7,
        "a": {"b": {"c": {"d": {"e": -1.5, "f": {"g": 1}}}}},
        "huge": 10**400,
        "ti": 1e-320,
        "ü": 3,
    }
    image, _ = grant_upload(account=orchard, metadata=metadata, actor=SYSTEM)
    before = noted(image)
    MetadataNumber.objects.all().delete()
    migration = import_module("apps.images.migrations.0008_long_lists")
    with connection.schema_editor() as editor:
        migration.note_all_numbers(apps, editor)
    assert noted(image) == before == {"n": 7, "a.b.c.d.e": -1.5, "huge": 1e300, "ti": 0}
