"""`manage.py explain`: how a link would be answered, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.delivery.explaining.text import write_text
from apps.images.explanation import Question, explain_link


class Command(BaseCommand):
    help = "Say how a link would be answered: access, recipe, plan, format, tier, headers. Renders nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="the link, or its path and query")
        parser.add_argument("--accept", default="", help="the viewer's Accept header: image/avif,image/webp")
        parser.add_argument(
            "--header",
            action="append",
            default=[],
            metavar="NAME: VALUE",
            help="another of the viewer's headers; repeat for several",
        )
        parser.add_argument("--json", action="store_true", help="tell it to a program")

    def handle(self, *args: Any, **options: Any) -> None:
        headers = dict(map(_read_header, options["header"]))
        if options["accept"]:
            headers["accept"] = options["accept"]
        told = explain_link(
            Question(url=options["url"], headers=headers, account=None, tells_signatures=True)
        )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(told), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(write_text(told)))


def _read_header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise CommandError(f"--header takes NAME: VALUE, not {text!r}.")
    return name.strip().lower(), value.strip()
