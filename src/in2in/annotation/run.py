"""Asks an annotator for every text, many at once, and keeps each answer at once in the journal."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from in2in.annotation.annotator import Annotator, RejectedError, UnreachableError
from in2in.annotation.answer import faults
from in2in.annotation.journal import Failure, Journal
from in2in.annotation.motion import Movement
from in2in.annotation.task import Task
from in2in.errors import InputError

BREAK = 5
"""Texts in a row that the server failed on, after which it is taken to be down."""


LAST_WORDS = 3.0
"""Seconds in which requests under way may end when a run is over; then they are left to themselves."""


@dataclass(frozen=True)
class Patience:
    """How long to try where a server is busy or failing.

    Attributes:
        retries: requests for a text that may fail.
        backoff: seconds before the second request; doubled for each one after, and drawn at random below that.
        longest: seconds between requests at most.
    """

    retries: int = 8
    backoff: float = 1.0
    longest: float = 60.0

    def wait(self, failed: int, asked: float | None) -> float:
        """Seconds to wait after a number of failures; at least what the server asks for, within the longest."""
        return min(self.longest, max(asked or 0.0, self.backoff * 2 ** (failed - 1) * random.uniform(0.5, 1.0)))


@dataclass(frozen=True)
class Done:
    """A text is finished.

    Attributes:
        task: which.
        reason: why it has no answer, "" if it has.
        tokens: that a model read and wrote for it in this run.
    """

    task: Task
    reason: str
    tokens: tuple[int, int]


class Run:
    """A run over texts.

    Args:
        annotator: whom to ask.
        journal: where answers are kept; texts that have one there are not asked about.
        movement: the movement of a clip's two people.
        concurrency: requests at once.
        patience: with a failing server.
        count: CLIP tokens of a text.
    """

    def __init__(
        self,
        annotator: Annotator,
        journal: Journal,
        movement: Callable[[str], Movement],
        concurrency: int,
        patience: Patience,
        count: Callable[[str], int],
    ) -> None:
        self.annotator, self.journal, self.movement = annotator, journal, movement
        self.concurrency, self.patience, self.count = concurrency, patience, count
        self._stop = threading.Event()
        self._in_a_row = 0
        self._replied = False
        self._guard = threading.Lock()

    def given_up(self, task: Task) -> str:
        """Why the journal has no answer for a text and it will not be asked about again; "" if it may be."""
        failures = self.journal.failures.get(task.key(self.annotator.version), [])
        unreachable = [failure for failure in failures if failure.unreachable]
        rejected = [failure for failure in failures if not failure.unreachable]
        if len(rejected) >= self.annotator.attempts:
            return rejected[-1].reason
        if len(unreachable) >= self.patience.retries:
            return unreachable[-1].reason
        return ""

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Ask about every text that is open, yielding each as it is finished, in any order.

        Raises:
            InputError: nothing more can be asked: the server is down or refuses, or the disk is full.
        """
        waiting: SimpleQueue[Task] = SimpleQueue()
        finished: SimpleQueue[Done | BaseException] = SimpleQueue()
        for task in tasks:
            waiting.put(task)
        # Daemons: an interrupt must not wait for a server that answers slowly.
        workers = [
            threading.Thread(target=self._work, args=(waiting, finished), daemon=True)
            for _ in range(min(self.concurrency, len(tasks)))
        ]
        for worker in workers:
            worker.start()
        try:
            for _ in tasks:
                done = finished.get()
                if isinstance(done, BaseException):
                    raise done
                yield done
        finally:
            self._stop.set()
            self.annotator.close()  # ends requests that are under way
            until = time.monotonic() + LAST_WORDS
            for worker in workers:
                worker.join(max(0.0, until - time.monotonic()))
        if self._in_a_row and not self._replied:
            raise self._down(f"on all {self._in_a_row} texts", "nothing was answered")

    def _work(self, waiting: SimpleQueue[Task], finished: "SimpleQueue[Done | BaseException]") -> None:
        try:
            while not self._stop.is_set():
                finished.put(self._finish(waiting.get_nowait()))
        except Empty:
            return
        except BaseException as error:
            finished.put(error)  # before the others are stopped, so that theirs come after it
            self._stop.set()

    def _finish(self, task: Task) -> Done:
        """Ask about one text until it is answered or given up; every outcome is in the journal before the next."""
        key, spent = task.key(self.annotator.version), (0, 0)
        try:
            movement = self.movement(task.clip)
        except InputError as error:
            return Done(task, f"no motion: {error}", spent)
        while not (reason := self.given_up(task)):
            failures = self.journal.failures.get(key, [])
            try:
                reply = self.annotator.ask(task.text, movement, [f for f in failures if not f.unreachable])
            except UnreachableError as error:
                if self._stop.is_set():
                    raise  # the run is over: it may be for that that the request failed
                if error.refused and not self._replied:
                    raise InputError(f"{error.reason}: is the server running, and is its address right?") from error
                self.journal.fail(task, Failure(error.reason, unreachable=True))
                if self._stop.wait(self._pause(key, error)):
                    raise InputError("stopped") from error
                continue
            except RejectedError as error:
                self._reached()
                spent = (spent[0] + error.tokens[0], spent[1] + error.tokens[1])
                self.journal.fail(task, Failure(error.reason, error.raw))
                continue
            self._reached()
            spent = (spent[0] + reply.tokens[0], spent[1] + reply.tokens[1])
            if wrong := faults(reply.answer, task.text, movement.summary, self.count):
                self.journal.fail(task, Failure("; ".join(wrong), reply.raw))
                continue
            self.journal.answer(task, reply.answer, reply.tokens)
            return Done(task, "", spent)
        return Done(task, reason, spent)

    def _pause(self, key: str, error: UnreachableError) -> float:
        failed = sum(failure.unreachable for failure in self.journal.failures.get(key, []))
        if failed < self.patience.retries:
            return self.patience.wait(failed, error.wait)
        with self._guard:
            self._in_a_row += 1
            down = self._in_a_row >= BREAK
        if down:
            raise self._down(f"on {BREAK} texts in a row", error.reason)
        return 0.0

    def _down(self, which: str, reason: str) -> InputError:
        """The error that ends the run; what this server failed on is asked again next time."""
        self.journal.forget(unreachable_only=True)
        return InputError(
            f"the server failed {which}, {self.patience.retries} times each ({reason}): "
            f"see to it and run the command again; {len(self.journal.answers)} answers are kept"
        )

    def _reached(self) -> None:
        with self._guard:
            self._in_a_row, self._replied = 0, True
