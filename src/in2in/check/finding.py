"""What the doctor can find, and one thing found."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of defect; the value is its name in reports and in `ignore=`.

    Attributes:
        meaning: in a few words.
    """

    meaning: str

    def __new__(cls, name: str, meaning: str) -> "Kind":
        """A kind by its name."""
        kind = str.__new__(cls, name)
        kind._value_, kind.meaning = name, meaning
        return kind

    MISSING = "missing", "a file that a clip of the splits needs is not there"
    UNREADABLE = "unreadable", "a motion file is no array of [T, 492] numbers"
    SHORT = "short", "too few frames: preparation leaves the clip out"
    UNEQUAL = "unequal", "the persons have different numbers of frames"
    NAN = "nan", "NaN or infinite numbers"
    FROZEN = "frozen", "a person does not move at all for some time"
    TELEPORT = "teleport", "a person or a joint jumps from a frame to the next"
    FAR = "far", "the persons never come near each other"
    INSIDE = "inside", "the persons are inside each other"
    FLOAT = "float", "a person's feet stay above the floor"
    SINK = "sink", "a person's feet go below the floor"
    EMPTY = "empty", "a text file holds no text or cannot be read, or an interaction text is blank"
    REPEATED = "repeated", "a clip is told by the same text twice"
    CUT = "cut", "a text has more tokens than the encoder reads"
    UNPAIRED = (
        "unpaired",
        "individual texts are not as many as interaction texts, or missing where others have some",
    )
    ENCODED = "encoded", "a text file is not plain UTF-8: it has a byte order mark, or is taken for Latin-1"
    UNSPLIT = "unsplit", "a clip is in no split"
    TWICE = "twice", "an id is in two splits, or twice in one"
    STRAY = "stray", "a file belongs to no clip"


@dataclass(frozen=True)
class Finding:
    """One defect of one clip.

    Attributes:
        kind: of the defect.
        clip: the clip's id; for a stray file its name without the ending, for a list of ids its file's name.
        message: one line: who, when, how much.
        frame: where to look; None where it is not a matter of time.
        known: what is known of this defect of a published data set, "" for nothing.
    """

    kind: Kind
    clip: str
    message: str
    frame: int | None = None
    known: str = ""
