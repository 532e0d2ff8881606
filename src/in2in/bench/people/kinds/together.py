"""Walks and dances of two who keep together: side by side, led by the hand, chased, round in a circle."""

import numpy as np

from in2in.bench.people.body import SIGN, other
from in2in.bench.people.curves import Array, glide, hold, ramp
from in2in.bench.people.places import between, hand_in_hand
from in2in.bench.people.stage import BOTH, NONE, Stage
from in2in.motion.skeleton import SIDES

EASE = 0.7
"""Seconds of getting up to speed, and of coming to a stop."""


def _curve(way: Array, curvature: float, aside: float, behind: float = 0.0) -> tuple[Array, Array]:
    """Path [T, 2] and heading [T] after `way` metres [T] along an arc that starts at the origin along z.

    Args:
        way: [T] metres along the middle line.
        curvature: 1/m, positive to the left.
        aside: metres to the left of the middle line.
        behind: metres behind the place that `way` gives.
    """
    radius = 1.0 / curvature if abs(curvature) > 1e-3 else 1e3
    heading = (way - behind) / radius
    x, z = radius * (1.0 - np.cos(heading)), radius * np.sin(heading)
    path = np.stack([x + aside * np.cos(heading), z - aside * np.sin(heading)], axis=1)
    return path, heading


def _set_off(stage: Stage, start: float, end: float, speed: float) -> Array:
    """[T] metres gone by somebody who walks from start to end at a speed in m/s."""
    return speed * (end - start - EASE) * glide(stage.time, start, end, EASE)


def side_by_side(stage: Stage) -> None:
    """Both walk next to each other, the starter sets off first."""
    apart = stage.draw(0.62, 0.85) / 2
    side = 1.0 if stage.chance(0.5) else -1.0
    stage.enter((side * apart, 0.0), 0.0, (-side * apart, 0.0), 0.0)
    stage.assign(("sets off first", NONE), ("walks along", NONE))
    start = stage.draw(0.1, 0.5)
    delay = stage.draw(0.25, 0.5)
    speed = stage.draw(0.95, 1.15) / stage.casting.pace**0.7
    end = start + stage.draw(3.0, 4.2)
    curvature = stage.draw(-0.22, 0.22)
    for actor, begin, aside in ((stage.lead, start, side * apart), (stage.follow, start + delay, -side * apart)):
        way = _set_off(stage, begin, end + (begin - start), speed)
        path, facing = _curve(way, curvature, aside)
        actor.look_away(1.0 - _glances(stage, end))
        actor.follow(begin, end + (begin - start), path, facing, step=0.52 * stage.casting.pace**0.5)
    stage.finish(end - stage.draw(0.0, 0.6) if stage.chance(0.5) else end + delay)


def _glances(stage: Stage, end: float) -> Array:
    """[T] weight of a look or two at the other one."""
    first = stage.draw(0.4, end - 1.2)
    return 0.8 * hold(stage.time, first, first + 0.4, first + 0.9, first + 1.3)


def chase(stage: Stage) -> None:
    """The starter runs after the partner, who runs away."""
    gap = stage.draw(1.1, 1.7)
    stage.enter((0.0, -gap), 0.0, (0.0, 0.0), 0.0)
    stage.assign(("chases", NONE), ("runs away", NONE))
    speed = stage.draw(1.35, 1.5) / stage.casting.pace**0.35
    start = stage.draw(-1.0, 0.4)
    end = max(start + stage.draw(2.8, 3.4), 2.3)
    curvature = stage.draw(-0.28, 0.28)
    for actor, begin, behind in ((stage.follow, start, 0.0), (stage.lead, start + 0.15, gap)):
        way = _set_off(stage, begin, end, speed * (1.0 if behind == 0.0 else stage.draw(1.0, 1.06)))
        path, facing = _curve(way, curvature, stage.draw(-0.1, 0.1), behind)
        step = 0.36 * stage.casting.pace**0.3
        actor.follow(begin, end, path, facing, step=step, airborne=1.06, lift=0.09, roll=0.95, longest=1.4)
        running = hold(stage.time, begin, begin + 0.6, end - 0.7, end)
        actor.lean += 0.14 * running
        actor.elbow += 0.75 * running
        actor.crouch += 0.02 * running
    back = stage.draw(0.6, 1.4)
    stage.follow.look_away(1.0 - 0.7 * hold(stage.time, back, back + 0.3, back + 0.5, back + 0.8))
    stage.finish(end - stage.draw(0.1, 0.5))


