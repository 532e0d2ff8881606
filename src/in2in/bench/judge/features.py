"""The measures that tell the kinds of interaction apart; none changes when persons or sides are exchanged."""

from dataclasses import astuple, dataclass

import numpy as np

from in2in.motion.representation import FPS
from in2in.motion.signals import Array, Signals

JOINED = 0.17
"""Metres between palms that are taken as touching: room for what a generated motion misses."""

RAISED = 0.55
"""Arm lengths from hanging from which on an arm is taken as lifted."""

NEAR = 0.45
"""Metres; a palm is not asked how far beyond this it is from what it might touch."""


@dataclass(frozen=True)
class Features:
    """One number for each; where persons differ, `more` and `less` are the larger and the smaller one's.

    Attributes:
        apart_start, apart_end, apart_least: metres between the two.
        way_more, way_less: metres that each goes, straight from the first frame to the last.
        path_more, path_less: metres that each goes in all.
        speed: m/s, the fastest over the floor.
        facing_start, facing_end: mean of both persons' facing: 1 to each other, 0 side-on, -1 back to back.
        facing_unlike: largest difference between the facings of the two: 2 when one is right behind the other.
        facing_middle: median of both persons' facing over time.
        alike: mean cosine between the headings: 1 the same way, -1 opposite ways.
        turn_more, turn_less: radians that each turns at most from the first frame.
        round: radians that the line between them turns.
        backwards: metres that somebody goes backwards.
        gone_together: metres that the middle between them goes.
        lean_more, lean_less: radians, each person's deepest lean forward against the mean.
        lean_back: radians, the deepest lean backwards against the mean.
        dip: metres that somebody's head goes down, against its median.
        head_dodge: metres that somebody's head goes out of its place over the feet.
        foot: metres, the highest ankle.
        palms: metres, the nearest that two palms come, at most `NEAR`.
        palms_both: metres, the same for both palms of each at once.
        joined: share of the frames in which palms touch.
        joined_both: share of the frames in which both palms of each do.
        palms_high: metres of the nearest palms above the mean shoulder when they are nearest.
        reach_chest_more, reach_chest_less: metres, the nearest of left and of right palm to the other's chest.
        embraced: metres, the nearest that all four palms are at once to the other's chest, mean of them.
        reach_head: metres of a palm to the other's head.
        reach_shoulder: metres of a palm to one of the other's shoulders.
        lifted_more, lifted_less: each person's furthest lifted arm, arm lengths from hanging.
        second_arm: the furthest lifted second arm of anybody.
        raised_more, raised_less: share of the frames in which each person has an arm lifted.
        high_more, high_less: arm lengths of each person's highest palm above the shoulder.
        waving: metres that a lifted palm goes to and fro, sideways, besides its way.
        waving_less: the same for the other person.
        beating: metres that the nearest palms go up and down while they touch.
        carried: arm lengths that an arm is lifted in the first frame and not in the last.
        received: arm lengths that an arm is lifted in the last frame and not in the first.
        straight: arm lengths of the longest stretch of an arm held still.
        copied: how alike both persons' more active palms move, correlation of their ways at best.
    """

    apart_start: float
    apart_end: float
    apart_least: float
    way_more: float
    way_less: float
    path_more: float
    path_less: float
    speed: float
    facing_start: float
    facing_end: float
    facing_unlike: float
    facing_middle: float
    alike: float
    turn_more: float
    turn_less: float
    round: float
    backwards: float
    gone_together: float
    lean_more: float
    lean_less: float
    lean_back: float
    dip: float
    head_dodge: float
    foot: float
    palms: float
    palms_both: float
    joined: float
    joined_both: float
    palms_high: float
    reach_chest_more: float
    reach_chest_less: float
    embraced: float
    reach_head: float
    reach_shoulder: float
    lifted_more: float
    lifted_less: float
    second_arm: float
    raised_more: float
    raised_less: float
    high_more: float
    high_less: float
    waving: float
    waving_less: float
    beating: float
    carried: float
    received: float
    straight: float
    copied: float

    def values(self) -> Array:
        """[F] in the order of the fields."""
        return np.array(astuple(self), dtype=np.float64)


def _length(points: Array) -> Array:
    """Length of paths [..., T, n]: [...]."""
    return np.linalg.norm(np.diff(points, axis=-2), axis=-1).sum(-1)


def _to_and_fro(signals: Signals) -> Array:
    """[2] metres that each person's arm swings sideways while it is lifted, less the way that it gets on."""
    found = np.zeros(2)
    for person in range(2):
        for side in range(2):
            up = signals.lifted[person, side] > 2 * RAISED
            aside = signals.from_shoulder[person, side, :, 2][up]
            if len(aside) > 5:
                swung = np.abs(np.diff(aside)).sum() - (aside.max() - aside.min())
                found[person] = max(found[person], swung)
    return found


def _beating(signals: Signals, one: int, two: int) -> float:
    """Metres of up and down of two touching palms, less the way that they get on."""
    touching = signals.palm_gaps[one, two] < JOINED
    if touching.sum() < 5:
        return 0.0
    height = (signals.palms[0, one, :, 1] + signals.palms[1, two, :, 1])[touching] / 2
    return float(np.abs(np.diff(height)).sum() - (height.max() - height.min()))


def _copied(signals: Signals) -> float:
    """Best correlation over small delays of the more active arms' courses, seen from the shoulders."""
    course = [_course(signals, person) for person in range(2)]
    if min(np.abs(c).max() for c in course) < 0.2:
        return 0.0
    best = 0.0
    frames = course[0].shape[0]
    for delay in range(-20, 21, 2):
        one = course[0][max(delay, 0) : frames + min(delay, 0)]
        two = course[1][max(-delay, 0) : frames + min(-delay, 0)]
        scale = np.sqrt((one**2).sum() * (two**2).sum())
        best = max(best, float((one * two).sum() / max(scale, 1e-6)))
    return best


