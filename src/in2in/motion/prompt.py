"""What a motion is generated from."""

from dataclasses import dataclass, replace

from in2in.errors import InputError
from in2in.motion.rate import FPS
from in2in.motion.texts import Texts

MIN_SECONDS, MAX_SECONDS = 0.5, 10.0


@dataclass(frozen=True)
class Prompt:
    """What to generate.

    Attributes:
        prompt: the interaction text; "" only if there is an individual text.
        individual1, individual2: a text for each person, "" for none.
        seconds: length, 0.5 to 10.
        seed: the same seed gives the same motion, alone or among others.
    """

    prompt: str
    individual1: str = ""
    individual2: str = ""
    seconds: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.prompt.strip() or self.individual1.strip() or self.individual2.strip()):
            raise InputError('the prompt is empty: write what the two people do, as in prompt="two people hug"')
        for text in (self.prompt, self.individual1, self.individual2):
            if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
                raise InputError(f"the text {text!r} holds a character that is no text: leave it out")
        if not MIN_SECONDS <= self.seconds <= MAX_SECONDS:
            raise InputError(
                f"seconds={self.seconds:g} is outside {MIN_SECONDS:g} to {MAX_SECONDS:g}: choose a length between"
            )
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed={self.seed} is outside 0 to 2^63 - 1: choose a seed between")

    @property
    def frames(self) -> int:
        """Length in frames."""
        return round(self.seconds * FPS)

    @property
    def texts(self) -> Texts:
        """As a motion has them."""
        return Texts.single(self.prompt, self.individual1, self.individual2)

    def swap(self) -> "Prompt":
        """The individual texts exchanged."""
        return replace(self, individual1=self.individual2, individual2=self.individual1)

    def samples(self, count: int) -> "list[Prompt]":
        """This prompt with `count` seeds in a row."""
        return [replace(self, seed=self.seed + number) for number in range(count)]
