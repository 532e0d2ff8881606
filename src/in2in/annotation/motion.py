"""How the two people of a clip move, in figures and in plain sentences: what tells a text's people apart."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from torch import Tensor

from in2in.data.layout import read_motion
from in2in.data.synthetic.body import SIDES
from in2in.evaluation.judge.signals import Array, Signals
from in2in.motion.representation import FPS
from in2in.motion.skeleton import INDEX

TRAVEL = 0.25
"""Metres gone before it is called walking."""

STEP_BACK = 0.2
"""Metres backwards before it is told."""

TALLER = 0.03
"""Metres between statures before one is called the taller."""

EARLIER = 0.15
"""Seconds between the first movements before one is called the first."""

ARM_UP = 0.7
"""Arm lengths of the palm from where it hangs before an arm is called lifted."""

REACH = 0.2
"""Metres from a palm to a joint of the other that are called touching (joints lie inside the body)."""

LEG_UP = 0.3
"""Metres of an ankle above the lower one before a leg is called lifted."""

BENT, TURNED, LOW = 20.0, 60.0, 0.15
"""Degrees of leaning and of turning, and metres of the hips' way down, before they are told."""

BEGUN = 0.12
"""Metres that any joint has moved from the first frame when a movement has begun."""

SHOWN = 3
"""Things that a person is seen to do, at most, in a description made of them."""

PLACES = {
    "the other's hand": ("left_wrist", "right_wrist"),
    "the other's shoulder": ("left_shoulder", "right_shoulder"),
    "the other's head": ("head",),
    "the other's chest or back": ("spine3", "spine2"),
}


