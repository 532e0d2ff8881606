"""What is known of a generated clip, written beside it as truth/ID.json."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from in2in.errors import InputError


@dataclass(frozen=True)
class Touch:
    """Two joints that meet; at hands it is the palms that meet, 8 cm beyond the wrists on the forearms' lines.

    Attributes:
        start, end: frames [start, end).
        first: (person 0 or 1, joint name).
        second: (person 0 or 1, joint name).
    """

    start: int
    end: int
    first: tuple[int, str]
    second: tuple[int, str]

    def of_hands(self) -> bool:
        """Whether palm meets palm."""
        return self.first[1].endswith("wrist") and self.second[1].endswith("wrist")


@dataclass(frozen=True)
class Stance:
    """A foot that stands still.

    Attributes:
        person: 0 or 1.
        foot: left or right.
        start, end: frames [start, end).
    """

    person: int
    foot: str
    start: int
    end: int


@dataclass(frozen=True)
class Truth:
    """The known facts of one clip; persons are 0 and 1, in the order of the motion.

    Attributes:
        kind: the kind of interaction.
        starter: the person who starts.
        roles: for each person, what the person does ("offers", "is pushed").
        hands: for each person, the hands (or the legs in a kick) that act: left, right, both or none.
        limb: what `hands` speaks of: hand or leg.
        way: to which of their own sides both go: left, right or none.
        approaches: for each person, whether the person walks up to the other.
        tempo: slow, normal or fast.
        styles: for each person, the name of the manner.
        distance: metres between the pelvises on the floor in the first frame.
        touches: who touches whom, when and by which joints.
        stances: when which foot stands still.
        frames: length of the clip.
        fps: frames a second.
        seed, index: what the clip is generated from.
        split: train, val or test.
    """

    kind: str
    starter: int
    roles: tuple[str, str]
    hands: tuple[str, str]
    limb: str
    way: str
    approaches: tuple[bool, bool]
    tempo: str
    styles: tuple[str, str]
    distance: float
    touches: tuple[Touch, ...]
    stances: tuple[Stance, ...]
    frames: int
    fps: int
    seed: int
    index: int
    split: str

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Truth":
        """Read what `save` wrote."""
        if not path.is_file():
            raise InputError(f"{path} is missing: only generated data sets have truth records")
        record = json.loads(path.read_text(encoding="utf-8"))
        for name in ("roles", "hands", "approaches", "styles"):
            record[name] = tuple(record[name])
        record["touches"] = tuple(
            Touch(**{**touch, "first": tuple(touch["first"]), "second": tuple(touch["second"])})
            for touch in record["touches"]
        )
        record["stances"] = tuple(Stance(**stance) for stance in record["stances"])
        return cls(**record)
