"""What in2in-check finds: defects of every kind at two severities, planted in a good data set.

    python scripts/measure_check.py [--clips 1000] [--each 8] [--seed 5] [--data_dir DIR] [--kinds frozen,teleport,...]

The good data are procedural, or a copy of the data set that is named; what is found in it before is no new finding.
The limits are those of conf/check/check.yaml, written down before any defect was planted. Every clip gets one defect
at most.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hydra.utils import instantiate
from omegaconf import OmegaConf

from in2in.bench.people import write_dataset
from in2in.bench.planted_defects import DEFECTS, Defect
from in2in.check.dataset import Diagnosis, examine
from in2in.check.finding import Kind
from in2in.cli.entry import conf_dir
from in2in.data.layout import read_split
from in2in.text.tokens import TokenCount


def planted(folder: Path, defects: Sequence[Defect], each: int, seed: int) -> list[tuple[str, Defect]]:
    """Put each of the defects into some training clips, drawn by the seed; returns which clip has which."""
    draw = np.random.default_rng(seed)
    clips = iter(draw.permutation(read_split(folder, "train")).tolist())
    chosen = [(next(clips), defect) for defect in defects for _ in range(each)]
    for clip, defect in chosen:
        defect.plant(folder, clip, draw)
    return chosen


def found(diagnosis: Diagnosis, clip: str) -> set[Kind]:
    """The kinds of what was found in a clip, in strange copies of its texts too."""
    return {own.kind for own in diagnosis.findings if own.clip in (clip, f"{clip}(1)", f"copy of {clip}")}


def main() -> None:
    """Generate, examine, plant, examine again, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--data_dir", type=Path)
    parser.add_argument("--kinds", default=",".join(Kind))
    asked = parser.parse_args()
    defects = [defect for defect in DEFECTS if defect.kind in asked.kinds.split(",")]
    limits = instantiate(OmegaConf.load(conf_dir() / "check" / "check.yaml").limits)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "data"
        if asked.data_dir:
            shutil.copytree(asked.data_dir, folder)
        else:
            write_dataset(folder, asked.clips, asked.seed)
        good = examine(folder, limits, TokenCount(), processes=1)
        chosen = planted(folder, defects, asked.each, asked.seed)
        bad = examine(folder, limits, TokenCount(), processes=1)
    clips = sum(part.clips for part in good.parts.values())
    before = {(own.clip, own.kind) for own in good.findings}
    print(f"{clips} good clips: findings in {len(good.clips(list(Kind)))}")
    for finding in good.findings[:20]:
        print(f"  {finding.kind} {finding.clip}: {finding.message}")
    touched = {clip for clip, _ in chosen}
    names = touched | {f"{clip}(1)" for clip in touched} | {f"copy of {clip}" for clip in touched}
    alarms = {own.clip for own in bad.findings if (own.clip, own.kind) not in before} - names
    print(f"{len(chosen)} of them with a defect: {len(alarms)} new findings in the {clips - len(touched)} others")
    print("\n| kind | severity | what | found | other findings in these clips |\n| --- | --- | --- | --- | --- |")
    recalled = 0
    for defect in defects:
        sets = [
            found(bad, clip) - {kind for place, kind in before if place == clip}
            for clip, own in chosen
            if own is defect
        ]
        hits = sum(defect.kind in kinds for kinds in sets)
        recalled += hits
        others = [kind for kinds in sets for kind in kinds if kind is not defect.kind]
        told = ", ".join(f"{kind} {others.count(kind)}" for kind in Kind if kind in others)
        print(f"| {defect.kind} | {defect.severity} | {defect.amount} | {hits} of {len(sets)} | {told} |")
    print(f"\nfound {recalled} of {len(chosen)} ({100 * recalled / len(chosen):.1f} %)")


if __name__ == "__main__":
    main()
