"""What is wrong with a clip's texts: none, the same twice, too long for the encoder, not one for each."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from in2in.check.finding import Finding, Kind
from in2in.check.limits import Limits
from in2in.data.layout import individual_path, interaction_path
from in2in.errors import InputError
from in2in.files.text_files import PLAIN, read_text

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
    path = interaction_path(folder, clip)
    try:
        interaction = read_text(path).visible
    except InputError as error:
        yield Finding(Kind.EMPTY, clip, str(error).replace(str(path), f"annots/{clip}.txt"))
        return
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
        if lines and len(lines) not in (len(told), len(interaction)):
            message = f"{len(lines)} individual texts of {person} for {len(told)} interaction texts"
            yield Finding(Kind.UNPAIRED, clip, message)
        elif lines is None and (folder / "annots_individual").is_dir():
            yield Finding(Kind.UNPAIRED, clip, f"no individual texts of {person}, though the data set has such texts")
    files = {f"annots/{clip}.txt": path}
    files |= {f"annots_individual/{p}/{clip}.txt": individual_path(folder, p, clip) for p in persons}
    odd = {name: encoding for name, file in files.items() if (encoding := encoding_of(file)) != PLAIN}
    if odd:
        yield Finding(Kind.ENCODED, clip, ", ".join(f"{name} is {encoding}" for name, encoding in odd.items()))
    texts = [text for lines in (told, *own.values()) for text in lines or ()]
    tokens, longest = max((count_tokens(text), text) for text in texts)
    if tokens > limits.tokens:
        yield Finding(Kind.CUT, clip, f"{tokens} tokens, the encoder reads {limits.tokens}: {longest}")


def read_lines(path: Path) -> tuple[str, ...] | None:
    """The stripped lines of a text file, blank ones at its end left out; None if there is no such file or no text."""
    try:
        return read_text(path).visible
    except InputError:
        return None


def encoding_of(path: Path) -> str:
    """In which a text file is read; what cannot be read has none that is odd."""
    try:
        return read_text(path).encoding
    except InputError:
        return PLAIN


def _plain(text: str) -> str:
    """A text without what makes no difference: case, spaces, the full stop."""
    return " ".join(text.lower().split()).rstrip(". ")
