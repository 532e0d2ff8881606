"""Point somewhere, and mirror each other's arms."""

import numpy as np

from in2in.bench.people.body import SIGN, other
from in2in.bench.people.curves import hold, ramp
from in2in.bench.people.places import fixed, own, towards
from in2in.bench.people.stage import NONE, Stage

POSES = ((0.75, 0.0, 0.3), (0.45, 0.65, 0.3), (0.15, 0.8, 0.35), (0.05, 0.0, 0.85), (0.6, -0.5, 0.35), (0.1, 0.35, 0.5))
"""Where a palm is in the poses of the mirror: outwards, up and ahead of the shoulder, in arm lengths."""


def point(stage: Stage) -> None:
    """The starter points at something with one hand; the partner turns to look at it."""
    ready = stage.meet(stage.draw(1.2, 2.0), far=0.35)
    hand, sign = stage.hand, SIGN[stage.hand]
    stage.assign(("points", hand), ("looks where the other points", NONE))
    angle = sign * stage.draw(0.5, 1.5)
    away = stage.draw(3.0, 6.0)
    middle = stage.lead.spot
    target = np.array([middle[0] + away * np.sin(angle), stage.draw(0.9, 2.2), middle[1] + away * np.cos(angle)])
    raised = ready + stage.beat(0.65)
    lower = raised + stage.beat(stage.draw(1.1, 1.7))
    down = lower + stage.beat(0.7)
    pointing = hold(stage.time, ready, raised, lower, down)
    stage.lead.reach(hand, towards(stage.starter, hand, target), pointing, (0.7, -0.8, -0.2))
    stage.lead.twist += 0.3 * angle * pointing
    stage.lead.look(fixed(target), hold(stage.time, ready - 0.15, raised - 0.1, lower - 0.5, lower))
    notice = ready + stage.beat(stage.draw(0.4, 0.7))
    noticed = notice + stage.beat(0.6)
    stage.follow.look(fixed(target), hold(stage.time, notice, noticed, lower + 0.2, down + 0.2))
    there = target[[0, 2]] - stage.follow.spot
    turn = (np.arctan2(there[0], there[1]) - stage.follow.facing + np.pi) % (2 * np.pi) - np.pi
    stage.follow.walk(notice + 0.1, noticed + stage.beat(0.6), facing=stage.follow.facing + 0.6 * turn, step=0.42)
    stage.finish(down)


def mirror_arms(stage: Stage) -> None:
    """The starter moves one arm from pose to pose; the partner copies it like a mirror, with the other arm."""
    ready = stage.meet(stage.draw(1.45, 1.9), far=0.2)
    hand = stage.hand
    stage.assign(("moves an arm", hand), ("mirrors the arm", other(hand)))
    delay = stage.draw(0.25, 0.5)
    chosen = stage.rng.permutation(len(POSES))[: int(stage.rng.integers(2, 4))]
    starts = ready + np.cumsum([0.0, *(stage.beat(0.95) for _ in chosen)])
    end = float(starts[-1])
    last = end + stage.beat(0.7)
    for person, side, late in ((stage.starter, hand, 0.0), (stage.partner, other(hand), delay)):
        actor = stage.actors[person]
        reach = min(actor.style.reach, 1.05)
        release = ramp(stage.time, end + late, last + late)
        for pose, start in zip(chosen, starts, strict=False):
            out, up, ahead = (reach * share for share in POSES[pose])
            weight = ramp(stage.time, start + late, start + late + 0.75 * stage.casting.pace) - release
            actor.reach(side, own(person, side, out, up, ahead), np.maximum(weight, 0.0), (0.7, -0.8, -0.2))
        actor.tilt -= SIGN[side] * 0.06 * hold(stage.time, ready + late, ready + late + 0.6, end + late, last + late)
    stage.finish(last + delay)