def lead_by_hand(stage: Stage) -> None:
    """The starter takes the partner's hand and walks ahead; the partner follows, held by the hand."""
    hand, sign = stage.hand, SIGN[stage.hand]
    aside, behind = sign * stage.draw(0.34, 0.46), stage.draw(0.52, 0.62)
    stage.enter((0.0, 0.0), 0.0, (aside, -behind), 0.0)
    stage.assign(("leads by the hand", hand), ("is led by the hand", other(hand)))
    taken = stage.draw(0.5, 0.7) * stage.casting.pace if stage.chance(0.7) else -0.5
    start = taken + stage.draw(0.0, 0.2)
    speed = stage.draw(0.8, 1.0) / stage.casting.pace**0.7
    end = max(start, 0.0) + stage.draw(3.0, 3.8)
    curvature = stage.draw(-0.25, 0.25)
    for actor, begin, left, back in ((stage.lead, start, 0.0, 0.0), (stage.follow, start + 0.12, aside, behind)):
        way = _set_off(stage, begin, end + (begin - start), speed)
        path, facing = _curve(way, curvature, left, back)
        actor.follow(begin, end + (begin - start), path, facing, step=0.52 * stage.casting.pace**0.5)
    stage.lead.look_away(1.0 - _glances(stage, end))
    sides = stage.sides(hand, other(hand))
    clasp = hand_in_hand(sides, stage.draw(0.82, 0.9))
    reach = ramp(stage.time, taken - stage.beat(0.5), taken)
    stage.lead.reach(hand, clasp, reach, (1.0, -0.1, -0.2))
    stage.follow.reach(other(hand), clasp, reach)
    stage.lead.twist += sign * 0.15 * reach
    ended = end - stage.draw(0.3, 0.6) if stage.chance(0.6) else end + 0.3
    stage.finish(ended)
    stage.touch_hands(max(taken, 0.0), stage.end, hand, other(hand))


def circle_dance(stage: Stage) -> None:
    """Face to face with both hands joined, they circle, each stepping to the same side."""
    radius = stage.draw(1.2, 1.4) * stage.arm / 2
    stage.enter((0.0, -radius), 0.0, (0.0, radius), np.pi)
    stage.assign(("takes both hands and circles", BOTH), ("circles along", BOTH))
    stage.way = stage.hand
    joined = stage.beat(0.8) if stage.chance(0.6) else -0.5
    delay = stage.draw(0.2, 0.4)
    start = joined + 0.1
    end = max(start, 0.0) + stage.draw(3.2, 4.2)
    angular = -SIGN[stage.way] * stage.draw(0.75, 0.95) / stage.casting.pace
    angle = angular * (end - start - 0.7) * glide(stage.time, start, end, 0.7)
    for actor, offset in ((stage.lead, np.pi), (stage.follow, 0.0)):
        path = radius * np.stack([np.sin(angle + offset), np.cos(angle + offset)], axis=1)
        actor.follow(
            start, end, path, angle + offset + np.pi, step=0.42, first=stage.way, lift=0.05, roll=0.25, longest=0.3
        )
        actor.crouch += 0.015 * (1.0 + np.sin(2 * np.pi * (stage.time - start) / 0.84))
    for lead_side in SIDES:
        follow_side = other(lead_side)
        height = -stage.draw(0.3, 0.42) * stage.arm
        clasp = between(stage.sides(lead_side, follow_side), 0.5, up=height)
        for actor, side, late in ((stage.lead, lead_side, 0.0), (stage.follow, follow_side, delay)):
            actor.reach(side, clasp, ramp(stage.time, joined - 0.75 + late, joined), (0.8, -0.6, -0.3))
    stage.finish(end - 0.3)
    for lead_side in SIDES:
        stage.touch_hands(max(joined, 0.0), stage.end, lead_side, other(lead_side))
