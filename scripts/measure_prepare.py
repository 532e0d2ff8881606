"""Time and peak memory of preparing a data set and ten times as many clips.

    python scripts/measure_prepare.py [--clips 7779] [--times 10] [--base 100] [--processes 1] [--folder DIR]

The clips are `base` procedural ones, linked under as many ids as are wanted. Each size is prepared by in2in-prepare in
a process of its own, whose peak of resident memory, processor seconds and wall time are told by the operating system.
With several processes the memory is that of the largest.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from in2in.bench.people import write_dataset
from in2in.data.layout import interaction_path, motion_path, person_names, read_split, write_split


def linked(base: Path, out: Path, clips: int) -> None:
    """A data set of so many clips, all of them links to those of another."""
    ids = [clip for name in ("train", "val", "test") for clip in read_split(base, name)]
    for number in range(clips):
        source, clip = ids[number % len(ids)], f"{number:07d}"
        pairs = [(motion_path(base, person, source), motion_path(out, person, clip)) for person in person_names(2)]
        pairs.append((interaction_path(base, source), interaction_path(out, clip)))
        for old, new in pairs:
            new.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, new)
    write_split(out, "train", [f"{number:07d}" for number in range(clips)])


def prepared(folder: Path, processes: int) -> tuple[float, float, float]:
    """Prepare it: wall seconds, processor seconds and peak memory in MB."""
    arguments = ["source=interhuman", f"data_dir={folder}", f"processes={processes}"]
    start = time.perf_counter()
    command = [sys.executable, "-m", "in2in.cli.prepare", *arguments]
    with open(os.devnull, "w") as null:
        files = [(os.POSIX_SPAWN_DUP2, null.fileno(), place) for place in (1, 2)]
        pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=files)
        _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Measure one clip, then both sizes; print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=7779)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--base", type=int, default=100)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where there is room; the links need one file system")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        base = Path(scratch) / "base"
        write_dataset(base, asked.base, seed=0)
        print(
            "| clips | wall s | processor s | peak memory MB | cache MB |\n| --- | --- | --- | --- | --- |", flush=True
        )
        for clips in (1, asked.clips, asked.times * asked.clips):
            linked(base, folder := Path(scratch) / str(clips), clips)
            wall, processor, memory = prepared(folder, asked.processes)
            size = sum(path.stat().st_size for path in (folder / "cache").rglob("*") if path.is_file()) / 1e6
            print(f"| {clips:,} | {wall:.0f} | {processor:.1f} | {memory:.0f} | {size:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
