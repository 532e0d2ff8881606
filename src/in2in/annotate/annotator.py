"""Turns an interaction text into what each person does: the model, its prompt and the checks of its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.annotate.answer import Answer, RejectedError
from in2in.annotate.check import usable_answer
from in2in.annotate.client import ChatClient, Patience
from in2in.annotate.journal import Rejection
from in2in.annotate.prompt import PromptTemplate
from in2in.errors import InputError


@dataclass(frozen=True)
class Described:
    """How the questions about a text ended.

    Attributes:
        answer: None if no answer was usable.
        reason: why it has no answer, "" if it has.
        tokens: that a model read and wrote for it.
    """

    answer: Answer | None
    reason: str = ""
    tokens: tuple[int, int] = (0, 0)


class ChatAnnotator:
    """A language model that is asked until its answer passes the checks.

    Args:
        template: the prompt template's file.
        attempts: how many answers to a text may be rejected until it is given up.
        price: dollars for a million tokens read and written, None where unknown.
        patience: see `ChatClient`, like all others.

    Attributes:
        version: names the model and the prompt, on which its answers depend.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None,
        key_variable: str,
        template: Path | str,
        schema: bool = True,
        temperature: float = 0.0,
        max_tokens: int = 300,
        timeout: float = 120.0,
        attempts: int = 4,
        price: Sequence[float] | None = None,
        patience: Patience = Patience(),  # noqa: B008, frozen
    ) -> None:
        if attempts < 1:
            raise InputError(f"annotator.attempts={attempts} must be 1 or more")
        if price is not None and len(price) != 2:
            raise InputError(f"annotator.price={list(price)} must be two numbers: for tokens read, and written")
        self.client = ChatClient(base_url, model, key_variable, schema, temperature, max_tokens, timeout, patience)
        self.attempts = attempts
        self.price = None if price is None else (price[0], price[1])
        self.template = PromptTemplate.read(Path(template))
        self.version = f"{model}, prompt {self.template.version}"

    def show(self, text: str, facts: str) -> str:
        """What would be asked, to be read by a person."""
        return "\n\n".join(message["content"] for message in self.template.messages(text, facts))

    async def describe(
        self,
        text: str,
        facts: str,
        count: Callable[[str], int],
        rejected: Sequence[Rejection] = (),
        keep: Callable[[Rejection], None] = lambda rejection: None,
    ) -> Described:
        """Ask until an answer is usable or as many as may be are rejected.

        Args:
            text: the interaction text.
            facts: on the motion of the clip's two people; "" where there is none.
            count: CLIP tokens of a text.
            rejected: earlier answers to the same text.
            keep: gets each answer that is rejected, before the next request.

        Raises:
            ServerError: there was no answer, but there may be one later.
            InputError: there will never be one: no key, unknown model.
        """
        all_rejected = list(rejected)
        tokens = (0, 0)
        while len(all_rejected) < self.attempts:
            reply = await self.client.complete(self.template.messages(text, facts, all_rejected))
            tokens = (tokens[0] + reply.tokens[0], tokens[1] + reply.tokens[1])
            try:
                return Described(usable_answer(reply.words, text, facts, count), "", tokens)
            except RejectedError as error:
                all_rejected.append(Rejection.of(str(error), reply.words))
                keep(all_rejected[-1])
        return Described(None, all_rejected[-1].reason, tokens)
