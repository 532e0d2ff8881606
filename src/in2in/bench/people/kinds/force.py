"""Push, punch and kick."""

import numpy as np

from in2in.bench.people.body import SIGN
from in2in.bench.people.curves import hold
from in2in.bench.people.places import frozen, on, own
from in2in.bench.people.stage import BOTH, NONE, Stage
from in2in.motion.skeleton import SIDES

GUARD_ELBOW = (0.7, -1.0, -0.2)
"""Where the elbows of raised fists go."""


def push(stage: Stage) -> None:
    """The starter pushes the partner's chest with both hands; the partner staggers back."""
    gap = stage.draw(1.05, 1.2) * stage.arm
    ready = stage.meet(gap, far=0.7, both=0.15)
    stage.assign(("pushes", BOTH), ("is pushed and staggers back", NONE))
    draw_back = ready + stage.beat(0.1)
    wound = draw_back + stage.beat(0.4)
    hit = wound + stage.beat(0.28)
    parted = hit + stage.beat(0.22)
    away = parted + stage.beat(0.55)
    back = stage.draw(0.5, 1.1)
    landed = parted + (0.6 + 0.75 * back) * stage.casting.pace**0.5

    for side in ("left", "right"):
        sign = 1.0 if side == "left" else -1.0
        chest = on(stage.partner, "spine3", across=-sign * 0.09, up=0.08, ahead=0.14)
        near = own(stage.starter, side, 0.1, -0.12, 0.42)
        elbow = (1.0, -0.6, -0.2)
        stage.lead.reach(side, near, hold(stage.time, draw_back, wound, parted, away), elbow)
        stage.lead.reach(side, chest, hold(stage.time, wound - 0.05, hit, parted, away), elbow)
        stage.touch(hit, parted, (stage.starter, f"{side}_wrist"), (stage.partner, "spine3"))
        flail = own(stage.partner, side, stage.draw(0.4, 0.7), stage.draw(-0.5, -0.1), stage.draw(0.3, 0.5))
        stage.follow.reach(side, flail, hold(stage.time, hit + 0.05, parted + 0.2, landed - 0.1, landed + 0.7))
    lead, follow = stage.lead, stage.follow
    lead.bend += 0.16 * (hold(stage.time, wound, hit + 0.05, parted, away))
    lead.lean += 0.12 * hold(stage.time, wound, hit + 0.05, parted, away)
    lead.shift[:, 1] += 0.07 * hold(stage.time, wound, hit + 0.05, parted, away)
    lead.crouch += 0.03 * hold(stage.time, draw_back, wound, parted, away)
    push_off = hit + 0.06
    follow.walk(
        push_off,
        landed,
        (follow.spot[0], follow.spot[1] + back),
        step=0.3 + 0.05 * stage.casting.pace,
        lift=0.05,
        roll=0.25,
    )
    jolt = hold(stage.time, hit, parted + 0.08, parted + 0.2, landed + 0.3)
    follow.lean -= stage.draw(0.12, 0.22) * jolt
    follow.bend += stage.draw(0.1, 0.25) * jolt
    follow.crouch += 0.03 * hold(stage.time, parted, landed - 0.2, landed, landed + 0.7)
    stage.finish(landed + 0.5)


def _guard(stage: Stage, person: int, start: float, end: float) -> None:
    """Raise both fists before the chest."""
    for side in SIDES:
        fist = own(person, side, stage.draw(-0.15, 0.05), stage.draw(-0.15, 0.05), stage.draw(0.42, 0.55))
        stage.actors[person].reach(side, fist, hold(stage.time, start, start + 0.4, end, end + 0.6), GUARD_ELBOW)


