"""The InterHuman folder layout: motions, texts and splits, read and written one clip at a time.

motions_processed/person{1,2}/ID.npy   [T, 492] float32, z up (person1 alone in data of single persons)
annots/ID.txt                          interaction texts, one a line
annots_individual/person{1,2}/ID.txt   individual texts, one a line (optional; an empty line is no text)
split/{train,val,test}.txt             clip ids, one a line
split/ignore_list.txt                  clip ids to leave out (optional)

Lists of ids may lie in the data set's folder instead of split/, and name files, as in person1/ID.npy. Line k of the
individual texts belongs to line k of the interaction texts.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError, writing
from in2in.files.arrays import read_npy
from in2in.files.assumed import ASSUMPTIONS
from in2in.files.inside import check_id, check_own
from in2in.files.text_files import read_lines
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

RAW_WIDTH = 492
RAW_POSITIONS = slice(0, 66)
RAW_ROTATIONS = slice(186, 312)
"""62 joints x 3, then 51 joints x 6: the first 22 and the first 21 are the body's."""

TRAIN, VAL, TEST = SPLITS = ("train", "val", "test")

FIRST = "person1"

ENDINGS = (".npy", ".npz", ".txt")
"""Of files that a line of a split may name instead of an id."""

PLACES = ("person1", "person2", "annots", "motions", "motions_processed")
"""Folders of such files."""

ID_HEADS = ("id", "ids", "clip", "clips", "clip_id", "name")
"""What the head line of a list of ids may say."""


def to_y_up(points: Tensor) -> Tensor:
    """(x, y, z) with z up to (x, z, -y) with y up."""
    x, y, z = points.unbind(-1)
    return torch.stack([x, z, -y], dim=-1)


def to_z_up(points: Tensor) -> Tensor:
    """(x, y, z) with y up to (x, -z, y) with z up."""
    x, y, z = points.unbind(-1)
    return torch.stack([x, -z, y], dim=-1)


def person_names(persons: int) -> list[str]:
    """Names of the persons' folders."""
    return [f"person{number}" for number in range(1, persons + 1)]


def count_persons(folder: Path) -> int:
    """How many persons the clips of a data set have: 1 if there is no folder of a second person."""
    return 2 if (folder / "motions_processed" / "person2").is_dir() else 1


def motion_path(folder: Path, person: str, clip: str) -> Path:
    """Where a person's raw motion lies."""
    return folder / "motions_processed" / person / f"{check_id(clip, folder)}.npy"


def interaction_path(folder: Path, clip: str) -> Path:
    """Where the interaction texts of a clip lie."""
    return folder / "annots" / f"{check_id(clip, folder)}.txt"


def individual_path(folder: Path, person: str, clip: str) -> Path:
    """Where a person's individual texts lie."""
    return folder / "annots_individual" / person / f"{check_id(clip, folder)}.txt"


def split_path(folder: Path, name: str) -> Path:
    """Where the ids of a split lie: in split/, or else in the data set's own folder if they are there."""
    usual, above = folder / "split" / f"{name}.txt", folder / f"{name}.txt"
    return above if above.is_file() and not usual.is_file() else usual


def read_body(path: Path) -> tuple[Tensor, Tensor]:
    """One person's joints [T, 22, 3] (y up) and local rotations [T, 21, 6] as a raw file has them, finite or not."""
    if not path.is_file():
        raise InputError(f"{path} is missing: every id of a split needs a file for each person")
    raw = read_npy(path, "replace it or ignore the clip")
    if raw.ndim != 2 or raw.shape[1] != RAW_WIDTH:
        raise InputError(
            f"{path} has shape {list(raw.shape)}, expected [T, {RAW_WIDTH}]: is it from motions_processed?"
        )
    with np.errstate(over="ignore"):  # too large for 32 bits is infinite, which is told of where it matters
        body = torch.from_numpy(raw.astype(np.float32))
    joints = to_y_up(body[:, RAW_POSITIONS].unflatten(-1, (22, 3)))
    return joints, body[:, RAW_ROTATIONS].unflatten(-1, (21, 6))


def read_person(path: Path) -> tuple[Tensor, Tensor]:
    """One person's joints [T, 22, 3] (y up) and local rotations [T, 21, 6] from a raw file, all finite."""
    joints, rotations = read_body(path)
    if not len(joints):
        raise InputError(f"{path} holds no frames: replace it or list the id in split/ignore_list.txt")
    if not (torch.isfinite(joints).all() and torch.isfinite(rotations).all()):
        raise InputError(f"{path} holds NaN or infinite numbers: repair it or list the id in split/ignore_list.txt")
    return joints, rotations


