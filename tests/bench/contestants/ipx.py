"""ipx: Node's image server over sharp, originals from a folder; it lets nobody choose an encoder's effort."""

from __future__ import annotations

from pathlib import Path

from tests.bench.contestants.contestant import JPEG_QUALITY, QUALITIES, SIDE
from tests.bench.contestants.http import HttpContestant
from tests.bench.rivals import IPX


class Ipx(HttpContestant):
    def command(self, port: int, folder: Path) -> list[str]:
        serve = ["serve", "--dir", str(self.pictures), "--port", str(port), "--hostname", "127.0.0.1"]
        return ["node", str(IPX), *serve]

    def target(self, source: Path, format_name: str) -> str:
        quality = QUALITIES.get(format_name, JPEG_QUALITY)
        words = [f"s_{SIDE}x{SIDE}", "fit_inside", f"f_{format_name}"]
        if format_name in QUALITIES:  # sharp reads one for PNG as a wish for a palette
            words.append(f"q_{quality}")
        if source.suffix == ".gif" and format_name == "webp":
            words.append("animated")
        return f"/{','.join(words)}/{source.name}"
