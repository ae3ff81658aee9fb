"""`deploy/env.example` lists every variable that is read, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "flag", "integer", "words", "choice", "path", "web_url", "database"}


def variables_read() -> set[str]:
    """Return the first argument of every call `env.<reader>("NAME", …)` in the settings."""
    found = set()
    for file in (ROOT / "images_platform").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
                and node.func.attr in READERS
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_the_example_is_complete() -> None:
    text = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE))
    read = variables_read()
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert listed == read
