"""Rivals: the servers we measure against, and a measure: pinned, each in a folder that git ignores.

Nothing of theirs touches our environment. What cannot be installed is left out, and the reason printed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.effort import Unmeasurable

FOLDER = Path(__file__).resolve().parents[2] / ".data" / "bench"
_NODE_FOLDER = FOLDER / "ipx"
THUMBOR = FOLDER / "thumbor" / "bin" / "thumbor"
SSIMULACRA2 = FOLDER / "ssimulacra2" / "bin" / "python"
IPX = _NODE_FOLDER / "node_modules" / "ipx" / "bin" / "ipx.mjs"
VERSIONS = {"thumbor": "7.8.0", "ipx": "3.1.1", "ssimulacra2": "0.3.0"}
_STAMP = "installed.json"


class RivalAbsent(Unmeasurable):
    """It cannot be had here; the message says why."""


def install_thumbor() -> None:
    """Make its environment, unless this version is there. Raises RivalAbsent."""
    _install_from_python("thumbor")


def install_ssimulacra2() -> None:
    """Make its environment, unless this version is there. Raises RivalAbsent."""
    _install_from_python("ssimulacra2")


def _install_from_python(name: str) -> None:
    folder = FOLDER / name
    if _is_there(folder, name):
        return
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    options = ["--disable-pip-version-check", "--no-input", "--quiet"]
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", *options, f"{name}=={VERSIONS[name]}"])
    _stamp(folder, name)


def install_ipx() -> None:
    """Fetch it with the sharp it asks for, unless this version is there. Raises RivalAbsent."""
    if shutil.which("node") is None:
        raise RivalAbsent("there is no node")
    if _is_there(_NODE_FOLDER, "ipx"):
        return
    if shutil.which("npm") is None:
        raise RivalAbsent("there is no npm")
    shutil.rmtree(_NODE_FOLDER, ignore_errors=True)
    _NODE_FOLDER.mkdir(parents=True)
    (_NODE_FOLDER / "package.json").write_text(json.dumps({"private": True}), encoding="ascii")
    # Its libvips comes as a package; an install script would only try to compile another.
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    _run(["npm", "install", *options, f"ipx@{VERSIONS['ipx']}"], folder=_NODE_FOLDER)
    _stamp(_NODE_FOLDER, "ipx")


def describe_thumbor() -> str:
    """Return its version and its Pillow's."""
    words = "from importlib.metadata import version; print(version('pillow'))"
    pillow = _ask([str(THUMBOR.with_name("python")), "-c", words])
    return f"thumbor {VERSIONS['thumbor']} on Pillow {pillow}"


def describe_ipx() -> str:
    """Return its version, its sharp's and Node's."""
    words = (
        "const s = require('sharp'); console.log('sharp', s.versions.sharp, 'and libvips', s.versions.vips)"
    )
    folder = IPX.parents[1]
    node = _ask(["node", "--version"])
    return f"ipx {VERSIONS['ipx']} on {_ask(['node', '-e', words], folder=folder)}, Node {node}"


def _is_there(folder: Path, name: str) -> bool:
    stamp = folder / _STAMP
    return stamp.exists() and json.loads(stamp.read_text()) == VERSIONS[name]


def _stamp(folder: Path, name: str) -> None:
    (folder / _STAMP).write_text(json.dumps(VERSIONS[name]))


def _run(command: list[str], *, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RivalAbsent(str(error)) from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise RivalAbsent(f"{Path(command[0]).name} failed: {' '.join(last)[:200]}")


def _ask(command: list[str], *, folder: Path | None = None) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
