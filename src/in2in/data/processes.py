"""The same work on many things, in several processes."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, TypeVar

import torch
from tqdm import tqdm

from in2in.data.assumed import ASSUMPTIONS, Line
from in2in.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_in_processes(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int | None,
    description: str,
    sizes: Sequence[int] | None = None,
) -> list[Result]:
    """What `work` returns for each item, in their order, with a progress bar of clips.

    Args:
        work: a function that can be pickled.
        items: things that can be pickled.
        processes: how many work side by side; 1 for this one, None for one on each core.
        description: of the progress bar.
        sizes: clips of each item; one each if left out.
    """
    processes = cores() if processes is None else processes
    if processes < 1:
        raise InputError(f"processes={processes} must be 1 or more")
    processes = min(processes, len(items))
    clips = [1] * len(items) if sizes is None else sizes
    results = []
    with tqdm(total=sum(clips), desc=description, unit="clip") as bar, ExitStack() as stack:
        for size, result in zip(clips, _results(work, items, processes, stack), strict=True):
            results.append(result)
            bar.update(size)
    return results


def _results(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, stack: ExitStack
) -> Iterable[Result]:
    """The results one by one, from processes that end with the stack."""
    if processes <= 1:
        return map(work, items)
    start, chunk = get_context("spawn"), max(1, min(8, len(items) // processes // 4))
    pool = ProcessPoolExecutor(processes, mp_context=start, initializer=_begin)
    stack.callback(pool.shutdown, cancel_futures=True)
    return map(_printed, pool.map(_Telling(work), items, chunksize=chunk))


def _begin() -> None:
    torch.set_num_threads(1)
    ASSUMPTIONS.keep()


@dataclass(frozen=True)
class _Telling(Generic[Item, Result]):
    """Work that also hands over what it assumed."""

    work: Callable[[Item], Result]

    def __call__(self, item: Item) -> tuple[Result, list[Line]]:
        return self.work(item), ASSUMPTIONS.taken()


def _printed(done: tuple[Result, list[Line]]) -> Result:
    """The result, after what another process assumed was printed."""
    result, lines = done
    for about, line in lines:
        ASSUMPTIONS.tell(about, line)
    return result
