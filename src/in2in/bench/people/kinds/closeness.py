"""Hug, hand over and pat on the shoulder."""

import numpy as np

from in2in.bench.people.body import SIGN
from in2in.bench.people.curves import FULL_TURN, hold, ramp
from in2in.bench.people.places import between, moved, on, own
from in2in.bench.people.stage import BOTH, NONE, Stage
from in2in.motion.skeleton import SIDES


def hug(stage: Stage) -> None:
    """The starter opens the arms and steps in, the partner too, and they hold each other."""
    gap, apart = stage.draw(0.34, 0.4), stage.draw(0.95, 1.15)
    ready = stage.meet(apart, far=0.6)
    stage.assign(("hugs first", BOTH), ("hugs back", BOTH))
    opening = ready - 0.1
    delay = stage.beat(stage.draw(0.25, 0.55))
    step_in = opening + delay + stage.beat(0.3)
    near = step_in + 0.75 + stage.beat(0.35)
    held = near + stage.beat(0.3)
    loose = held + stage.beat(stage.draw(0.6, 1.2))
    away = loose + stage.beat(0.9)

    aside = stage.draw(0.07, 0.1)
    share = stage.draw(0.55, 1.0)
    middle = apart / 2 - (apart - gap) * (1.0 - share)
    stage.lead.walk(step_in, near, (aside, middle - gap), 0.0, step=0.45)
    stage.follow.walk(step_in + 0.05, near, (-aside, middle), np.pi, step=0.45)
    for person, start, low in ((stage.starter, opening, 0.0), (stage.partner, opening + delay, 1.0)):
        actor, partner = stage.actors[person], 1 - person
        for side in SIDES:
            height = 0.02 + 0.13 * low - 0.04 * SIGN[side]
            opened = own(person, side, stage.draw(0.45, 0.6), -0.2 + 0.25 * low, 0.6)
            back = on(partner, "spine3", across=-SIGN[side] * 0.04, up=height - 0.08, ahead=-0.14)
            actor.reach(side, opened, hold(stage.time, start, start + 0.55, loose, away), (1.0, -0.5, -0.1))
            actor.reach(side, back, hold(stage.time, near - 0.25, held, loose, loose + 0.55), (1.0, -0.15, 0.0))
            stage.touch(held, loose, (person, f"{side}_wrist"), (partner, "spine3"))
        press = hold(stage.time, near - 0.2, held, loose, away)
        actor.bend += 0.12 * press
        actor.tilt += stage.draw(0.04, 0.1) * press
        actor.look_away(ramp(press, 0.0, 0.8))
    retreat = loose + 0.3
    if stage.chance(0.7):
        back = (stage.lead.spot[0], stage.lead.spot[1] - stage.draw(0.35, 0.5))
        stage.lead.walk(retreat, retreat + 1.0, back, step=0.45, roll=0.3)
        away = max(away, retreat + 0.8)
    stage.finish(away)


def hand_over(stage: Stage) -> None:
    """The starter holds something in a hand and gives it; the partner takes it with either hand."""
    ready = stage.meet(stage.draw(1.25, 1.5) * stage.arm)
    hand, taking = stage.hand, SIDES[int(stage.rng.integers(2))]
    stage.assign(("gives", hand), ("takes", taking))
    offer = ready + stage.draw(-0.1, 0.2)
    delay = stage.beat(stage.draw(0.3, 0.7))
    met = offer + delay + stage.beat(0.55)
    given = met + stage.beat(0.3)
    away = given + stage.beat(0.75)
    sides = stage.sides(hand, taking)
    exchange = between(sides, stage.draw(0.44, 0.56), up=-stage.draw(0.28, 0.4) * stage.arm)

    carried = own(stage.starter, hand, -0.1, -0.45, stage.draw(0.4, 0.5))
    stage.lead.reach(hand, carried, 1.0 - ramp(stage.time, given, away))
    stage.lead.reach(hand, exchange, hold(stage.time, offer, offer + stage.beat(0.6), given, away))
    kept = own(stage.partner, taking, -0.1, -0.45, stage.draw(0.4, 0.5))
    stage.follow.reach(taking, kept, ramp(stage.time, met - 0.3, met))
    stage.follow.reach(taking, exchange, hold(stage.time, offer + delay, met, given, away))
    for actor, side in ((stage.lead, hand), (stage.follow, taking)):
        actor.twist -= SIGN[side] * 0.1 * hold(stage.time, offer, met, given, away)
        actor.bend += 0.08 * hold(stage.time, offer, met, given, away)
        actor.nod += 0.15 * hold(stage.time, offer, met, given, away)
    stage.touch_hands(met, given, hand, taking)
    stage.finish(away)


def pat(stage: Stage) -> None:
    """The starter pats the partner on the shoulder, two to four times."""
    ready = stage.meet(stage.draw(0.98, 1.1) * stage.arm, both=0.15)
    hand, sign = stage.hand, SIGN[stage.hand]
    stage.assign(("pats the shoulder", hand), ("is patted", NONE))
    met = ready + stage.beat(0.7)
    count = int(stage.rng.integers(2, 5))
    parted = met + count * stage.beat(0.4)
    away = parted + stage.beat(0.65)
    patting = hold(stage.time, met, met + 0.1, parted - 0.1, parted)
    lifted = 0.05 * (1.0 - np.cos(FULL_TURN * count * (stage.time - met) / (parted - met))) * patting
    offset = np.zeros((len(stage.time), 3))
    offset[:, 1] = lifted

    shoulder = on(stage.partner, "spine3", across=-sign * 0.16, up=0.22, ahead=0.02)
    stage.lead.reach(hand, moved(shoulder, offset), hold(stage.time, ready, met, parted, away), (0.8, -0.7, -0.2))
    reached = hold(stage.time, ready, met, parted, away)
    stage.lead.bend += 0.12 * reached
    stage.lead.twist += sign * -0.25 * reached
    stage.follow.nod += 0.1 * hold(stage.time, met, met + 0.4, parted, away)
    other = f"{'right' if hand == 'left' else 'left'}_collar"
    stage.touch(met, met + 0.1, (stage.starter, f"{hand}_wrist"), (stage.partner, other))
    stage.finish(away)
