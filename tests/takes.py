"""A short motion and the sample file it comes from, for tests of what is made of samples."""

from dataclasses import replace
from pathlib import Path

from in2in.bench.people import generate
from in2in.motion.motion import Motion
from in2in.motion.prompt import Prompt
from in2in.motion.representation import canonicalise, decode, encode
from in2in.motion.texts import Texts


def as_take(motion: Motion, title: str = "two people") -> Motion:
    """A motion with a title, two individual texts and a seed."""
    return replace(canonicalise(motion), texts=Texts.single(title, "one", "other"), seed=1)


def pushed() -> Motion:
    """The first 40 frames of a procedural push."""
    return as_take(generate(3, 0, "push").motion.crop(0, 40))


def sample_of(take: Motion, path: Path) -> Path:
    """The file that in2in-sample would have written."""
    asked = Prompt("they meet", "one waves", "", seed=4)
    replace(decode(encode(take)), texts=asked.texts, seed=asked.seed).save(path)
    return path
