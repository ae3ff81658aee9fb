"""Whoever stands in front waits as long as delivery does, and delivery as long as a flight may take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import override_settings

from apps.delivery.ports import STORE_SECONDS, TURN_SECONDS, find_wait_seconds
from apps.imaging.renderer.patience import longest_wait

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_a_request_waits_for_a_turn_and_both_lanes() -> None:
    with override_settings(RENDER_SECONDS=20, HEAVY_RENDER_SECONDS=45):
        waited = find_wait_seconds()
    longest = longest_wait(total_seconds=20, heavy_seconds=45)
    assert waited == TURN_SECONDS + longest + STORE_SECONDS > 75


@pytest.mark.parametrize(
    ("file", "setting"),
    [("nginx/images-delivery.conf", "proxy_read_timeout"), ("varnish/site.vcl", ".first_byte_timeout")],
)
def test_what_stands_in_front_waits_as_long(file: str, setting: str) -> None:
    found = re.search(rf"{re.escape(setting)}[ =]+(\d+)s;", (DEPLOY / file).read_text())
    assert found is not None
    with override_settings(RENDER_SECONDS=55, HEAVY_RENDER_SECONDS=55):  # the most there may be
        assert int(found[1]) >= find_wait_seconds()
