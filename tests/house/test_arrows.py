"""What import-linter cannot see: string foreign keys point down too, and the ground floor needs no Django."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
# From the ground up, as drawn in the README: a room may point at itself and at what stands before it.
FLOORS = [
    {"accounts"},
    {"outbox"},
    {"cdn", "usage", "signing", "webhooks"},
    {"variants"},
    {"images"},
    {"api", "dashboard", "delivery"},
]


def floor(label: str) -> int | None:
    return next((number for number, rooms in enumerate(FLOORS) if label in rooms), None)


def test_foreign_keys_point_down() -> None:
    seen = 0
    for model in apps.get_models():
        own = floor(model._meta.app_label)
        for field in model._meta.get_fields():
            if own is None or not field.is_relation or field.auto_created or field.related_model is None:
                continue
            target_label = field.related_model._meta.app_label
            target = floor(target_label)
            seen += 1
            if target is not None and target_label != model._meta.app_label:
                assert target < own, f"{model.__name__}.{field.name} points at {target_label}"
    assert seen > 10


def test_every_room_has_a_floor() -> None:
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    assert labels == set().union(*FLOORS)


@pytest.mark.parametrize(
    "modules",
    [
        "apps.imaging.api, apps.imaging.render, apps.imaging.renderer.client, apps.imaging.renderer.server",
        "apps.fetching.fetcher",
    ],
    ids=["imaging", "fetching"],
)
def test_the_ground_floor_is_pure_python(modules: str) -> None:
    program = (
        f"import sys, {modules}\n"
        "found = {'django', 'rest_framework', 'celery', 'psycopg'} & set(sys.modules)\n"
        "sys.exit(repr(found) if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
