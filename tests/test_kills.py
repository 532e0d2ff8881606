"""The short form of scripts/kill_test.py: a training killed by the clock and while it writes a checkpoint."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "kill_test.py"


def test_a_killed_training_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    place = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path  # another file system, where there is one
    out = place / f"in2in-kills-{tmp_path.parent.name}-{tmp_path.name}"
    given = ["--out", str(out), "--kills", "2", "--commands", "train", "--json", str(tmp_path / "kills.json")]
    ended = subprocess.run([sys.executable, str(SCRIPT), *given], capture_output=True, text=True, timeout=280)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [figures] = json.loads((tmp_path / "kills.json").read_text())["outcomes"]
    assert (figures["kills"], figures["while_writing"]) == (2, 1)
    assert (figures["went_on"], figures["same_result"], figures["nothing_left_over"]) == (2, 2, 2)
    assert (figures["half_written_in_sight"], figures["wrong"]) == (0, [])
    assert not out.exists()
