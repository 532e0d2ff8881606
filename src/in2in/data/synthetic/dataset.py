"""A whole data set in the InterHuman layout, with the truth of every clip beside it."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import torch
from tqdm import tqdm

from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.synthetic.casting import SPLITS, splits
from in2in.data.synthetic.clip import generate
from in2in.data.synthetic.kinds import HANDED
from in2in.errors import InputError


def clip_name(index: int) -> str:
    """The id of a clip in the data set."""
    return f"{index:05d}"


def truth_path(folder: Path, clip: str) -> Path:
    """Where the truth of a clip lies."""
    return folder / "truth" / f"{clip}.json"


def _write_clip(folder: Path, seed: int, index: int, split: str) -> None:
    clip, name = generate(index, seed, split=split), clip_name(index)
    write_motion(folder, name, clip.motion)
    write_texts(folder, name, clip.texts)
    clip.truth.save(truth_path(folder, name))


def write_dataset(out: Path, clips: int, seed: int, processes: int = 1) -> None:
    """Generate a data set; the same clips and seed give the same bytes with any number of processes.

    Args:
        out: folder to write to; it must not hold a data set yet.
        clips: how many.
        seed: any number from 0.
        processes: how many work side by side.
    """
    if seed < 0 or processes < 1:
        raise InputError(f"seed={seed} processes={processes}: the seed starts at 0 and at least one process works")
    if (out / "split").exists():
        raise InputError(f"{out} already holds a data set: name another folder or delete it")
    names = splits(clips, seed, HANDED)
    work = partial(_write_clip, out, seed)
    progress = partial(tqdm, total=clips, desc="generating", unit="clip")
    if processes == 1:
        for _ in progress(map(work, range(clips), names)):
            pass
    else:
        start = get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=start, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in progress(pool.map(work, range(clips), names, chunksize=8)):
                pass
    for split in SPLITS:
        write_split(out, split, [clip_name(k) for k in range(clips) if names[k] == split])
