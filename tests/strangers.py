"""What data sets, checkpoints and maps of strangers are tested with."""

import os
from pathlib import Path
from typing import Any


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder; links are not followed."""
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return {str(path): path.read_bytes() for path in sorted(found) if path.is_file()}


def check_one_line(finished: Any, *told: str) -> None:
    assert finished.code == 1
    assert "Traceback" not in finished.err
    line = finished.err.strip().splitlines()[-1]
    assert all(part in line for part in told), line