@dataclass(frozen=True)
class Movement:
    """The movement of two people.

    Attributes:
        signals: all measures of it.
        statures: [2] metres, of the bodies as they are.
    """

    signals: Signals
    statures: Array

    @classmethod
    def of(cls, joints: Tensor) -> "Movement":
        """Read joints [2, T, 22, 3] in metres, y up, 30 frames a second; at least half a second."""
        signals = Signals.of(joints)
        chain = [INDEX[name] for name in ("left_ankle", "left_knee", "left_hip", "spine1", "spine3", "neck", "head")]
        bones = joints.double()[:, :, chain].diff(dim=2).norm(dim=-1).sum(dim=-1)
        return cls(signals, bones.median(dim=1).values.numpy())

    @cached_property
    def begins(self) -> Array:
        """[2] seconds at which each person's first movement has begun."""
        gone = np.linalg.norm(self.signals.joints - self.signals.joints[:, :1], axis=-1).max(-1)
        return np.array([(g >= BEGUN).argmax() if g.max() >= BEGUN else len(g) for g in gone]) / FPS

    @cached_property
    def backwards(self) -> Array:
        """[2] metres that each person goes backwards."""
        speed = -(self.signals.velocity * self.signals.ahead).sum(-1)
        return np.maximum(speed - 0.1, 0.0).sum(-1) / FPS

    @cached_property
    def nearer(self) -> Array:
        """[2] metres that each person comes closer to where the other is at first, at most."""
        s = self.signals
        return ((s.spot - s.spot[:, :1]) * s.towards[:, :1]).sum(-1).max(-1)

    @cached_property
    def path(self) -> Array:
        """[2] metres that each person walks."""
        return np.linalg.norm(np.diff(self.signals.spot, axis=1), axis=-1).sum(-1)

    @cached_property
    def summary(self) -> str:
        """Short sentences on both, and on each person: facts only, with times in seconds."""
        people = [sentence for person in range(2) for sentence in self._person(person)]
        return " ".join([*self._between(), *people])

    def _between(self) -> list[str]:
        s = self.signals
        told = [f"The clip lasts {_seconds(s.joints.shape[1])}; they are {s.apart[0]:.1f} m apart at first"]
        told[0] += f", {s.apart.min():.1f} m at the nearest and {s.apart[-1]:.1f} m at last."
        for course, words in (
            (self.statures / TALLER, "is the taller"),
            (-self.begins / EARLIER, "moves first"),
            (s.speed.max(-1) / 0.3, "moves faster over the floor"),
        ):
            if abs(course[0] - course[1]) > 1:
                told.append(f"Person {1 + int(course.argmax())} {words}.")
        behind = np.median(s.facing, axis=-1)
        if behind.min() < -0.3 and behind.max() > 0.3:
            told.append(f"Person {1 + int(behind.argmax())} is behind person {1 + int(behind.argmin())}.")
        return told

    def shown(self, person: int) -> list[str]:
        """What a person is seen to do, the `SHOWN` first of it, in words that would fit a description."""
        return [plain for plain, _ in self._seen(person)][:SHOWN] or ["stands nearly still"]

    def _person(self, person: int) -> list[str]:
        done = [told for _, told in self._seen(person)] or ["hardly moves"]
        return [f"Person {person + 1} {deed}." for deed in done]

    def _seen(self, person: int) -> list[tuple[str, str]]:
        """What a person does: in plain words, and in words with figures."""
        s, done = self.signals, []
        if self.nearer[person] > TRAVEL:
            done.append(("comes closer to somebody", f"comes {self.nearer[person]:.1f} m towards the other"))
        if self.path[person] > TRAVEL:
            plain = "walks about" if done else "walks"
            told = f"walks {self.path[person]:.1f} m at up to {s.speed[person].max():.1f} m/s"
            done.append((plain, told))
        if self.backwards[person] > STEP_BACK:
            done.append(("goes backwards", f"goes {self.backwards[person]:.1f} m backwards"))
        if (turn := np.degrees(np.abs(s.heading[person] - s.heading[person, 0]).max())) > TURNED:
            done.append(("turns", f"turns by {turn:.0f} degrees"))
        if (lean := np.degrees(s.lean[person]).max()) > BENT:
            when = _seconds(int(s.lean[person].argmax()))
            done.append(("bends forward", f"bends forward by {lean:.0f} degrees at {when}"))
        hips = s.at("pelvis")[person, :, 1]
        if (down := np.median(hips) - hips.min()) > LOW:
            done.append(("lowers the hips", f"lowers the hips by {down:.1f} m"))
        if (up := hips.max() - np.median(hips)) > LOW:
            done.append(("raises the hips", f"raises the hips by {up:.1f} m"))
        return done + [seen for side in range(2) for seen in (*self._arm(person, side), *self._leg(person, side))]

    def _arm(self, person: int, side: int) -> list[tuple[str, str]]:
        s = self.signals
        lifted = s.lifted[person, side]
        if lifted.max() < ARM_UP:
            return []
        peak = int(s.palms[person, side, :, 1].argmax())
        height = s.palms[person, side, peak, 1]
        body = [s.at(joint)[person, peak, 1] for joint in ("pelvis", "spine2", "neck", "head")]
        level = ("below the hips", "to the hips", "to the chest", "to the shoulders", "above the head")
        plain = f"lifts the {SIDES[side]} hand {level[int(np.searchsorted(body, height))]}"
        told = f"{plain} from {_seconds(int((lifted >= ARM_UP).argmax()))} on"
        touched = []
        for place, joints in PLACES.items():
            gap = np.min([s.palm_to(joint)[person, side] for joint in joints], axis=0)
            if gap.min() < REACH:
                touched.append((float(gap.min()), f" and touches {place} at {_seconds(int(gap.argmin()))}"))
        return [(plain, told + min(touched)[1] if touched else told)]

    def _leg(self, person: int, side: int) -> list[tuple[str, str]]:
        own, other = self.signals.ankles[person, side], self.signals.ankles[person, 1 - side]
        higher = own - other
        if higher.max() < LEG_UP:
            return []
        plain = f"lifts the {SIDES[side]} leg"
        return [(plain, f"{plain} {higher.max():.1f} m at {_seconds(int(higher.argmax()))}")]


def _seconds(frames: int) -> str:
    return f"{frames / FPS:.1f} s"


def read_movement(data_dir: Path, clip: str) -> Movement:
    """The movement of a clip's two people."""
    return Movement.of(read_motion(data_dir, clip).joints)
