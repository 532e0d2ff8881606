"""The stage on which a kind of interaction is choreographed: two actors and one clock."""

from dataclasses import dataclass

import numpy as np

from in2in.bench.people.actor import Actor
from in2in.bench.people.body import Body
from in2in.bench.people.casting import Casting
from in2in.bench.people.curves import Array
from in2in.bench.people.places import face
from in2in.bench.people.style import STYLES
from in2in.bench.people.truth import Touch
from in2in.motion.representation import FPS

BEFORE = 1.5
"""Seconds before the clip, so that it can begin in the middle of a movement."""

LONGEST = 9.0
"""Seconds that a clip may last; the slowest hugs take 8.8."""

SEEN = 0.2
"""Metres that somebody must come closer within the clip to be said to walk up."""

NONE, BOTH = "none", "both"


@dataclass
class Part:
    """What the truth says of one person."""

    role: str
    hands: str = NONE
    approaches: bool = False


class Stage:
    """Two actors, the starter and the partner, who face each other along z unless a kind says otherwise.

    Attributes:
        time: [T] seconds, 0 at the clip's first frame.
        casting: what to show.
        rng: for everything that varies.
        starter, partner: numbers of the persons, 0 and 1.
        actors: the two persons' plans, by number.
        parts: what each of them does, by number.
        touches: contacts so far, in frames of the clip.
        limb: whether hands or legs act.
        way: to which of their sides both go, in kinds where that counts.
        end: seconds at which the clip ends.
    """

    def __init__(self, casting: Casting, rng: np.random.Generator) -> None:
        self.casting, self.rng = casting, rng
        self.time: Array = np.arange(-round(BEFORE * FPS), round((LONGEST + 1.0) * FPS)) / FPS
        self.starter, self.partner = casting.starter, 1 - casting.starter
        self.bodies = (Body.drawn(rng), Body.drawn(rng))
        moods = [casting.style, STYLES[rng.choice(len(STYLES), p=[0.4, 0.15, 0.15, 0.15, 0.15])]]
        self.styles = tuple(moods if casting.starter == 0 else moods[::-1])
        self.actors: list[Actor] = []
        self.parts = [Part(""), Part("")]
        self.touches: list[Touch] = []
        self.limb = "hand"
        self.way = NONE
        self.end = LONGEST

    @property
    def lead(self) -> Actor:
        """The plan of the person who starts."""
        return self.actors[self.starter]

    @property
    def follow(self) -> Actor:
        """The plan of the other person."""
        return self.actors[self.partner]

    @property
    def hand(self) -> str:
        """The side that the starter uses."""
        return self.casting.hand

    @property
    def arm(self) -> float:
        """Mean arm length of the two, shoulder to palm, metres."""
        return (self.bodies[0].arm + self.bodies[1].arm) / 2

    def sides(self, lead: str, follow: str) -> tuple[str, str]:
        """A side of the starter and one of the partner, in the order of the persons."""
        return (lead, follow) if self.starter == 0 else (follow, lead)

    def touch_hands(self, start: float, end: float, lead: str, follow: str) -> None:
        """Record that a hand of the starter and one of the partner meet between two seconds."""
        first, second = self.sides(lead, follow)
        self.touch(start, end, (0, f"{first}_wrist"), (1, f"{second}_wrist"))

    def draw(self, low: float, high: float) -> float:
        """A number between two bounds."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in this share of the clips."""
        return bool(self.rng.random() < share)

    def beat(self, seconds: float) -> float:
        """A duration at the clip's tempo, a little varied."""
        return seconds * self.casting.pace * self.draw(0.92, 1.08)

    def assign(self, starts: tuple[str, str], partners: tuple[str, str]) -> None:
        """Role and hands of the starter and of the partner."""
        for person, (role, hands) in ((self.starter, starts), (self.partner, partners)):
            self.parts[person].role, self.parts[person].hands = role, hands

    def enter(
        self, lead: tuple[float, float], lead_facing: float, follow: tuple[float, float], follow_facing: float
    ) -> None:
        """Put starter and partner on spots (x, z) in metres, with headings in radians; they look at each other."""
        spots = [(lead, lead_facing), (follow, follow_facing)]
        if self.starter == 1:
            spots.reverse()
        for person, (spot, facing) in enumerate(spots):
            rng = np.random.default_rng(self.rng.integers(2**63))
            actor = Actor(self.time, self.bodies[person], self.styles[person], rng, spot, facing)
            actor.look(face(1 - person))
            self.actors.append(actor)

    def meet(self, gap: float, far: float = 0.6, both: float = 0.35) -> float:
        """Let them stand face to face, `gap` metres apart, at the origin of the stage.

        Args:
            gap: metres between the pelvises.
            far: the share of clips in which they start further apart and walk up.
            both: the share of these in which both walk, not only the starter.

        Returns:
            The second at which both have arrived, or nearly so.
        """
        extra = self.draw(0.5, 1.9) if self.chance(far) else 0.0
        together = self.chance(both)
        share = self.draw(0.35, 0.65) if together else 1.0
        aside = self.draw(-0.2, 0.2) if extra else 0.0
        off = self.draw(-0.12, 0.12), self.draw(-0.12, 0.12)
        self.enter(
            (aside, -gap / 2 - share * extra), off[0], (-aside * 0.5, gap / 2 + (1 - share) * extra), np.pi + off[1]
        )
        if not extra:
            return self.draw(0.25, 0.6)
        start = self.draw(-0.5, 0.5)
        arrival = start
        for actor, distance, spot, facing in (
            (self.lead, share * extra, (0.0, -gap / 2), 0.0),
            (self.follow, (1 - share) * extra, (0.0, gap / 2), np.pi),
        ):
            if distance > 0.15:
                seconds = 0.75 + distance * 0.85 * self.casting.pace**0.6
                actor.walk(start, start + seconds, spot, facing, step=0.5 * self.casting.pace**0.5)
                arrival = max(arrival, start + seconds)
                shown = np.linalg.norm(actor.spot - actor.ground.path[round(BEFORE * FPS)])
                self.parts[self.starter if actor is self.lead else self.partner].approaches = bool(shown > SEEN)
        return arrival - 0.1

    def touch(self, start: float, end: float, first: tuple[int, str], second: tuple[int, str]) -> None:
        """Record that two joints meet between two seconds."""
        first_frame = int(np.ceil(max(start, 0.0) * FPS))
        self.touches.append(Touch(first_frame, max(int(end * FPS), first_frame + 1), first, second))

    def finish(self, last: float) -> None:
        """End the clip a little after the last movement."""
        self.end = float(np.clip(last + self.draw(0.2, 0.7), 2.0, LONGEST))
