"""The same work on many things, in several processes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch
from tqdm import tqdm

from in2in.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int | None, description: str, unit: str = "clip"
) -> list[Result]:
    """What `work` returns for each item, in their order, with a progress bar.

    Args:
        work: a function that can be pickled.
        items: things that can be pickled.
        processes: how many work side by side; 1 for this one, None for one on each core.
        description: of the progress bar.
        unit: what the progress bar counts.
    """
    processes = cores() if processes is None else processes
    if processes < 1:
        raise InputError(f"processes={processes} must be 1 or more")
    processes = min(processes, len(items))
    if processes <= 1:
        return [work(item) for item in tqdm(items, desc=description, unit=unit)]
    start, chunk = get_context("spawn"), max(1, min(8, len(items) // processes // 4))
    with ProcessPoolExecutor(processes, mp_context=start, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            results = pool.map(work, items, chunksize=chunk)
            return list(tqdm(results, total=len(items), desc=description, unit=unit))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
