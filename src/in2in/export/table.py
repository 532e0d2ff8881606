"""The joints as a table that spreadsheets and data frames read: CSV, metres, y up."""

import csv
from pathlib import Path

import numpy as np

from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.skeleton import JOINTS

HEADER = ("person", "frame", "seconds", *(f"{joint}_{axis}" for joint in JOINTS for axis in "xyz"))


def write_table(path: str | Path, motion: Motion) -> None:
    """Write a row for each person and frame, person 1 first: person, frame, seconds, pelvis_x, pelvis_y, ..."""
    motion.check()
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for person, frames in enumerate(np.asarray(motion.joints), start=1):
            for frame, joints in enumerate(frames):
                places = (f"{number:.6f}" for number in joints.flatten())
                writer.writerow((person, frame, f"{frame / motion.fps:.4f}", *places))
