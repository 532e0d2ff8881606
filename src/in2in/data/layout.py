"""The InterHuman folder layout: motions, texts and splits, read and written one clip at a time.

motions_processed/person{1,2}/ID.npy   [T, 492] float32, z up (person1 alone in data of single persons)
annots/ID.txt                          interaction texts, one a line
annots_individual/person{1,2}/ID.txt   individual texts, one a line (optional; an empty line is no text)
split/{train,val,test}.txt             clip ids, one a line
split/ignore_list.txt                  clip ids to leave out (optional)
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError, writing
from in2in.motion.representation import RawMotion

RAW_WIDTH = 492
RAW_POSITIONS = slice(0, 66)
RAW_ROTATIONS = slice(186, 312)
"""62 joints x 3, then 51 joints x 6: the first 22 and the first 21 are the body's."""

FIRST = "person1"


@dataclass(frozen=True)
class Texts:
    """What is said of one clip.

    Attributes:
        interaction: the interaction texts, at least one.
        individuals: for each person, the individual texts; "" where there is none.
    """

    interaction: tuple[str, ...]
    individuals: tuple[tuple[str, ...], ...]

    def swap(self) -> "Texts":
        """The individual texts with the persons in reverse order."""
        return Texts(self.interaction, self.individuals[::-1])


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
    return folder / "motions_processed" / person / f"{clip}.npy"


def interaction_path(folder: Path, clip: str) -> Path:
    """Where the interaction texts of a clip lie."""
    return folder / "annots" / f"{clip}.txt"


def individual_path(folder: Path, person: str, clip: str) -> Path:
    """Where a person's individual texts lie."""
    return folder / "annots_individual" / person / f"{clip}.txt"


def split_path(folder: Path, name: str) -> Path:
    """Where the ids of a split lie."""
    return folder / "split" / f"{name}.txt"


def read_body(path: Path) -> tuple[Tensor, Tensor]:
    """One person's joints [T, 22, 3] (y up) and local rotations [T, 21, 6] as a raw file has them, finite or not."""
    if not path.is_file():
        raise InputError(f"{path} is missing: every id of a split needs a file for each person")
    try:
        raw = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read as a .npy array ({error}): replace it or ignore the clip") from error
    if raw.ndim != 2 or raw.shape[1] != RAW_WIDTH:
        raise InputError(
            f"{path} has shape {list(raw.shape)}, expected [T, {RAW_WIDTH}]: is it from motions_processed?"
        )
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


def read_motion(folder: Path, clip: str) -> RawMotion:
    """All persons of a clip; an error if their lengths differ."""
    names = person_names(count_persons(folder))
    joints, rotations = zip(*(read_person(motion_path(folder, person, clip)) for person in names), strict=True)
    lengths = [len(j) for j in joints]
    if len(set(lengths)) > 1:
        raise InputError(
            f"clip {clip} in {folder}: the persons have {lengths[0]} and {lengths[1]} frames; make them equal or "
            "list the id in split/ignore_list.txt"
        )
    return RawMotion(torch.stack(joints), torch.stack(rotations))


def write_motion(folder: Path, clip: str, motion: RawMotion) -> None:
    """Write all persons of a clip as raw files; the hands and other joints that we do not have are zeros."""
    names = person_names(len(motion.joints))
    for person, joints, rotations in zip(names, motion.joints, motion.rotations, strict=True):
        raw = np.zeros((len(joints), RAW_WIDTH), dtype=np.float32)
        raw[:, RAW_POSITIONS] = to_z_up(joints).flatten(1).numpy()
        raw[:, RAW_ROTATIONS] = rotations.flatten(1).numpy()
        path = motion_path(folder, person, clip)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, raw)


def _lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text ({error}): repair it or ignore the clip") from error


def read_texts(folder: Path, clip: str) -> Texts:
    """The texts of a clip; individual texts are optional, the interaction text is not."""
    path = interaction_path(folder, clip)
    if not path.is_file():
        raise InputError(f"{path} is missing: every clip needs an interaction text, one a line")
    interaction = tuple(line for line in _lines(path) if line)
    if not interaction:
        raise InputError(f"{path} holds no text: write at least one line")
    individuals = []
    for person in person_names(count_persons(folder)):
        own = individual_path(folder, person, clip)
        individuals.append(_lines(own) if own.is_file() else ())
    return Texts(interaction, tuple(individuals))


def write_texts(folder: Path, clip: str, texts: Texts) -> None:
    """Write the interaction texts, and the individual ones where there are any."""
    files = {interaction_path(folder, clip): texts.interaction}
    for person, lines in zip(person_names(len(texts.individuals)), texts.individuals, strict=True):
        if any(lines):
            files[individual_path(folder, person, clip)] = lines
    for path, lines in files.items():
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def listed(folder: Path, name: str) -> list[str]:
    """The ids that a split's file lists, in their order, the ignored ones too."""
    path = split_path(folder, name)
    if not path.is_file():
        raise InputError(f"{path} is missing: is data_dir={folder} a data set in the InterHuman layout?")
    return [clip for clip in _lines(path) if clip]


def read_ignored(folder: Path) -> set[str]:
    """The ids of the ignore list, if there is one."""
    path = split_path(folder, "ignore_list")
    return {clip for clip in _lines(path) if clip} if path.is_file() else set()


def read_split(folder: Path, name: str) -> list[str]:
    """The ids of a split in their order, without those of the ignore list."""
    ignored = read_ignored(folder)
    return [clip for clip in listed(folder, name) if clip not in ignored]


def write_split(folder: Path, name: str, clips: list[str]) -> None:
    """Write the ids of a split."""
    path = split_path(folder, name)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{clip}\n" for clip in clips), encoding="utf-8")
