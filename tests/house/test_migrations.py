"""Models and migrations agree, and what an upgrade does to the schema, old processes can live with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db.migrations import AddField, AddIndex, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def list_migrations() -> Iterator[Migration]:
    for migration in MigrationLoader(None).disk_migrations.values():
        if type(migration).__module__.startswith("apps."):
            yield migration


def test_an_old_process_can_insert_beside_a_new_column() -> None:
    added = [
        (str(migration), each.model_name, each.name, each.field)
        for migration in list_migrations()
        for each in migration.operations
        if isinstance(each, AddField)
    ]
    assert added
    for *names, field in added:
        assert field.null or field.db_default is not NOT_PROVIDED, f"{names} has no default in the database"


def test_nobody_waits_for_an_index_of_a_table_that_was_there() -> None:
    seen = 0
    for migration in list_migrations():
        new = {each.name_lower for each in migration.operations if isinstance(each, CreateModel)}
        for each in migration.operations:
            if isinstance(each, AddIndex) and each.model_name_lower not in new:
                seen += 1
                assert isinstance(each, AddIndexConcurrently), f"{migration} locks {each.model_name}"
                assert not migration.atomic
    assert seen


def test_what_a_migration_does_stays_when_the_services_change() -> None:
    paths = list((ROOT / "apps").glob("*/migrations/*.py"))
    assert paths
    for path in paths:
        assert ".services" not in path.read_text(), f"{path} does whatever a service does by then"
