"""Asks about every text, many at once, and keeps each answer at once in the journal."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from in2in.annotate.annotator import ChatAnnotator, Described
from in2in.annotate.client import ServerError
from in2in.annotate.journal import Journal
from in2in.annotate.tasks import Task
from in2in.errors import InputError

BREAK = 5
"""Texts in a row that the server failed on, after which it is taken to be down."""


@dataclass
class Run:
    """A run over texts.

    Args:
        annotator: whom to ask.
        journal: where answers are kept; texts that have one there are not asked about.
        facts: on the motion of a clip's two people; an InputError if it cannot be read.
        concurrency: requests at once.
        count: CLIP tokens of a text.
        finished: called for each text as it is answered or given up, in any order.
    """

    annotator: ChatAnnotator
    journal: Journal
    facts: Callable[[str], str]
    concurrency: int
    count: Callable[[str], int]
    finished: Callable[[Task, Described], None]
    _failed: dict[Task, str] = field(default_factory=dict)
    _replies: int = 0

    def __call__(self, tasks: Sequence[Task]) -> None:
        """Ask about texts.

        Raises:
            InputError: nothing more can be asked: the server is down or refuses, or the disk is full.
        """
        asyncio.run(self._ask_all(tasks))

    async def _ask_all(self, tasks: Sequence[Task]) -> None:
        waiting = iter(tasks)
        async with self.annotator.client.connected():
            await asyncio.gather(*(self._work(waiting) for _ in range(min(self.concurrency, len(tasks)))))
        if self.annotator.client.replies:
            self._give_up_on_failed()
        elif self._failed and not self.journal.answers:
            raise self._down(f"on all {len(self._failed)} texts", "nothing was answered")

    async def _work(self, waiting: Iterator[Task]) -> None:
        for task in waiting:
            self.finished(task, await self._describe(task))

    async def _describe(self, task: Task) -> Described:
        """Ask about one text until it is answered or given up."""
        try:
            facts = self.facts(task.clip)
        except InputError as error:
            return Described(None, f"no motion: {error}")
        if reason := self.journal.gave_up(task):
            return Described(None, reason)
        rejected = self.journal.rejected(task)
        try:
            described = await self.annotator.describe(
                task.text, facts, self.count, rejected, partial(self.journal.reject, task)
            )
        except ServerError as error:
            self._note_failure(task, error)
            return Described(None, str(error))
        if described.answer is not None:
            self.journal.answer(task, described.answer, described.tokens)
        return described

    def _note_failure(self, task: Task, error: ServerError) -> None:
        """The server failed on a text: if it answers others meanwhile, it is given up, else the server may be down."""
        if self.annotator.client.replies > self._replies:
            self._give_up_on_failed()
            self._replies = self.annotator.client.replies
        self._failed[task] = str(error)
        if len(self._failed) >= BREAK:
            raise self._down(f"on {BREAK} texts in a row", str(error)) from error

    def _give_up_on_failed(self) -> None:
        for task, reason in self._failed.items():
            self.journal.give_up(task, reason)
        self._failed.clear()

    def _down(self, which: str, reason: str) -> InputError:
        """The error that ends the run."""
        return InputError(
            f"the server failed {which}, {self.annotator.client.patience.retries} times each ({reason}): "
            f"see to it and run the command again; {len(self.journal.answers)} answers are kept"
        )
