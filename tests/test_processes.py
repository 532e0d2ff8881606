"""Work in several processes: in order, not far ahead, over when the one that asked for it is gone."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from in2in.data.processes import in_processes, map_in_processes


def noted(folder: Path, number: int) -> int:
    (folder / str(number)).touch()
    return -number


def test_results_keep_their_order_and_do_not_pile_up(tmp_path: Path) -> None:
    results = in_processes(partial(noted, tmp_path), range(40), 2, "noting", sizes=[1] * 40)
    assert next(results) == 0
    assert list(tmp_path.iterdir()), "work has begun"
    assert not (tmp_path / "5").exists(), "four are on the way, a fifth is begun when one is fetched"
    assert list(results) == [-number for number in range(1, 40)]
    assert len(list(tmp_path.iterdir())) == 40
    assert map_in_processes(partial(noted, tmp_path), range(40), 1, "noting") == [-number for number in range(40)]


def worked(out: Path, number: int) -> None:
    (out / str(os.getpid())).touch()
    time.sleep(0.05)


def gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.is_file() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="asks /proc for processes")
def test_no_process_outlives_a_killed_command(tmp_path: Path) -> None:
    work = "from test_processes import *\nif __name__ == '__main__':\n    "
    work += f"map_in_processes(partial(worked, Path({str(tmp_path)!r})), range(100_000), 2, '')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])}
    script = tmp_path.parent / "work.py"
    script.write_text(work)
    command = subprocess.Popen([sys.executable, str(script)], env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(list(tmp_path.iterdir())) == 2)
    finally:
        command.kill()
        command.wait()
    pids = [int(path.name) for path in tmp_path.iterdir()]
    until(lambda: all(gone(pid) for pid in pids))


def until(happened) -> None:
    """Wait for something, a minute at most."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)
