"""Every class of hostile file, through a real renderer: a verdict in time, and no worker lost.

Ten seconds are each one's; whoever needs more fails by RendererTimeout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.imaging.errors import (
    DamagedImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    RendererError,
    UnsupportedFormat,
)
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.renderer.client import RendererClient
from tests import hostile, pictures
from tests.imaging.activity import find_activity
from tests.renderer.running import RunningRenderer

LIMITS = Limits()
SECONDS = 10.0
JOBS = [
    (OutputFormat.JSON, ""),
    (OutputFormat.PLACEHOLDER, ""),
    (OutputFormat.WEBP, "w=200"),
    (OutputFormat.AVIF, "w=60,h=60,fit=cover,g=auto"),
    (OutputFormat.JPEG, "w=100,trim=border"),
    (OutputFormat.GIF, "w=30"),
    (OutputFormat.SVG, ""),
]


@pytest.fixture(scope="module")
def client(renderer: RunningRenderer) -> RendererClient:
    return renderer.client(total_seconds=SECONDS)


@pytest.fixture(autouse=True)
def _nothing_is_lost(renderer: RunningRenderer) -> Iterator[None]:
    """Whatever comes, no worker dies of it, and the parent stays small."""
    size = read_resident_bytes(renderer.pid)
    yield
    assert not renderer.says("ended with")
    assert renderer.client().inspect(pictures.drawing_svg(), limits=LIMITS).width == 60
    assert read_resident_bytes(renderer.pid) - size < 50 * 1024**2


def read_resident_bytes(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(text.partition("VmRSS:")[2].split()[0])


def make_all(
    client: RendererClient, data: bytes, jobs: list[tuple[OutputFormat, str]] = JOBS
) -> dict[OutputFormat, bytes]:
    """Return what is made of a file in every way, as far as it is not refused."""
    made = {}
    for output, options in jobs:
        try:
            made[output] = client.render(data, parse(options), output, limits=LIMITS).data
        except RendererError:
            raise
        except ImagingError:
            pass
    return made


@pytest.mark.parametrize("name", hostile.BOMBS)
def test_bombs_are_told_by_their_headers(client: RendererClient, name: str) -> None:
    data = hostile.BOMBS[name]()
    with pytest.raises((LimitExceeded, DamagedImage)):
        client.inspect(data, limits=LIMITS)
    assert make_all(client, data, JOBS[:2]) == {}


@pytest.mark.parametrize("name", hostile.HEAVY)
def test_what_is_heavy_and_sound_is_made(client: RendererClient, name: str) -> None:
    data = hostile.HEAVY[name]()
    assert client.inspect(data, limits=LIMITS).width > 0
    wanted = {output for output, _ in JOBS} - {OutputFormat.SVG}
    # A border is looked for in all pixels at once, which may be more than a worker has memory for.
    assert wanted - make_all(client, data).keys() <= {OutputFormat.JPEG}


@pytest.mark.parametrize("name", hostile.BAITS)
def test_baits_meet_no_decoder(client: RendererClient, name: str) -> None:
    data = hostile.BAITS[name]
    with pytest.raises((NotAnImage, UnsupportedFormat)):
        client.inspect(data, limits=LIMITS)
    assert make_all(client, data) == {}


@pytest.mark.parametrize("name", hostile.POLYGLOTS)
def test_a_polyglot_s_other_half_is_lost(client: RendererClient, name: str) -> None:
    data = hostile.POLYGLOTS[name]
    assert client.inspect(data, limits=LIMITS).format.value in name
    made = make_all(client, data)
    assert len(made) == len(JOBS) - 1
    assert not [output for output, found in made.items() if b"script" in found or b"evil" in found]


@pytest.mark.parametrize("name", hostile.DAMAGED)
def test_damage_is_told(client: RendererClient, name: str) -> None:
    data = hostile.DAMAGED[name]
    with pytest.raises(DamagedImage):
        client.inspect(data, limits=LIMITS)
    assert make_all(client, data).keys() <= {OutputFormat.JSON}


@pytest.mark.parametrize("name", hostile.ODD)
def test_what_is_odd_does_no_harm(client: RendererClient, name: str) -> None:
    data = hostile.ODD[name]
    assert client.inspect(data, limits=LIMITS).width > 0
    assert len(make_all(client, data)) == len(JOBS) - 1


@pytest.mark.parametrize("name", hostile.DRAWINGS)
def test_a_drawing_is_refused_or_does_nothing(client: RendererClient, name: str) -> None:
    made = make_all(client, hostile.DRAWINGS[name])
    assert made.keys() <= {OutputFormat.JSON, OutputFormat.SVG}
    if drawing := made.get(OutputFormat.SVG):
        assert find_activity(drawing) == []
        assert not [word for word in (b"127.0.0.1", b"passwd", b"alert", b"script:") if word in drawing]


def test_an_item_that_has_no_name_for_its_type(client: RendererClient) -> None:
    """Such a HEIC ended the process in pi_heif, before any pixel was decoded."""
    data = pictures.heic()
    for position in (data.index(b"Exif"), data.index(b"Exif") + 3, data.index(b"Exif") + 4):
        changed = data[:position] + b"\xff" + data[position + 1 :]
        with pytest.raises(DamagedImage):
            client.inspect(changed, limits=LIMITS)
        assert make_all(client, changed) == {}
