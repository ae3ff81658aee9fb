"""Whatever a file is made of, reading its header ends in facts or in an error of ours, after bounded work."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import SourceError
from apps.imaging.headers import read_source_info
from apps.imaging.headers.exif import read_copyright, read_orientation, write_orientation
from apps.imaging.source import SNIFFED_BYTES
from tests import hostile
from tests.fuzzing import NUMBERS, Change, change, changes, fuzz
from tests.imaging.test_headers import SAMPLES

MAX_PEAK_BYTES = 16 * 1024**2
SIGNATURES = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"GIF89a",
    b"RIFF\xff\0\0\0WEBP",
    b"RIFF\xff\0\0\0WEBPVP8X",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"BM",
    b"\0\0\0\x18ftypavif\0\0\0\0avifmif1",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
]


class CountingFile(io.BytesIO):
    """A file that counts what is read from it."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


def assert_it_ends(data: bytes) -> None:
    """Read a header, in little memory; a GIF's blocks are read 256 bytes at a time, and may have three."""
    file = CountingFile(data)
    tracemalloc.start()
    try:
        info = read_source_info(file)
    except SourceError:
        pass
    else:
        assert min(info.width, info.height, info.frames) >= 1
        assert info.orientation in range(1, 9)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert file.bytes_read <= 100 * len(data) + 4 * SNIFFED_BYTES
    assert peak < MAX_PEAK_BYTES


@pytest.mark.parametrize("name", SAMPLES)
@fuzz(40)
@given(todo=changes())
def test_it_works(name: str, todo: list[Change]) -> None:
    assert_it_ends(change(SAMPLES[name][0], todo))


@fuzz(200)
@given(head=st.sampled_from(SIGNATURES), rest=st.binary(max_size=600))
def test_noise_behind_a_signature(head: bytes, rest: bytes) -> None:
    assert_it_ends(head + rest)


@fuzz(100)
@given(name=st.sampled_from([*hostile.POLYGLOTS, *hostile.DAMAGED, *hostile.ODD]), todo=changes())
def test_what_was_hostile_before(name: str, todo: list[Change]) -> None:
    known = hostile.POLYGLOTS | hostile.DAMAGED | hostile.ODD
    assert_it_ends(change(known[name], todo))


# --- EXIF -----------------------------------------------------------------------------------------

entries = st.tuples(
    st.sampled_from([0x0112, 0x8298, 0x8769, 0x8825]) | st.integers(0, 0xFFFF),
    st.integers(0, 14),
    st.sampled_from(NUMBERS),
    st.sampled_from(NUMBERS) | st.integers(0, 200),
)


@fuzz(300)
@given(st.lists(entries, max_size=8), st.binary(max_size=80), st.booleans(), st.booleans())
def test_any_exif_is_read(
    found: list[tuple[int, int, int, int]], rest: bytes, is_little: bool, is_prefixed: bool
) -> None:
    order = "little" if is_little else "big"
    written = b"".join(
        tag.to_bytes(2, order) + kind.to_bytes(2, order) + count.to_bytes(4, order) + value.to_bytes(4, order)
        for tag, kind, count, value in found
    )
    head = b"II*\0\x08\0\0\0" if is_little else b"MM\0*\0\0\0\x08"
    block = head + len(found).to_bytes(2, order) + written + rest
    block = b"Exif\0\0" + block if is_prefixed else block
    assert 1 <= read_orientation(block) <= 8
    notice = read_copyright(block)
    assert len(notice) <= 4_096
    assert notice in block


@fuzz(200)
@given(st.binary(max_size=300))
def test_noise_is_no_exif(noise: bytes) -> None:
    for block in (noise, b"II*\0\x08\0\0\0" + noise, b"Exif\0\0MM\0*\0\0\0\x08" + noise):
        assert 1 <= read_orientation(block) <= 8
        read_copyright(block)


def write_copyright(notice: bytes) -> bytes:
    """Return an EXIF block that holds a copyright notice and nothing else."""
    text = notice + b"\0"
    start = 8 + 2 + 12 + 4
    value = text.ljust(4, b"\0") if len(text) <= 4 else start.to_bytes(4, "big")
    entry = (0x8298).to_bytes(2, "big") + (2).to_bytes(2, "big") + len(text).to_bytes(4, "big") + value
    directory = (1).to_bytes(2, "big") + entry + bytes(4)
    return b"Exif\0\0MM\0*" + (8).to_bytes(4, "big") + directory + (text if len(text) > 4 else b"")


@given(notice=st.binary(min_size=1, max_size=300), orientation=st.integers(1, 8))
def test_what_is_written_is_read(notice: bytes, orientation: int) -> None:
    assert read_copyright(write_copyright(notice)) == notice.rstrip(b"\0 ")
    assert read_orientation(write_orientation(orientation)) == orientation