def punch(stage: Stage) -> None:
    """The starter punches at the partner's head with one fist; the partner ducks, sways aside or leans back."""
    ready = stage.meet(stage.draw(1.35, 1.5) * stage.arm, far=0.5, both=0.2)
    hand, sign = stage.hand, SIGN[stage.hand]
    stage.assign(("punches", hand), ("dodges", NONE))
    wound = ready + stage.beat(0.6)
    hit = wound + stage.beat(0.3)
    retracted = hit + 0.06 + stage.beat(0.35)
    lead, follow = stage.lead, stage.follow
    _guard(stage, stage.starter, ready, retracted)
    _guard(stage, stage.partner, ready + stage.draw(0.0, 0.3), retracted + 0.2)

    before = int(np.searchsorted(stage.time, wound))
    target = frozen(on(stage.partner, "spine3", up=0.26, ahead=0.1), before)
    blow = hold(stage.time, wound, hit, hit + 0.06, retracted)
    lead.reach(hand, target, blow, (0.8, -0.6, -0.2))
    wind = hold(stage.time, ready + 0.15, wound, wound + 0.02, hit)
    lead.twist += sign * (0.25 * wind - 0.45 * blow)
    lead.lean += 0.12 * blow
    lead.shift[:, 1] += 0.06 * blow - 0.04 * wind
    stand = hold(stage.time, ready, ready + 0.4, retracted, retracted + 0.6)
    lead.crouch += 0.04 * stand
    follow.crouch += 0.03 * stand

    dodge = hold(stage.time, wound - 0.08, hit - 0.04, hit + 0.15, hit + 0.25 + stage.beat(0.7))
    manner = int(stage.rng.integers(3))
    if manner == 0:
        follow.crouch += stage.draw(0.27, 0.33) * dodge
        follow.bend += 0.45 * dodge
        follow.lean += 0.1 * dodge
        follow.shift[:, 1] -= 0.1 * dodge
    elif manner == 1:
        for side in SIDES:
            follow.reach(side, own(stage.partner, side, 0.05, -0.45, 0.38), dodge, GUARD_ELBOW)
        follow.tilt -= sign * stage.draw(0.55, 0.7) * dodge
        follow.shift[:, 0] += sign * 0.16 * dodge
        follow.crouch += 0.07 * dodge
    else:
        follow.bend -= stage.draw(0.42, 0.5) * dodge
        follow.lean -= 0.18 * dodge
        follow.shift[:, 1] -= 0.12 * dodge
        follow.crouch += 0.07 * dodge
    stage.finish(hit + 0.25 + 0.8 * stage.casting.pace)


def kick(stage: Stage) -> None:
    """The starter kicks forward with one leg; the partner blocks the foot with both hands."""
    leg = (stage.bodies[0].leg + stage.bodies[1].leg) / 2
    ready = stage.meet(stage.draw(1.25, 1.35) * leg, far=0.4, both=0.2)
    stage.assign(("kicks", stage.hand), ("blocks", BOTH))
    stage.limb = "leg"
    lead, follow, side = stage.lead, stage.follow, stage.hand
    _guard(stage, stage.starter, ready - 0.2, ready + stage.beat(1.4))
    lift = ready + stage.beat(0.25)
    chambered = lift + stage.beat(0.42)
    hit = chambered + stage.beat(0.28)
    pulled = hit + 0.08 + stage.beat(0.32)
    down = pulled + stage.beat(0.45)

    bent = on(stage.starter, "pelvis", across=SIGN[side] * 0.07, up=-0.42 * leg, ahead=0.38 * leg)
    strike = on(stage.partner, "pelvis", across=stage.draw(-0.03, 0.03), up=0.02, ahead=0.45)
    blow = hold(stage.time, chambered - 0.06, hit, hit + 0.08, pulled)
    lead.kick(side, bent, hold(stage.time, lift, chambered, pulled, down), pitch=0.25)
    lead.kick(side, strike, blow, pitch=-0.6)
    raised = hold(stage.time, lift - 0.25, lift + 0.2, pulled, down + 0.1)
    lead.balance += 0.5 * raised
    lead.lean -= 0.2 * blow + 0.05 * raised
    lead.bend += 0.14 * blow
    lead.shift[:, 1] += 0.06 * blow

    parry = hold(stage.time, lift + 0.05, hit - 0.04, hit + 0.15, down + 0.2)
    for hand in SIDES:
        shield = on(stage.partner, "pelvis", across=SIGN[hand] * 0.05, up=0.06, ahead=0.36)
        follow.reach(hand, shield, parry, (1.0, -0.2, -0.3))
        stage.touch(hit, hit + 0.08, (stage.starter, f"{side}_foot"), (stage.partner, f"{hand}_wrist"))
    follow.bend += 0.2 * parry
    follow.lean += 0.08 * parry
    follow.crouch += 0.05 * parry
    follow.shift[:, 1] -= 0.04 * parry
    stage.finish(down + 0.3)
