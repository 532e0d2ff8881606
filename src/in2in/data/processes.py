"""The same work on many things, in several processes."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

import torch
from tqdm import tqdm

from in2in.errors import InputError
from in2in.files.assumed import ASSUMPTIONS, Line

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int | None, description: str
) -> list[Result]:
    """What `work` returns for each item, in their order; see `in_processes`."""
    return list(in_processes(work, items, processes, description))


def in_processes(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int | None,
    description: str,
    sizes: Sequence[int] | None = None,
) -> Iterator[Result]:
    """What `work` returns for each item, one after the other, with a progress bar of clips.

    Processes work a little ahead of what was asked for, not more: results that are large do not pile up.

    Args:
        work: a function that can be pickled.
        items: things that can be pickled.
        processes: how many work side by side; 1 for this one, None for one on each core.
        description: of the progress bar.
        sizes: clips of each item, which are handed out one by one; one clip each if left out, in small batches.
    """
    processes = cores() if processes is None else processes
    if processes < 1:
        raise InputError(f"processes={processes} must be 1 or more")
    processes = min(processes, len(items))
    clips = [1] * len(items) if sizes is None else sizes
    batch = max(1, min(8, len(items) // max(processes, 1) // 4)) if sizes is None else 1
    with tqdm(total=sum(clips), desc=description, unit="clip") as bar, ExitStack() as stack:
        for size, result in zip(clips, _results(work, items, processes, batch, stack), strict=True):
            yield result
            bar.update(size)


def _results(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, batch: int, stack: ExitStack
) -> Iterator[Result]:
    """The results one by one, from processes that end with the stack."""
    if processes <= 1:
        yield from map(work, items)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
    stack.callback(pool.shutdown, cancel_futures=True)
    batches = iter([items[start : start + batch] for start in range(0, len(items), batch)])
    ahead = deque(pool.submit(_each, work, own) for own in islice(batches, 2 * processes))
    while ahead:
        results, lines = ahead.popleft().result()
        for about, line in lines:
            ASSUMPTIONS.tell(about, line)
        ahead.extend(pool.submit(_each, work, own) for own in islice(batches, 1))
        yield from results


def _begin() -> None:
    """One thread a process, and an end when the process that it works for ends, however that ended."""
    torch.set_num_threads(1)
    ASSUMPTIONS.keep()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> tuple[list[Result], list[Line]]:
    """The results, and what was assumed about the items."""
    return [work(item) for item in items], ASSUMPTIONS.taken()
