"""AVIF and HEIC headers: the boxes that say what the primary item measures and how it is to be laid.

ISO/IEC 23008-12 and 14496-12. Both are one container; the brand tells which codec is inside. A sequence
keeps its frames in a track (`moov`) beside or instead of the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.geometry.turn import ORIENTATIONS, Turn
from apps.imaging.headers.reader import Reader
from apps.imaging.recipe.transform import Flip
from apps.imaging.source import SourceFormat, SourceInfo

_MAX_BOXES = 20_000
_MAX_FACT_BYTES = 4 * 1024**2
_METADATA_TYPES = frozenset({b"Exif", b"mime"})
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
_TOP = frozenset({b"meta", b"moov"})


@dataclass(slots=True)
class _Facts:
    """What was found on the way down."""

    primary: int | None = None
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    associations: dict[int, list[int]] = field(default_factory=dict)
    metadata_items: set[int] = field(default_factory=set)
    item_bytes: dict[int, int] = field(default_factory=dict)
    frames: int = 1


@dataclass(frozen=True, slots=True)
class _Make:
    """How an item's samples are kept; as SourceInfo has them."""

    bits: int
    samples: int


def read_heif(reader: Reader, source_format: SourceFormat) -> SourceInfo:
    """Return the primary item's size, how it is turned, whether it has alpha, and a sequence's frames."""
    facts = _Facts()
    for kind, content in _top_boxes(reader):
        if kind == b"meta":
            _read_meta(content[4:], facts)
        else:
            _read_movie(content, facts)
    own = [facts.properties[index - 1] for index in _own_indices(facts)]
    width, height = _find_size(own)
    # The primary item may be a grid, whose tiles alone have a codec's configuration.
    makes = [make for kind, body in facts.properties if (make := _read_make(kind, body))]
    has_alpha = any(kind == b"auxC" and body[4:].startswith(_ALPHA) for kind, body in facts.properties)
    profile = sum(len(body) for kind, body in own if kind == b"colr")
    return SourceInfo(
        source_format,
        width,
        height,
        frames=facts.frames if source_format is SourceFormat.AVIF else 1,
        has_alpha=has_alpha,
        orientation=_find_orientation(own),
        bits=max((make.bits for make in makes), default=8),
        samples=min(12, max((make.samples for make in makes), default=12)) + (4 if has_alpha else 0),
        metadata_bytes=profile + sum(facts.item_bytes.get(item, 0) for item in facts.metadata_items),
    )


def _own_indices(facts: _Facts) -> list[int]:
    """Return the primary item's properties as indices from 1, in the order in which they apply."""
    indices = facts.associations.get(facts.primary or 0, [])
    return [index for index in indices if 1 <= index <= len(facts.properties)]


