"""What annotates: asked once for a text, it answers, or says why it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from in2in.annotation.answer import Answer
from in2in.annotation.journal import Failure
from in2in.annotation.motion import Movement


class RejectedError(Exception):
    """An answer that cannot be used; the same text may be asked again.

    Args:
        reason: what is wrong with it, in words.
        raw: the answer.
        tokens: how many a model read and wrote for it.
    """

    def __init__(self, reason: str, raw: str = "", tokens: tuple[int, int] = (0, 0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.raw = raw
        self.tokens = tokens


class UnreachableError(Exception):
    """The server was too busy, failed, or did not answer in time: the same request may succeed later.

    Args:
        reason: what happened, in words.
        wait: seconds that the server asks to wait, if it does.
        refused: there is no server at that address.
    """

    def __init__(self, reason: str, wait: float | None = None, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.refused = refused


@dataclass(frozen=True)
class Reply:
    """An answer that has the right form.

    Attributes:
        answer: both descriptions, not yet checked for what they say.
        raw: as the annotator gave it.
        tokens: how many a model read and wrote.
    """

    answer: Answer
    raw: str
    tokens: tuple[int, int] = (0, 0)


class Annotator(Protocol):
    """Turns an interaction text into what each person does.

    Attributes:
        version: names the annotator and all that its answers depend on, such as model and prompt.
        attempts: how many answers to a text may be rejected until it is given up.
        price: dollars for a million tokens read and written, None where unknown.
    """

    version: str
    attempts: int
    price: tuple[float, float] | None

    def show(self, text: str, movement: Movement | None) -> str:
        """What would be asked, to be read by a person."""
        ...

    def ask(self, text: str, movement: Movement | None, rejected: Sequence[Failure] = ()) -> Reply:
        """Ask once.

        Args:
            text: the interaction text.
            movement: how the two people of the clip move; None where there is no motion.
            rejected: earlier answers to the same text, and what was wrong with them.

        Raises:
            RejectedError: the answer has not the right form.
            UnreachableError: there was no answer, but there may be one later.
            InputError: there will never be one: no key, unknown model.
        """
        ...

    def close(self) -> None:
        """End what is under way; nothing more will be asked."""
        ...
