"""The parts of an instance: the renderer is started as the environment says."""

from __future__ import annotations

import pytest

from apps.imaging.cli import make_parser
from apps.imaging.commands.serve import read_settings
from apps.imaging.renderer.server import ServerSettings
from images_platform.env import EnvError
from images_platform.parts import list_renderer_options


def read(options: list[str]) -> ServerSettings:
    """Return what the renderer's own command line makes of the options."""
    return read_settings(make_parser().parse_args(["serve", "--socket", "/tmp/s", *options]))  # noqa: S108 - a name


def test_it_works() -> None:
    settings = read(list_renderer_options())
    assert settings.heavy is not None
    assert (settings.cheap.deadline_seconds, settings.heavy.deadline_seconds) == (20, 45)
    assert settings.heavy.limits.memory_bytes == 2_720 * 1024**2
    assert not settings.must_be_caged, "a laptop without Landlock can run it, and is told"


def test_a_small_host_has_one_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERER_HEAVY_WORKERS", "0")
    settings = read(list_renderer_options())
    assert settings.heavy is None
    assert settings.cheap.lane.is_last


def test_what_else_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RENDERER_CAGE": "required",
        "RENDERER_HEAVY_WORKERS": "2",
        "RENDERER_HEAVY_MEMORY": "1500",
        "RENDER_SECONDS": "30",
        "HEAVY_RENDER_SECONDS": "55",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read(list_renderer_options())
    assert settings.must_be_caged
    assert settings.heavy is not None
    assert (settings.heavy.workers, settings.heavy.deadline_seconds) == (2, 55)
    assert settings.heavy.limits.memory_bytes == 1_500 * 1024**2
    assert settings.cheap.deadline_seconds == 30


def test_a_cage_that_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERER_CAGE", "maybe")
    with pytest.raises(EnvError, match="RENDERER_CAGE"):
        list_renderer_options()
