"""Processes that are killed in the middle of their work, and disks that are full."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch


def forked(work: Callable[[], object]) -> int:
    """The id of a process of its own that does `work`, which it should not survive."""
    child = os.fork()
    if child == 0:
        try:
            torch.set_num_threads(1)  # threads do not survive a fork: work that is given to them would wait for ever
            work()
        finally:
            os._exit(1)
    return child


def killed_in(work: Callable[[Callable[[], None]], None]) -> None:
    """Run `work(here)` in a process of its own that is killed where it calls `here`, as kill -9 does."""
    child = forked(lambda: work(lambda: os.kill(os.getpid(), signal.SIGKILL)))
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it ended by itself"
    assert os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file can grow past so many bytes meanwhile: the operating system refuses, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # Python ignores the signal that would come with it
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
