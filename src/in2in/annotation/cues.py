"""What shows in the motion who of two people does a thing: for each sort of deed a measure, larger for the doer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from in2in.annotation.grammar.verbs import lemma
from in2in.annotation.motion import ARM_UP, Movement
from in2in.evaluation.judge.roles import first_onset, onset
from in2in.evaluation.judge.signals import Array
from in2in.motion.representation import FPS


@dataclass(frozen=True)
class Cue:
    """A sort of deed, by examples, and the measure that shows who does it.

    Attributes:
        examples: how it is told; a clause counts as the sort whose examples it means most nearly.
        measure: [2] of a movement, larger for the person who does it.
        unit: the difference from which on it counts fully.
        weight: how much it counts beside other cues.
        timed: whether the measure says when, not how much: then it also shows who comes second.
        verbs: that mean this sort whatever stands beside them, with spaces between.
        reacts: whether it is done to a deed of the other's: who blocks a kick does not kick.
    """

    examples: tuple[str, ...]
    measure: Callable[[Movement], Array]
    unit: float
    weight: float = 1.0
    timed: bool = False
    verbs: str = ""
    reacts: bool = False

    def evidence(self, movement: Movement) -> float:
        """From -weight, person 2 does it, to weight, person 1 does."""
        one, two = self.measure(movement)
        return self.weight * float(np.clip((one - two) / self.unit, -1.0, 1.0))


def _lift_early(m: Movement) -> Array:
    """When each lifts an arm; how far, where only one does."""
    arm = m.signals.lifted
    highest = arm.max(axis=(1, 2))
    if highest.min() < ARM_UP < highest.max():
        return highest
    further = arm.max(-1).argmax(-1)
    return -np.array([onset(arm[person, further[person]]) for person in range(2)]) / FPS


def _both_lift_early(m: Movement) -> Array:
    return -np.array([onset(lifted.mean(0)) for lifted in m.signals.lifted]) / FPS


def _start(m: Movement) -> Array:
    """When each moves at all, and when each moves an arm where both do."""
    both = m.signals.lifted.max(axis=(1, 2)).min() >= ARM_UP
    return (_lift_early(m) - m.begins) / 2 if both else -m.begins


def _bend(m: Movement) -> Array:
    """How far each bends; when, where both do."""
    lean = m.signals.lean.max(-1) - np.median(m.signals.lean, axis=-1)
    if abs(lean[0] - lean[1]) > 0.3:
        return lean
    return -np.array([onset(course) for course in m.signals.lean]) / FPS


def _hand_on_body(m: Movement) -> Array:
    joints = ("left_shoulder", "right_shoulder", "spine3", "spine2", "neck", "head")
    return -np.min([m.signals.palm_to(joint).min(axis=(1, 2)) for joint in joints], axis=0)


def _both_hands_on_trunk(m: Movement) -> Array:
    return -m.signals.palm_to("spine3").max(1).min(-1)


def _thrust(m: Movement) -> Array:
    """How far ahead a palm gets, in arm lengths."""
    return (m.signals.from_shoulder[..., 0] / m.signals.arm[..., None]).max(axis=(1, 2))


def _arm_held_up(m: Movement) -> Array:
    return m.signals.lifted.max(1).mean(-1)


def _hands_emptied(m: Movement) -> Array:
    """An arm that is up at first and down at last: whoever brings a thing carries it."""
    edge = max(m.signals.joints.shape[1] // 15, 2)
    lifted = m.signals.lifted
    return (lifted[..., :edge].mean(-1) - lifted[..., -edge:].mean(-1)).max(1)


def _leave_early(m: Movement) -> Array:
    """When each turns to go; where they do not both turn, when each sets off."""
    turned = np.abs(m.signals.heading - m.signals.heading[:, :1])
    if turned.max(-1).min() < 0.7:
        return _set_off_early(m)
    return -np.array([first_onset(course) for course in turned]) / FPS


def _behind(m: Movement) -> Array:
    """Who has the other before the eyes."""
    return np.median(m.signals.facing, axis=-1)


def _ahead(m: Movement) -> Array:
    """Who has the other behind; who sets off first, where they go side by side."""
    facing = _behind(m)
    return -facing if abs(facing[0] - facing[1]) > 0.6 else 3 * _set_off_early(m)


def _set_off_early(m: Movement) -> Array:
    way = np.linalg.norm(m.signals.spot - m.signals.spot[:, :1], axis=-1)
    return -np.array([np.interp(0.25, np.maximum.accumulate(w), np.arange(len(w))) for w in way]) / FPS


def _dodge(m: Movement) -> Array:
    s = m.signals
    over = s.at("head")[..., [0, 2]] - s.sides("ankle").mean(1)[..., [0, 2]]
    aside = np.linalg.norm(over - np.median(over, axis=1, keepdims=True), axis=-1).max(-1)
    head = s.at("head")[..., 1]
    return aside + np.median(head, axis=-1) - head.min(-1)


CUES: tuple[Cue, ...] = (
    Cue(
        ("hugs somebody", "embraces somebody", "wraps both arms around somebody", "opens the arms for a hug"),
        _both_lift_early,
        0.2,
        timed=True,
        verbs="hug embrace",
    ),
    Cue(
        (
            *("holds out the hand", "raises an arm", "extends the right hand to somebody", "lifts up the left hand"),
            *("reaches out with a hand", "offers a hand for a handshake", "gives somebody a high five"),
        ),
        _lift_early,
        0.15,
        0.7,
        timed=True,
    ),
    Cue(
        ("waves", "waves the hand at somebody", "says hello with a raised hand", "salutes", "moves the arm about"),
        _lift_early,
        0.15,
        0.7,
        timed=True,
        verbs="wave salute",
    ),
    Cue(
        ("kicks somebody", "swings a leg at somebody", "kicks with the right foot", "strikes with the knee"),
        lambda m: m.signals.ankles.max(axis=(1, 2)),
        0.2,
        verbs="kick knee",
    ),
    Cue(
        ("pushes somebody", "shoves somebody away", "thrusts somebody back with both hands", "pushes hard"),
        _both_hands_on_trunk,
        0.15,
        verbs="push shove",
    ),
    Cue(
        (
            *("punches somebody", "hits somebody with the fist", "strikes at the head of somebody", "throws a punch"),
            *("attacks somebody with a blow", "slaps somebody in the face"),
        ),
        _thrust,
        0.1,
        verbs="punch jab",
    ),
    Cue(
        (
            *("pats somebody on the back", "touches somebody", "taps somebody", "puts a hand on somebody"),
            *("strokes somebody", "comforts somebody with a hand"),
        ),
        _hand_on_body,
        0.15,
        verbs="pat tap stroke",
    ),
    Cue(
        ("points at something", "shows the way with the arm", "gestures into the distance", "indicates a direction"),
        _arm_held_up,
        0.15,
        verbs="point",
    ),
    Cue(
        (
            *("gives something to somebody", "hands over an object", "passes a thing to somebody", "brings something"),
            "delivers a parcel",
        ),
        _hands_emptied,
        0.2,
    ),
    Cue(
        ("takes the object that is given", "receives a parcel from somebody", "accepts a present"),
        lambda m: -_hands_emptied(m),
        0.3,
        0.7,
        reacts=True,
    ),
    Cue(
        (
            *("walks up to somebody", "comes closer", "goes over to somebody", "approaches somebody"),
            *("steps forward", "comes near"),
        ),
        lambda m: m.nearer,
        0.3,
        0.5,
    ),
    Cue(
        ("staggers back", "loses balance and stumbles backwards", "retreats", "steps back", "nearly falls"),
        lambda m: m.backwards,
        0.2,
        verbs="stagger stumble retreat recoil",
    ),
    Cue(
        (
            *("runs after somebody", "chases somebody", "hunts somebody", "pursues somebody", "follows somebody"),
            *("tries to catch somebody", "comes behind"),
        ),
        _behind,
        0.6,
        verbs="chase pursue hunt",
    ),
    Cue(
        ("flees from somebody", "runs away from somebody", "escapes", "runs off"),
        lambda m: -_behind(m),
        0.6,
        verbs="flee escape",
    ),
    Cue(
        ("leads somebody by the hand", "pulls somebody along", "drags somebody", "guides somebody", "tows somebody"),
        lambda m: -_behind(m),
        0.6,
        verbs="drag tow",
    ),
    Cue(("walks in front", "goes ahead", "walks ahead a little"), _ahead, 0.6),
    Cue(
        ("bows", "bends forward in a bow", "bows to somebody", "leans forward deeply", "lowers the upper body"),
        _bend,
        0.2,
        timed=True,
        verbs="bow curtsy",
    ),
    Cue(
        (
            *("dodges a punch", "ducks", "evades the attack", "leans aside to avoid a blow", "slips out of the way"),
            "sidesteps",
        ),
        _dodge,
        0.1,
        verbs="dodge duck evade sidestep",
        reacts=True,
    ),
    Cue(
        ("crouches", "squats down", "kneels", "sits down", "falls to the floor", "lies down"),
        lambda m: -m.signals.at("pelvis")[..., 1].min(-1),
        0.2,
        verbs="crouch squat kneel sit",
    ),
    Cue(("jumps", "hops", "leaps up"), lambda m: m.signals.at("pelvis")[..., 1].max(-1), 0.1),
    Cue(
        ("walks away", "turns around and leaves", "goes the opposite way", "turns away and goes", "departs"),
        _leave_early,
        0.3,
        timed=True,
    ),
    Cue(
        ("sets off first", "starts to walk", "begins walking", "takes the first step"),
        _set_off_early,
        0.2,
        timed=True,
    ),
    Cue(
        ("walks alongside somebody", "keeps up with somebody", "accompanies somebody", "joins somebody", "keeps pace"),
        lambda m: -_set_off_early(m),
        0.2,
        0.5,
    ),
    Cue(("begins", "starts first", "initiates it", "goes first"), _start, 0.3, 0.7, timed=True),
    Cue(
        (
            *("answers", "returns the gesture", "replies in the same way", "copies the movement", "mirrors somebody"),
            *("defends against an attack", "guards the body with the arms", "blocks it", "wards it off"),
        ),
        lambda m: -_start(m),
        0.3,
        0.7,
        verbs="defend block parry guard ward fend",
        reacts=True,
    ),
    Cue(("stands still", "waits", "watches somebody", "stays in place", "does not move"), lambda m: -m.path, 0.3, 0.5),
)

_VERB = re.compile(r"^(\w+)|(?<!somebody) (?:to (\w+)|(\w+ing)\b)")


def listed(deed: str) -> Cue | None:
    """The sort that lists the verb of a deed, or what it is for ("lifts a leg to kick"); None if no sort lists it."""
    verbs = (lemma(next(filter(None, found.groups()))) for found in _VERB.finditer(deed))
    return next((cue for verb in verbs if verb for cue in CUES if verb in cue.verbs.split()), None)


FIRST_MOVER = Cue((), _start, 0.3, 0.2, timed=True)
"""Where no clause tells: whoever acts moves before whoever is acted on."""

TALLER = Cue((), lambda m: m.statures, 0.02, 0.9)

EARLIER = Cue((), lambda m: -m.begins, 0.3, 0.3)
