"""A whole data set in the InterHuman layout, with the truth of every clip beside it."""

from collections.abc import Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path

from in2in.bench.people.casting import splits
from in2in.bench.people.clip import generate
from in2in.bench.people.kinds import HANDED, KINDS
from in2in.bench.people.measures import Quality, measure, summary
from in2in.data.layout import SPLITS, write_motion, write_split, write_texts
from in2in.data.processes import map_in_processes
from in2in.errors import InputError


def clip_name(index: int) -> str:
    """The id of a clip in the data set."""
    return f"{index:05d}"


def truth_path(folder: Path, clip: str) -> Path:
    """Where the truth of a clip lies."""
    return folder / "truth" / f"{clip}.json"


Written = tuple[list[str], Quality | None]
"""Ids, and how good the motion is."""


def _write_pair(folder: Path, seed: int, number: tuple[int, str]) -> Written:
    index, split = number
    clip, name = generate(index, seed, split=split), clip_name(index)
    write_motion(folder, name, clip.motion)
    write_texts(folder, name, clip.texts)
    clip.truth.save(truth_path(folder, name))
    return [name], measure(clip)


def _write_singles(folder: Path, seed: int, number: tuple[int, str]) -> Written:
    index, split = number
    clip = generate(index, seed, split=split)
    written = []
    for person in range(len(clip.motion.joints)):
        motion, texts = clip.alone(person)
        written.append(f"{clip_name(index)}_{person + 1}")
        write_motion(folder, written[-1], motion)
        write_texts(folder, written[-1], texts)
    return written, None


def numbers(clips: int, kinds: Sequence[str] | None = None) -> list[int]:
    """Numbers of the first clips, of some kinds only if any are named."""
    known = [kind.name for kind in KINDS]
    if unknown := sorted(set(kinds or ()) - set(known)):
        raise InputError(f"there is no kind {unknown[0]!r}: choose from {', '.join(known)}")
    wanted = (index for index in count() if not kinds or known[index % len(known)] in kinds)
    return list(islice(wanted, clips))


def write_dataset(
    out: Path, clips: int, seed: int, processes: int = 1, kinds: Sequence[str] | None = None, persons: int = 2
) -> None:
    """Generate a data set and print how good it is; the same clips and seed give the same bytes with any processes.

    Args:
        out: folder to write to; it must not hold a data set yet.
        clips: how many.
        seed: any number from 0.
        processes: how many work side by side.
        kinds: names of the kinds to show, all if left out; a clip is the same whatever others there are.
        persons: 2; or 1 for each person of every clip alone, told by the individual texts, without a truth record.
    """
    if seed < 0 or processes < 1:
        raise InputError(f"seed={seed} processes={processes}: the seed starts at 0 and at least one process works")
    if persons not in (1, 2):
        raise InputError(f"persons={persons} must be 1 or 2")
    if (out / "split").exists():
        raise InputError(f"{out} already holds a data set: name another folder or delete it")
    indices = numbers(clips, kinds)
    names = splits(indices, seed, HANDED)
    work = partial(_write_pair if persons == 2 else _write_singles, out, seed)
    written = map_in_processes(work, list(zip(indices, names, strict=True)), processes, "generating")
    for split in SPLITS:
        write_split(
            out, split, [clip for (own, _), name in zip(written, names, strict=True) if name == split for clip in own]
        )
    if qualities := [quality for _, quality in written if quality is not None]:
        print(summary(qualities))
