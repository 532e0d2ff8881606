"""The same work on many things, in several processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch
from tqdm import tqdm

from in2in.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, description: str
) -> list[Result]:
    """What `work` returns for each item, in their order, with a progress bar.

    Args:
        work: a function that can be pickled.
        items: things that can be pickled.
        processes: how many work side by side; 1 for this one.
        description: of the progress bar.
    """
    if processes < 1:
        raise InputError(f"processes={processes} must be 1 or more")
    if processes == 1:
        return [work(item) for item in tqdm(items, desc=description, unit="clip")]
    start = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=start, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            results = pool.map(work, items, chunksize=8)
            return list(tqdm(results, total=len(items), desc=description, unit="clip"))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