def _course(signals: Signals, person: int) -> Array:
    """[T, 3] velocity of the palm of the arm that is lifted further, from its shoulder."""
    side = int(signals.lifted[person].max(-1).argmax())
    return np.diff(signals.from_shoulder[person, side], axis=0) * FPS


def _held_straight(signals: Signals) -> float:
    """Arm lengths that a lifted palm is from its shoulder for half a second at least."""
    reach = np.linalg.norm(signals.from_shoulder, axis=-1) / signals.arm[..., None]
    reach = np.where(signals.lifted > 1.0, reach, 0.0)
    window = min(12, reach.shape[-1])
    return float(np.lib.stride_tricks.sliding_window_view(reach, window, axis=-1).min(-1).max())


def features(signals: Signals) -> Features:
    """All measures of a motion."""
    s = signals
    frames = s.joints.shape[1]
    edge = max(frames // 15, 2)
    way = np.linalg.norm(s.spot[:, -1] - s.spot[:, 0], axis=-1)
    bearing = np.unwrap(np.arctan2(s.towards[0, :, 0], s.towards[0, :, 1]))
    backwards = np.maximum(-(s.velocity * s.ahead).sum(-1) - 0.1, 0.0).sum(-1) / FPS
    lean = s.lean - np.median(s.lean, axis=-1, keepdims=True)
    turn = np.abs(s.heading - s.heading[:, :1]).max(-1)
    feet = s.sides("ankle").mean(1)[..., [0, 2]]
    head = s.at("head")
    over = head[..., [0, 2]] - feet
    dodge = np.linalg.norm(over - np.median(over, axis=1, keepdims=True), axis=-1)
    gaps = np.minimum(s.palm_gaps, NEAR)
    one, two = np.unravel_index(int(gaps.min(-1).argmin()), (2, 2))
    nearest = int(s.palm_gaps[one, two].argmin())
    both = np.minimum(
        np.maximum(s.palm_gaps[0, 0], s.palm_gaps[1, 1]), np.maximum(s.palm_gaps[0, 1], s.palm_gaps[1, 0])
    )
    shoulders = float(s.sides("shoulder")[:, :, nearest, 1].mean())
    chest = s.palm_to("spine3")
    shoulder = np.minimum(s.palm_to("left_shoulder"), s.palm_to("right_shoulder"))
    lifted = s.lifted.max(axis=(1, 2))
    raised = (s.lifted > RAISED).max(1).mean(-1)
    high = (s.from_shoulder[..., 1] / s.arm[..., None]).max(axis=(1, 2))
    waving = _to_and_fro(s)
    first, last = s.lifted[..., :edge].mean(-1), s.lifted[..., -edge:].mean(-1)
    return Features(
        apart_start=float(s.apart[:edge].mean()),
        apart_end=float(s.apart[-edge:].mean()),
        apart_least=float(s.apart.min()),
        way_more=float(way.max()),
        way_less=float(way.min()),
        path_more=float(_length(s.spot).max()),
        path_less=float(_length(s.spot).min()),
        speed=float(s.speed.max()),
        facing_start=float(s.facing[:, :edge].mean()),
        facing_end=float(s.facing[:, -edge:].mean()),
        facing_unlike=float(np.quantile(np.abs(s.facing[0] - s.facing[1]), 0.7)),
        facing_middle=float(np.median(s.facing.mean(0))),
        alike=float(np.cos(s.heading[0] - s.heading[1]).mean()),
        turn_more=float(turn.max()),
        turn_less=float(turn.min()),
        round=float(np.abs(bearing - bearing[0]).max()),
        backwards=float(backwards.max()),
        gone_together=float(np.linalg.norm(s.spot.mean(0)[-1] - s.spot.mean(0)[0])),
        lean_more=float(lean.max(-1).max()),
        lean_less=float(lean.max(-1).min()),
        lean_back=float(-lean.min()),
        dip=float((np.median(head[..., 1], axis=-1) - head[..., 1].min(-1)).max()),
        head_dodge=float(dodge.max()),
        foot=float(s.ankles.max()),
        palms=float(gaps.min()),
        palms_both=float(min(both.min(), NEAR)),
        joined=float((s.palm_gaps.min(axis=(0, 1)) < JOINED).mean()),
        joined_both=float((both < JOINED).mean()),
        palms_high=float((s.palms[0, one, nearest, 1] + s.palms[1, two, nearest, 1]) / 2 - shoulders),
        reach_chest_more=float(np.minimum(chest.max(1).min(-1), NEAR).min()),
        reach_chest_less=float(np.minimum(chest.max(1).min(-1), NEAR).max()),
        embraced=float(min(chest.mean(axis=(0, 1)).min(), NEAR)),
        reach_head=float(min(s.palm_to("head").min(), NEAR)),
        reach_shoulder=float(min(shoulder.min(), NEAR)),
        lifted_more=float(lifted.max()),
        lifted_less=float(lifted.min()),
        second_arm=float(s.lifted.max(-1).min(1).max()),
        raised_more=float(raised.max()),
        raised_less=float(raised.min()),
        high_more=float(high.max()),
        high_less=float(high.min()),
        waving=float(waving.max()),
        waving_less=float(waving.min()),
        beating=_beating(s, int(one), int(two)),
        carried=float(np.clip(first - last, 0.0, 1.0).max()),
        received=float(np.clip(last - first, 0.0, 1.0).max()),
        straight=_held_straight(s),
        copied=_copied(s),
    )
