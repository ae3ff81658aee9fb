"""`manage.py up`: run the whole platform from one data folder until told to stop.

It imports no Django: it makes the variables Django's settings need, and stays small beside what it watches.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from images_platform import data_folder
from images_platform.board import make_board, post_board, take_down_board
from images_platform.embedded.run_folder import make_run_folder, remove_run_folder
from images_platform.env import EnvError
from images_platform.instance import RUN_FOLDER, Instance, find_data_dir, make_instance, read_variables
from images_platform.parts import list_parts
from images_platform.ports import require_free_ports
from images_platform.supervisor.errors import SupervisorError
from images_platform.supervisor.journal import Journal
from images_platform.supervisor.orphans import end_orphans, find_by_variable
from images_platform.supervisor.supervisor import Supervisor

_STDOUT = 1
_PATIENCE_SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal asks for the end; return the exit status."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run the whole platform until Ctrl-C.")
    parser.add_argument(
        "--port", type=_read_port, default=8000, help="control's; delivery takes the next one"
    )
    port = parser.parse_args(arguments).port
    try:
        run(find_data_dir(os.environ), port)
    except (SupervisorError, EnvError) as error:
        sys.stderr.write(f"\nup: {error}\n")
        return 1
    return 0


def run(data_dir: Path, port: int) -> None:
    """Hold the data folder and run its instance. Raises SupervisorError."""
    with ExitStack() as stack:
        stack.enter_context(data_folder.holding(data_dir))
        patience_seconds = _PATIENCE_SECONDS if clear_earlier_run(data_dir) else 0.0
        require_free_ports(port, port + 1, patience_seconds=patience_seconds)
        run_folder = make_run_folder()
        stack.callback(remove_run_folder, run_folder)
        instance = make_instance(data_dir, run_folder, port=port, environment=os.environ)
        parts = list_parts(instance)
        journal = Journal(_STDOUT, [part.name for part in parts])
        Supervisor(parts, journal).run(while_ready=showing_board(instance, journal))


@contextmanager
def showing_board(instance: Instance, journal: Journal) -> Iterator[None]:
    """Tell people and scripts where everything answers, as long as it does."""
    demo = json.loads((instance.data_dir / "demo.json").read_text(encoding="utf-8"))
    board = make_board(instance.variables, demo)
    post_board(board, instance.data_dir)
    journal.print(board.as_text().encode())
    try:
        yield
    finally:
        take_down_board(instance.data_dir)


def clear_earlier_run(data_dir: Path) -> bool:
    """End and remove what a run left that was killed with -9; return whether there was one."""
    take_down_board(data_dir)
    run_folder = read_variables(data_dir).get(RUN_FOLDER, "")
    if not run_folder or not Path(run_folder).exists():
        return False
    end_orphans(find_by_variable(RUN_FOLDER, run_folder))
    remove_run_folder(Path(run_folder))
    return True


def _read_port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65534:
        raise argparse.ArgumentTypeError("must be from 1 to 65534")
    return port
