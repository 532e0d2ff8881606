"""How much one visitor of the demo may ask for."""

from dataclasses import dataclass, fields

from in2in.errors import InputError
from in2in.motion.prompt import MAX_SECONDS, MIN_SECONDS, Prompt


@dataclass(frozen=True)
class Limits:
    """What the page offers, and what the server refuses to exceed whoever asks.

    Attributes:
        letters: of each text.
        seconds: of a motion, at most 10.
        samples: made at once.
        waiting: visitors in the queue.
        visitors: pages that are remembered, each with the motion that it shows: some 2 MB.
        texts: whose states each text encoder remembers, at most 0.5 MB each.
        files: megabytes on disk of files to take away; the oldest go first.
    """

    letters: int = 300
    seconds: float = MAX_SECONDS
    samples: int = 4
    waiting: int = 20
    visitors: int = 50
    texts: int = 100
    files: int = 500

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type is int and getattr(self, field.name) < 1:
                raise InputError(f"limits.{field.name}={getattr(self, field.name)} must be 1 or more")
        if not MIN_SECONDS <= self.seconds <= MAX_SECONDS:
            raise InputError(f"limits.seconds={self.seconds:g} is outside {MIN_SECONDS:g} to {MAX_SECONDS:g}")

    def check(self, prompt: Prompt, samples: int) -> None:
        """Raise an InputError with a remedy if this is more than a visitor may ask for."""
        texts = {"interaction": prompt.prompt, "person 1": prompt.individual1, "person 2": prompt.individual2}
        for name, text in texts.items():
            if len(text) > self.letters:
                raise InputError(f"{name}: {len(text)} letters are more than {self.letters}: say it shorter")
        if prompt.seconds > self.seconds:
            raise InputError(f"{prompt.seconds:g} seconds are more than {self.seconds:g}: ask for a shorter motion")
        if not 1 <= samples <= self.samples:
            raise InputError(f"{samples} samples are outside 1 to {self.samples}")