def _find_size(own: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Return width and height before turning, after `clap`, which cuts off what fills up a block."""
    size = None
    for kind, body in own:
        if kind == b"ispe" and len(body) >= 12:
            size = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
        elif kind == b"clap" and len(body) >= 16 and size:
            across, by_across, down, by_down = (
                int.from_bytes(body[at : at + 4], "big") for at in (0, 4, 8, 12)
            )
            if by_across and by_down:
                # Cutting never makes a picture larger, whatever it claims.
                size = min(size[0], across // by_across), min(size[1], down // by_down)
    if size is None:
        raise DamagedImage("The image names no width or height")
    return size


def _read_make(kind: bytes, body: bytes) -> _Make | None:
    """Return what a codec's configuration says (av1C: AV1-ISOBMFF 2.3; hvcC: ISO/IEC 14496-15, 8.3.3)."""
    if kind == b"av1C" and len(body) >= 3:
        is_deep, is_deepest, is_grey, halves_across, halves_down = (
            body[2] >> shift & 1 for shift in (6, 5, 4, 3, 2)
        )
        colour = 0 if is_grey else 8 >> (halves_across + halves_down)
        return _Make(bits=8 + 2 * is_deep + 2 * (is_deep & is_deepest), samples=4 + colour)
    if kind == b"hvcC" and len(body) >= 18:
        return _Make(bits=8 + (body[17] & 7), samples=4 + (0, 2, 4, 8)[body[16] & 3])
    return None


def _find_orientation(own: list[tuple[bytes, bytes]]) -> int:
    """Return EXIF's number for what irot and imir amount to; the EXIF block itself does not count in HEIF."""
    turn = Turn()
    for kind, body in own:
        if kind == b"irot" and body:
            turn = turn.then_rotate(-90 * (body[0] & 3))  # it counts anticlockwise
        elif kind == b"imir" and body:
            turn = turn.then_flip(Flip.HORIZONTAL if body[0] & 1 else Flip.VERTICAL)
    return ORIENTATIONS[turn]


def _top_boxes(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes at the top that matter, whole; pixels are passed over."""
    while reader.remaining >= 8:
        start = reader.position
        length, kind = reader.number(4), reader.read(4)
        if length == 1:
            length = reader.number(8)
        end = reader.size if length == 0 else start + length
        if end < reader.position:
            raise DamagedImage
        if end > reader.size:
            raise TruncatedImage
        if kind in _TOP:
            if end - reader.position > _MAX_FACT_BYTES:
                raise DamagedImage("The image's header is too large")
            yield kind, reader.read(end - reader.position)
        reader.seek(end)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes inside one; a length that contradicts its parent's is damage."""
    position = 0
    for _ in range(_MAX_BOXES):
        if position + 8 > len(data):
            return
        length = int.from_bytes(data[position : position + 4], "big") or len(data) - position
        if length < 8 or position + length > len(data):
            raise DamagedImage
        yield data[position + 4 : position + 8], data[position + 8 : position + length]
        position += length
    raise DamagedImage("The image's structure has no end")


def _read_meta(data: bytes, facts: _Facts) -> None:
    for kind, body in _boxes(data):
        if kind == b"pitm":
            facts.primary = int.from_bytes(body[4:6] if body[:1] == b"\0" else body[4:8], "big")
        elif kind == b"iinf":
            _read_item_kinds(body, facts)
        elif kind == b"iloc":
            _read_item_bytes(body, facts)
        elif kind == b"iprp":
            for inner, content in _boxes(body):
                if inner == b"ipco":
                    facts.properties = list(_boxes(content))
                elif inner == b"ipma":
                    _read_associations(content, facts)


def _read_item_kinds(body: bytes, facts: _Facts) -> None:
    for kind, entry in _boxes(body[6 if body[:1] == b"\0" else 8 :]):
        if kind != b"infe":
            continue
        width, has_kind = (4 if entry[:1] == b"\3" else 2), entry[:1] >= b"\2"
        words = entry[6 + width :]
        _check_words(*((words[:4], words[4:]) if has_kind else (b"", words)))
        if words[:4] in _METADATA_TYPES:
            facts.metadata_items.add(int.from_bytes(entry[4 : 4 + width], "big"))


def _check_words(kind: bytes, texts: bytes) -> None:
    """Refuse an item whose type or texts are none, though the standard wants ASCII and UTF-8.

    pi_heif 1.4 makes Python strings of an item's type and content type, does not look whether it got any,
    and takes the whole process with it where it did not.
    """
    try:
        kind.decode("ascii"), texts.decode("utf-8")
    except UnicodeDecodeError:
        raise DamagedImage from None


def _read_item_bytes(body: bytes, facts: _Facts) -> None:
    """Read how long each item is (iloc); offsets do not matter here."""
    version, cursor = body[0] if body else 0, _Cursor(body[4:])
    sizes = cursor.take(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(min(cursor.take(4 if version == 2 else 2), _MAX_BOXES)):
        item = cursor.take(4 if version == 2 else 2)
        cursor.take((2 if version else 0) + 2 + base)
        extents = cursor.take(2)
        for _ in range(min(extents, _MAX_BOXES)):
            cursor.take((index if version else 0) + offset)
            facts.item_bytes[item] = facts.item_bytes.get(item, 0) + cursor.take(length)


def _read_associations(body: bytes, facts: _Facts) -> None:
    version, is_wide = body[0] if body else 0, bool(body[3:4] and body[3] & 1)
    cursor = _Cursor(body[4:])
    for _ in range(min(cursor.take(4), _MAX_BOXES)):
        item, count = cursor.take(4 if version else 2), cursor.take(1)
        indices = [cursor.take(2) & 0x7FFF if is_wide else cursor.take(1) & 0x7F for _ in range(count)]
        facts.associations.setdefault(item, indices)


def _read_movie(data: bytes, facts: _Facts) -> None:
    """Find the picture track with the most samples; sound and alpha have tracks of their own."""
    for kind, track in _boxes(data):
        if kind != b"trak":
            continue
        handlers = _find(track, b"mdia", b"hdlr")
        sizes = _find(track, b"mdia", b"minf", b"stbl", b"stsz")
        if any(handler[8:12] == b"pict" for handler in handlers):
            facts.frames = max([facts.frames, *(int.from_bytes(size[8:12], "big") for size in sizes)])


def _find(data: bytes, *path: bytes) -> list[bytes]:
    """Return the contents of all boxes at a path of types."""
    contents = [data]
    for wanted in path:
        contents = [body for content in contents for kind, body in _boxes(content) if kind == wanted]
    return contents


class _Cursor:
    """Takes numbers from bytes; running out of them is damage."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def take(self, count: int) -> int:
        end = self._position + count
        if end > len(self._data):
            raise DamagedImage
        number = int.from_bytes(self._data[self._position : end], "big")
        self._position = end
        return number
