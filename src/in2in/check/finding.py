"""What the doctor can find, and one thing found."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of defect; the value is its name in reports and in `ignore=`."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    SHORT = "short"
    UNEQUAL = "unequal"
    NAN = "nan"
    FROZEN = "frozen"
    TELEPORT = "teleport"
    FAR = "far"
    INSIDE = "inside"
    FLOAT = "float"
    SINK = "sink"
    EMPTY = "empty"
    REPEATED = "repeated"
    CUT = "cut"
    UNPAIRED = "unpaired"
    ENCODED = "encoded"
    UNSPLIT = "unsplit"
    TWICE = "twice"
    STRAY = "stray"


MEANINGS = {
    Kind.MISSING: "a file that a clip of the splits needs is not there",
    Kind.UNREADABLE: "a motion file is no array of [T, 492] numbers",
    Kind.SHORT: "too few frames: preparation leaves the clip out",
    Kind.UNEQUAL: "the persons have different numbers of frames",
    Kind.NAN: "NaN or infinite numbers",
    Kind.FROZEN: "a person does not move at all for some time",
    Kind.TELEPORT: "a person or a joint jumps from a frame to the next",
    Kind.FAR: "the persons never come near each other",
    Kind.INSIDE: "the persons are inside each other",
    Kind.FLOAT: "a person's feet stay above the floor",
    Kind.SINK: "a person's feet go below the floor",
    Kind.EMPTY: "a text file holds no text or cannot be read, or an interaction text is blank",
    Kind.REPEATED: "a clip is told by the same text twice",
    Kind.CUT: "a text has more tokens than the encoder reads",
    Kind.UNPAIRED: "individual texts are not as many as interaction texts, or are missing where others have some",
    Kind.ENCODED: "a text file is not plain UTF-8: it has a byte order mark, or is taken for Latin-1",
    Kind.UNSPLIT: "a clip is in no split",
    Kind.TWICE: "an id is in two splits, or twice in one",
    Kind.STRAY: "a file belongs to no clip",
}


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
