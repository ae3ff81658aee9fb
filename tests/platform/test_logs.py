"""Log lines: one JSON object each, with the request's id, whatever is logged."""

from __future__ import annotations

import json
import logging
import sys

from apps.accounts.request_id import current_request_id, current_trace_id
from images_platform.logs import JsonFormatter, RequestIdFilter


def write(message: str, *arguments: object, exc_info: bool = False) -> str:
    found = sys.exc_info() if exc_info else None
    record = logging.LogRecord("apps.delivery", logging.WARNING, "", 1, message, arguments, found)
    assert RequestIdFilter().filter(record)
    return JsonFormatter().format(record)


def test_it_works() -> None:
    id_token, trace_token = current_request_id.set("abcdef123456"), current_trace_id.set("4b" * 16)
    try:
        line = write("Job %s failed", "five\nand a line of its own")
    finally:
        current_request_id.reset(id_token)
        current_trace_id.reset(trace_token)
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "Job five\nand a line of its own failed"
    assert (told["level"], told["logger"]) == ("WARNING", "apps.delivery")
    assert (told["request_id"], told["trace_id"]) == ("abcdef123456", "4b" * 16)
    assert told["time"].endswith("Z")


def test_what_there_is_not_is_left_out() -> None:
    assert set(json.loads(write("Started"))) == {"time", "level", "logger", "message", "process"}


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("of a picture")
    except ValueError:
        line = write("It failed", exc_info=True)
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("ValueError: of a picture")
