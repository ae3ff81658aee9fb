"""The README's commands exist and take what it gives them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python manage\.py (.+)$", README, flags=re.MULTILINE)
TARGETS = re.findall(r"`make ([a-z]+)|^make ([a-z]+)", README, flags=re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_management_command_takes_its_arguments(line: str) -> None:
    name, *arguments = shlex.split(line.replace("<account id>", "0" * 32).replace("<token>", "img0"))
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {first or second for first, second in TARGETS}
    assert {"up", "test", "doctor"} <= named
    assert named <= set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))


def test_every_file_named_in_the_tour_exists() -> None:
    paths = re.findall(r"`((?:apps|tests|deploy|images_platform)/[\w./-]+)`", README)
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).exists()] == []
