"""A form: its words and, of an upload, its one file in a temporary file that has no name.

A file without a name cannot stay behind: it is gone when it is closed, and also when the process is
killed. What the part's header says of its content is not even looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from apps.api.body import Body, declared_bytes, open_body
from apps.api.refusals import BadForm, BadPart, BodyTooLarge, NotAForm
from apps.images.errors import UploadTooLarge

FILE_PART = "file"
# Room for boundaries, headers and words around the file: id, creator and metadata have 1024 characters each.
WORDS_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class UploadForm:
    """`words` are the parts that are not files, with their values in the order they came."""

    words: dict[str, list[str]]
    catcher: FileCatcher

    @property
    def has_file(self) -> bool:
        """Whether there is a part of that name, be it one that was read as text."""
        return self.catcher.received is not None or any(self.words.get(FILE_PART, ()))

    @property
    def file(self) -> BinaryIO:
        """The file from its start; raises BadPart saying why there is none."""
        if self.catcher.received is not None:
            return self.catcher.received
        if any(self.words.get(FILE_PART, ())):
            raise BadPart(FILE_PART, "has no filename, so it was read as text: send it as a file")
        raise BadPart(FILE_PART, "is missing: send the picture as a form part with this name")

    def refuse_file_beside(self, name: str) -> None:
        """Raise BadPart if there is a file although the named part says where the picture comes from."""
        if self.has_file:
            raise BadPart(name, f'and "{FILE_PART}" exclude each other: send one of them')


def is_form(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


@contextmanager
def receive_form(request: HttpRequest, *, max_file_bytes: int) -> Iterator[UploadForm]:
    """Give the form in a request's body; its file is gone afterwards, whatever happens.

    Raises RequestError, or UploadTooLarge before more than the limit is written.
    """
    if not is_form(request):
        raise NotAForm
    catcher = FileCatcher(max_file_bytes)
    try:
        with open_body(request, allowed=max_file_bytes + WORDS_BYTES) as body:
            words = _parse(request, body, catcher)
        yield UploadForm(words, catcher)
    except BodyTooLarge as error:
        raise UploadTooLarge(max_file_bytes) from error
    finally:
        catcher.close()


def read_words(request: HttpRequest) -> dict[str, list[str]]:
    """Return the words of a form that has no file; raises RequestError."""
    if not is_form(request):
        raise NotAForm
    with open_body(request, allowed=WORDS_BYTES) as body:
        return _parse(request, body, FileRefuser())


def pick_words(words: Mapping[str, Sequence[str]], *names: str) -> dict[str, str]:
    """Return those of the named parts that the form has; raises BadPart for one that stands twice."""
    for name in names:
        if len(words.get(name, ())) > 1:
            raise BadPart(name, "may stand once in the form")
    return {name: words[name][0] for name in names if name in words}


def pick_tags(words: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return a form's tags, one part each, a single empty one for none; nothing if the form has none."""
    if "tags" not in words:
        return {}
    return {"tags": [] if list(words["tags"]) == [""] else list(words["tags"])}


class FileRefuser(FileUploadHandler):
    """Takes no file at all."""

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        raise BadPart(field_name, "is a file, and this request takes none")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: `new_file` has refused."""

    def file_complete(self, file_size: int) -> None:
        """Never called either; Django demands both."""

    def upload_interrupted(self) -> None:
        raise BadForm("the form ends before its last boundary")


class FileCatcher(FileUploadHandler):
    """Writes the part named `file` to disk as it comes, and lets files of other names pass by.

    SkipFile would do the latter, but after it the parser reports a form as interrupted that was not.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self.filename = ""
        # Not named `file`: the parser would close it.
        self.received: BinaryIO | None = None
        self._max_bytes = max_bytes
        self._is_wanted = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        self._is_wanted = field_name == FILE_PART
        if not self._is_wanted:
            return
        if self.received is not None:
            raise BadPart(FILE_PART, "may stand once in the form: send one file per request")
        self.filename = file_name
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        self.received = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by close()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self._is_wanted or self.received is None:
            return
        if start + len(raw_data) > self._max_bytes:
            raise UploadTooLarge(self._max_bytes)
        self.received.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        if self._is_wanted and self.received is not None:
            self.received.flush()
            self.received.seek(0)

    def upload_interrupted(self) -> None:
        raise BadForm("the form ends before its last boundary")

    def close(self) -> None:
        if self.received is not None:
            self.received.close()


def _parse(request: HttpRequest, body: Body, handler: FileUploadHandler) -> dict[str, list[str]]:
    return parse(make_parser(request, body, handler))


def make_parser(request: HttpRequest, body: Body, handler: FileUploadHandler) -> MultiPartParser:
    """Return what takes a form apart, for `parse`; raises BadForm."""
    declared = declared_bytes(request)
    # The parser takes a missing length for an empty body, and uses it for nothing else.
    meta = request.META | {"CONTENT_LENGTH": str(1 if declared is None else declared)}
    try:
        return MultiPartParser(meta, body, [handler])  # type: ignore[arg-type]  # it only reads
    except MultiPartParserError as error:
        raise BadForm(str(error)) from error


def parse(parser: MultiPartParser) -> dict[str, list[str]]:
    """Read a form to its end and return its words; its files go to the handler. Raises RequestError."""
    try:
        words, _ = parser.parse()
    except MultiPartParserError as error:
        raise BadForm(str(error)) from error
    except (TooManyFieldsSent, TooManyFilesSent) as error:
        raise BadForm("the form has too many parts") from error
    except RequestDataTooBig as error:
        raise BadForm("the parts that are not files are too large; a file needs a filename") from error
    return {name: [str(value) for value in values] for name, values in words.lists()}