def read_motion(folder: Path, clip: str) -> Motion:
    """All persons of a clip; an error if their lengths differ."""
    names = person_names(count_persons(folder))
    joints, rotations = zip(*(read_person(motion_path(folder, person, clip)) for person in names), strict=True)
    lengths = [len(j) for j in joints]
    if len(set(lengths)) > 1:
        raise InputError(
            f"clip {clip} in {folder}: the persons have {lengths[0]} and {lengths[1]} frames; make them equal or "
            "list the id in split/ignore_list.txt"
        )
    return Motion.from_tensors(torch.stack(joints), torch.stack(rotations))


def write_motion(folder: Path, clip: str, motion: Motion) -> None:
    """Write all persons of a clip as raw files; the hands and other joints that we do not have are zeros."""
    names = person_names(len(motion.joints))
    for person, joints, rotations in zip(names, *motion.tensors(), strict=True):
        raw = np.zeros((len(joints), RAW_WIDTH), dtype=np.float32)
        raw[:, RAW_POSITIONS] = to_z_up(joints).flatten(1).numpy()
        raw[:, RAW_ROTATIONS] = rotations.flatten(1).numpy()
        path = motion_path(folder, person, clip)
        with writing(check_own(path, folder)):
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, raw)


def read_texts(folder: Path, clip: str) -> Texts:
    """The texts of a clip; individual texts are optional, the interaction text is not.

    Line k of a person's file belongs to line k of the interaction texts, and is left out with it where that is blank;
    a file that has just a line for each interaction text that is not blank belongs to these.
    """
    path = interaction_path(folder, clip)
    if not path.is_file():
        raise InputError(f"{path} is missing: every clip needs an interaction text, one a line")
    lines = _lines(folder, path)
    told = [number for number, line in enumerate(lines) if line]
    if not told:
        raise InputError(f"{path} holds no text: write at least one line")
    if len(told) < len(lines):
        left_out = "is left out, with the individual texts of the same line"
        ASSUMPTIONS.tell(f"blank lines of {folder}", f"{path} has a blank line between its texts: it {left_out}")
    individuals = []
    for person in person_names(count_persons(folder)):
        own = individual_path(folder, person, clip)
        its = _lines(folder, own) if own.is_file() else ()
        by_text = len(its) == len(told) and all(its)
        individuals.append(its if by_text else tuple(its[number] for number in told if number < len(its)))
    return Texts(tuple(lines[number] for number in told), tuple(individuals))


def _lines(folder: Path, path: Path) -> tuple[str, ...]:
    return read_lines(path, "repair it or ignore the clip", folder)


def write_texts(folder: Path, clip: str, texts: Texts) -> None:
    """Write the interaction texts, and the individual ones where there are any."""
    files = {interaction_path(folder, clip): texts.interaction}
    for person, lines in zip(person_names(len(texts.individuals)), texts.individuals, strict=True):
        if any(lines):
            files[individual_path(folder, person, clip)] = lines
    for path, lines in files.items():
        with writing(check_own(path, folder)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def listed(folder: Path, name: str) -> list[str]:
    """The ids that a split's file lists, in their order, the ignored ones too; each is a plain name, see `check_id`."""
    path = split_path(folder, name)
    if not path.is_file():
        raise InputError(f"{path} is missing: is data_dir={folder} a data set in the InterHuman layout?")
    return [check_id(clip, path) for clip in _ids(folder, path)]


def read_ignored(folder: Path) -> set[str]:
    """The ids of the ignore list, if there is one."""
    path = split_path(folder, "ignore_list")
    return set(_ids(folder, path)) if path.is_file() else set()


def _ids(folder: Path, path: Path) -> Iterator[str]:
    """The ids of a list: lines, or the names of files that they give; a clip's second file says nothing new."""
    lines = [line for line in read_lines(path, "save it as UTF-8, an id a line", folder) if line]
    if lines and lines[0].lower() in ID_HEADS and not motion_path(folder, FIRST, lines[0]).is_file():
        ASSUMPTIONS.tell(f"head of {path}", f"{path}:1 is a head line and no clip: {lines.pop(0)}")
    if path.parent == folder and lines:
        ASSUMPTIONS.tell(f"splits of {folder}", f"{folder} has its lists of clips beside its folders: {path.name}")
    named: set[str] = set()
    for line in lines:
        *places, name = line.strip('"').replace("\\", "/").split("/")
        if places and places[-1] in PLACES and ".." not in places:
            if (clip := _without_ending(name)) not in named:
                named.add(clip)
                yield clip
        else:
            yield _without_ending(line.strip('"'))


def _without_ending(name: str) -> str:
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)


def read_split(folder: Path, name: str) -> list[str]:
    """The ids of a split in their order, without those of the ignore list."""
    ignored = read_ignored(folder)
    return [clip for clip in listed(folder, name) if clip not in ignored]


def write_split(folder: Path, name: str, clips: list[str]) -> None:
    """Write the ids of a split."""
    path = split_path(folder, name)
    with writing(check_own(path, folder)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{clip}\n" for clip in clips), encoding="utf-8")
