"""What is wrong with a clip's texts: none, the same twice, too long for the encoder, not one for each."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from in2in.data.layout import individual_path, interaction_path
from in2in.doctor.finding import Finding, Kind
from in2in.doctor.limits import Limits

CountTokens = Callable[[str], int]


def text_findings(
    folder: Path, clip: str, persons: Sequence[str], limits: Limits, count_tokens: CountTokens
) -> Iterator[Finding]:
    """All that is suspicious about the texts of a clip whose interaction texts are there.

    Args:
        folder: the data set.
        clip: its id.
        persons: names of the persons' folders.
        limits: from where on.
        count_tokens: how many tokens of the text encoder a text has.
    """
    interaction = read_lines(interaction_path(folder, clip))
    if not interaction:
        yield Finding(Kind.EMPTY, clip, f"annots/{clip}.txt holds no text")
        return
    told = [line for line in interaction if line]
    if len(told) < len(interaction):
        yield Finding(Kind.EMPTY, clip, f"annots/{clip}.txt has {len(interaction) - len(told)} blank lines")
    seen: set[str] = set()
    repeated = [text for text in told if _plain(text) in seen or seen.add(_plain(text))]
    if repeated:
        yield Finding(Kind.REPEATED, clip, f"annots/{clip}.txt says more than once: {repeated[0]}")
    own = {person: read_lines(individual_path(folder, person, clip)) for person in persons}
    for person, lines in own.items():
        if lines and len(lines) != len(told):
            message = f"{len(lines)} individual texts of {person} for {len(told)} interaction texts"
            yield Finding(Kind.UNPAIRED, clip, message)
    texts = [text for lines in (told, *own.values()) for text in lines or ()]
    tokens, longest = max((count_tokens(text), text) for text in texts)
    if tokens > limits.tokens:
        yield Finding(Kind.CUT, clip, f"{tokens} tokens, the encoder reads {limits.tokens}: {longest}")


def read_lines(path: Path) -> list[str] | None:
    """The stripped lines of a text file, blank ones at its end left out; None if there is no such file or no UTF-8."""
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").rstrip().splitlines()]
    except (OSError, UnicodeDecodeError):
        return None


def _plain(text: str) -> str:
    """A text without what makes no difference: case, spaces, the full stop."""
    return " ".join(text.lower().split()).rstrip(". ")
