"""The form of the Workers binding: pictures and texts in an order that counts, and words (catalogue §7.6).

    image | text_input      the canvas, which is number 0
    draw_image, draw_text   what is drawn, numbered from 1 as the parts come, of both kinds together
    transforms, output_format, output_quality, background, anim

Pictures lie in temporary files without a name while they are worked on. What a part of another name was to
do nobody can tell: it is refused.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from apps.api.body import open_body
from apps.api.form import WORDS_BYTES, is_form, make_parser, parse
from apps.api.refusals import BadForm, BadPart, BodyTooLarge, NotAForm
from apps.images.errors import UploadTooLarge

CANVAS, CANVAS_TEXT, DRAWN, DRAWN_TEXT = "image", "text_input", "draw_image", "draw_text"
TRANSFORMS, FORMAT, QUALITY = "transforms", "output_format", "output_quality"
BACKGROUND, ANIM = "background", "anim"
MAX_DRAWN = 10

# A file, or a text as its part tells it.
Picture: TypeAlias = "BinaryIO | str"


@dataclass(frozen=True, slots=True)
class BindingForm:
    """`pictures` are the canvas and then what is drawn, as they are numbered; words stand once each."""

    pictures: tuple[Picture, ...]
    words: Mapping[str, str]

    @property
    def canvas(self) -> BinaryIO:
        """The canvas of a form that takes no text for one."""
        (canvas,) = self.pictures
        if isinstance(canvas, str):
            raise TypeError("the form had a text")
        return canvas


@contextmanager
def receive_pictures(
    request: HttpRequest, *, names: Collection[str], max_file_bytes: int
) -> Iterator[BindingForm]:
    """Give the form in a request's body; its files are gone afterwards, whatever happens.

    `names` are the parts it may have. Raises RequestError, or UploadTooLarge for a picture of more bytes
    before more are written.
    """
    if not is_form(request):
        raise NotAForm
    count = 1 + MAX_DRAWN if DRAWN in names else 1
    with ExitStack() as files:
        catcher = PictureCatcher(names, max_file_bytes, files)
        try:
            with open_body(request, allowed=count * max_file_bytes + WORDS_BYTES) as body:
                catcher.parser = make_parser(request, body, catcher)
                parts = parse(catcher.parser)
        except BodyTooLarge as error:
            raise UploadTooLarge(max_file_bytes) from error
        _check(parts, catcher, names)
        words = {name: values[0] for name, values in parts.items() if name != DRAWN_TEXT}
        canvas = catcher.canvas or words[CANVAS_TEXT]
        yield BindingForm((canvas, *catcher.sort(parts.get(DRAWN_TEXT, ()))), words)


class PictureCatcher(FileUploadHandler):
    """Writes pictures to disk as they come, and notes how many drawn texts stand before each."""

    def __init__(self, names: Collection[str], max_bytes: int, files: ExitStack) -> None:
        super().__init__()
        self.parser: Any = None  # MultiPartParser, whose stubs do not tell what it has read
        self.canvas: BinaryIO | None = None
        self.drawn: list[tuple[int, BinaryIO]] = []
        self._names, self._max_bytes, self._files = names, max_bytes, files
        self._current: BinaryIO | None = None

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name not in self._names or field_name not in (CANVAS, DRAWN):
            raise BadPart(field_name, "is a file, and this request takes none of that name")
        if field_name == CANVAS and self.canvas is not None:
            raise BadPart(CANVAS, "may stand once in the form")
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        self._current = self._files.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115  # it is one
        if field_name == CANVAS:
            self.canvas = self._current
            return
        # Django keeps texts and files apart, and tells nobody in which order they came.
        self.drawn.append((len(self.parser._post.getlist(DRAWN_TEXT)), self._current))
        check_count(len(self.drawn))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self._max_bytes:
            raise UploadTooLarge(self._max_bytes)
        if self._current is not None:
            self._current.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        if self._current is not None:
            self._current.flush()
            self._current.seek(0)

    def upload_interrupted(self) -> None:
        raise BadForm("the form ends before its last boundary")

    def sort(self, texts: Sequence[str]) -> list[Picture]:
        """Return what is drawn in the order of the form."""
        placed: list[tuple[int, int, Picture]] = [(place, 0, file) for place, file in self.drawn]
        placed += [(place, 1, text) for place, text in enumerate(texts)]
        return [picture for _, _, picture in sorted(placed, key=lambda each: each[:2])]


def check_count(count: int) -> None:
    """Raise BadPart for more pictures and texts to draw than a form may have."""
    if count > MAX_DRAWN:
        raise BadPart(DRAWN, f"and {DRAWN_TEXT} may stand at most {MAX_DRAWN} times together in the form")


def _check(parts: Mapping[str, Sequence[str]], catcher: PictureCatcher, names: Collection[str]) -> None:
    for name, values in parts.items():
        if name in (CANVAS, DRAWN):
            raise BadPart(name, "has no filename, so it was read as text: send it as a file")
        if name not in names:
            raise BadPart(name, "is not a part of this form")
        if len(values) > 1 and name != DRAWN_TEXT:
            raise BadPart(name, "may stand once in the form")
    check_count(len(catcher.drawn) + len(parts.get(DRAWN_TEXT, ())))
    if catcher.canvas is None and CANVAS_TEXT not in parts:
        raise BadPart(CANVAS, "is missing: send the picture as a form part with this name")
    if catcher.canvas is not None and CANVAS_TEXT in parts:
        raise BadPart(CANVAS, f"and {CANVAS_TEXT} exclude each other: send one of them")
