"""Handshake, high five, bow and wave."""

import numpy as np

from in2in.bench.people.curves import hold, ramp, swing
from in2in.bench.people.places import between, moved, own
from in2in.bench.people.stage import NONE, Stage
from in2in.motion.skeleton import SIDES


def handshake(stage: Stage) -> None:
    """The starter holds out a hand, the partner takes it with the same one, and they shake."""
    arm = stage.arm
    ready = stage.meet(stage.draw(1.25, 1.5) * arm)
    hand = stage.hand
    stage.assign(("offers a hand and shakes", hand), ("takes the hand and shakes", hand))
    offer = ready + stage.draw(-0.1, 0.2)
    delay = stage.beat(stage.draw(0.25, 0.55))
    met = offer + delay + stage.beat(0.6)
    count = int(stage.rng.integers(2, 4))
    parted = met + stage.beat(0.42) * count + 0.25
    away = parted + stage.beat(0.6)

    shake = 0.045 * swing(stage.time, met + 0.1, parted - 0.05, count)
    centre = between((hand, hand), stage.draw(0.46, 0.54), up=-stage.draw(0.3, 0.42) * arm)
    clasp = moved(centre, np.outer(shake, (0.0, 1.0, 0.0)))
    for actor, start in ((stage.lead, offer), (stage.follow, offer + delay)):
        actor.reach(hand, clasp, hold(stage.time, start, met, parted, away), (0.8, -0.6, -0.4))
        sign = 1.0 if hand == "right" else -1.0
        actor.twist += sign * stage.draw(0.05, 0.15) * hold(stage.time, start, met, parted, away)
        actor.bend += stage.draw(0.02, 0.12) * hold(stage.time, start, met, parted, away)
    stage.touch_hands(met, parted, hand, hand)
    stage.finish(away)


def high_five(stage: Stage) -> None:
    """The starter raises a hand, the partner too, and the palms clap together once."""
    arm = stage.arm
    ready = stage.meet(stage.draw(1.15, 1.4) * arm)
    hand = stage.hand
    stage.assign(("raises a hand and claps", hand), ("raises a hand and claps", hand))
    rise = ready + stage.draw(-0.15, 0.2)
    delay = stage.beat(stage.draw(0.22, 0.5))
    raised = rise + delay + stage.beat(0.55)
    clap = raised + stage.beat(0.3)
    parted = clap + 0.1
    back = parted + stage.beat(0.3)
    away = back + stage.beat(0.6)

    target = between((hand, hand), stage.draw(0.45, 0.55), up=stage.draw(0.1, 0.35) * arm)
    for person, start in ((stage.starter, rise), (stage.partner, rise + delay)):
        actor = stage.actors[person]
        up = stage.draw(0.35, 0.55) * actor.style.reach
        wound = own(person, hand, stage.draw(0.2, 0.4), up, stage.draw(0.1, 0.2))
        elbow = (0.9, -0.5, -0.2)
        actor.reach(hand, wound, hold(stage.time, start, raised + 0.05, parted, away), elbow)
        actor.reach(hand, target, hold(stage.time, raised - 0.1, clap, parted, back), elbow)
        sign = 1.0 if hand == "right" else -1.0
        forward = hold(stage.time, raised - 0.1, clap, parted, away)
        wound_up = hold(stage.time, start, raised - 0.1, raised, clap)
        actor.twist += 0.18 * sign * (forward - 0.6 * wound_up)
    stage.touch_hands(clap, parted, hand, hand)
    stage.finish(away)


def bow(stage: Stage) -> None:
    """Both bow, the starter first."""
    ready = stage.meet(stage.draw(1.45, 2.1), far=0.4)
    stage.assign(("bows first", NONE), ("bows back", NONE))
    delay = stage.beat(stage.draw(0.4, 1.0))
    last = ready
    for actor, start in ((stage.lead, ready), (stage.follow, ready + delay)):
        down = start + stage.beat(0.75)
        up = down + stage.beat(stage.draw(0.2, 0.6))
        away = up + stage.beat(0.85)
        deep = hold(stage.time, start, down, up, away)
        depth = stage.draw(0.55, 1.0)
        actor.lean += 0.55 * depth * deep
        actor.bend += 0.5 * depth * deep
        actor.nod += 0.45 * deep
        actor.look_away(ramp(deep, 0.05, 0.5))
        last = max(last, away)
    stage.finish(last)


def wave(stage: Stage) -> None:
    """The starter waves with a hand; the partner waves back with either hand."""
    ready = stage.meet(stage.draw(1.5, 2.9), far=0.35)
    back_hand = SIDES[int(stage.rng.integers(2))]
    stage.assign(("waves first", stage.hand), ("waves back", back_hand))
    delay = stage.beat(stage.draw(0.5, 0.9))
    last = ready
    for person, hand, start in ((stage.starter, stage.hand, ready), (stage.partner, back_hand, ready + delay)):
        actor = stage.actors[person]
        raised = start + stage.beat(0.55)
        count = int(stage.rng.integers(2, 5))
        lower = raised + stage.beat(0.42) * count
        away = lower + stage.beat(0.65)
        reach = actor.style.reach
        up = hold(stage.time, start, raised, lower, away)
        side = 0.3 + 0.17 * reach * swing(stage.time, raised - 0.15, lower + 0.1, count)
        place = own(person, hand, side, stage.draw(0.35, 0.6) * reach, stage.draw(0.22, 0.38))
        actor.reach(hand, place, up, (0.6, -0.9, -0.1))
        last = max(last, away)
    stage.finish(last)
