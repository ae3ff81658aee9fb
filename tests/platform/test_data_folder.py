"""The data folder: one `up` at a time, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from images_platform.data_folder import holding
from images_platform.supervisor.errors import AlreadyRunning, SupervisorError

ROOT = Path(__file__).resolve().parents[2]


def test_it_works(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    with holding(folder):
        assert (folder / "incoming").is_dir()
    with holding(folder):
        assert [path.name for path in folder.iterdir()] == ["incoming"]  # no lock file


def test_a_second_one_is_refused(tmp_path: Path) -> None:
    with holding(tmp_path), pytest.raises(AlreadyRunning, match="runs already"), holding(tmp_path):
        pass


def test_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from images_platform.data_folder import holding\n"
        "with holding(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), holding(tmp_path):
            pass
        holder.kill()
    with holding(tmp_path):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_left_alone(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(SupervisorError, match="belongs to another user"), holding(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
