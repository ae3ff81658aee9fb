"""A drawing looks the same, to the last pixel of a real browser, once it has been sanitised."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.imaging.limits import Limits
from apps.imaging.svg import sanitize
from tests.browsers import CHROMIUM
from tests.imaging.drawings import editor_s, scene
from tests.imaging.looking import distance, look

SIZE = "300,200"
# What a browser makes of it when it is shown as a picture, as a delivered one is.
PAGE = '<body style="margin:0"><img src="{name}"></body>'


def photograph(data: bytes, folder: Path, name: str) -> bytes:
    """Return a PNG of a page that shows a drawing."""
    (folder / f"{name}.svg").write_bytes(data)
    page, shot = folder / f"{name}.html", folder / f"{name}.png"
    page.write_text(PAGE.format(name=f"{name}.svg"), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SIZE}"]
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), *options, profile, f"--screenshot={shot}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return shot.read_bytes()


@pytest.mark.browser
@pytest.mark.parametrize("drawing", [scene, editor_s])
def test_it_works(drawing: Callable[[], bytes], tmp_path: Path) -> None:
    before = look(photograph(drawing(), tmp_path, "before"))
    after = look(photograph(sanitize(drawing(), Limits()), tmp_path, "after"))
    assert len(before.convert("RGB").getcolors(100_000) or ()) >= 4, "the page shows the drawing"
    assert distance(before, after) == 0
