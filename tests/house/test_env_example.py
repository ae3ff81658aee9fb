"""`deploy/env.example` lists every variable that is read, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "flag", "integer", "words", "choice", "path", "web_url", "database", "networks", "ports"}


def variables_read() -> set[str]:
    """Return the first argument of every call of a reader with a name written out."""
    return {
        node.args[0].value
        for file in (ROOT / "images_platform").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and is_reader(node.func, file)
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def is_reader(function: ast.expr, file: Path) -> bool:
    """Whether a call is `env.<reader>(…)`, or `<reader>(…)` in env.py itself."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id == "env" and function.attr in READERS
    return file.name == "env.py" and isinstance(function, ast.Name) and function.id in READERS


def test_the_example_is_complete() -> None:
    text = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE))
    read = variables_read()
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert listed == read
