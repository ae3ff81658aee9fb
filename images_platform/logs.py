"""Log lines: for people as they are, for machines as one JSON object each (LOG_FORMAT=json)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from apps.accounts.request_id import current_request_id, current_trace_id


class RequestIdFilter(logging.Filter):
    """Adds `request_id` and `trace_id` to every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        record.trace_id = current_trace_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """What a record lacks is left out: a request, a trace, an exception."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        told = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if (request_id := getattr(record, "request_id", "-")) != "-":
            told["request_id"] = request_id
        if trace_id := getattr(record, "trace_id", ""):
            told["trace_id"] = trace_id
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
