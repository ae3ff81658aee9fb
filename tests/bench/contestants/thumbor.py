"""thumbor: its own settings but for what makes its files like ours, originals from a folder."""

from __future__ import annotations

from pathlib import Path

from tests.bench.contestants.contestant import AVIF_QUALITY, JPEG_QUALITY, PNG_LEVEL, SIDE, WEBP_QUALITY
from tests.bench.contestants.http import HttpContestant
from tests.bench.rivals import THUMBOR

# Its JPEG is progressive by default, as ours is. libaom has the speed that libvips calls effort 0: at its
# own default, 6, it would work ten times as long for fewer bytes.
_CONFIGURATION = f"""\
LOADER = "thumbor.loaders.file_loader"
FILE_LOADER_ROOT_PATH = {{root!r}}
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = "thumbor.result_storages.no_storage"
QUALITY = {JPEG_QUALITY}
WEBP_QUALITY = {WEBP_QUALITY}
AVIF_QUALITY = {AVIF_QUALITY}
AVIF_SPEED = 9
PROGRESSIVE_JPEG = True
PNG_COMPRESSION_LEVEL = {PNG_LEVEL}
MAX_PIXELS = None
"""


class Thumbor(HttpContestant):
    idle_target = "/healthcheck"

    def command(self, port: int, folder: Path) -> list[str]:
        configuration = folder / "thumbor.conf"
        configuration.write_text(_CONFIGURATION.format(root=str(self.pictures)), encoding="utf-8")
        return [str(THUMBOR), "--ip", "127.0.0.1", "--port", str(port), "--conf", str(configuration)]

    def target(self, source: Path, format_name: str) -> str:
        return f"/unsafe/fit-in/{SIDE}x{SIDE}/filters:format({format_name})/{source.name}"
