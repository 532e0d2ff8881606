"""What nobody plans and everybody does: sway, shift the weight, breathe, glance about, let the arms hang loosely, step.

It is laid over what is choreographed, from draws of its own; hands and feet still go where they are sent.
"""

from collections.abc import Sequence

import numpy as np

from in2in.bench.people.actor import Actor
from in2in.bench.people.curves import FULL_TURN, Array, hold, ramp, wander
from in2in.bench.people.footsteps import Walk
from in2in.bench.people.truth import Touch
from in2in.motion.representation import FPS
from in2in.motion.skeleton import SIDES

STEP = 0.8
"""Seconds of a step of both feet in place, about."""

ROOM = 0.45
"""Seconds between such a step and anything that needs the feet where they are."""


def enliven(actor: Actor, touches: Sequence[tuple[float, float]], rng: np.random.Generator) -> None:
    """Lay the person's unplanned movements over the plan.

    Args:
        actor: whose plan is complete.
        touches: seconds [start, end) in which the persons touch each other.
        rng: for all that is drawn.
    """
    time, life = actor.time, rng.uniform(0.7, 1.3) * (0.7 + 0.3 * min(actor.style.bounce, 1.5))
    standing = np.prod([1.0 - 0.7 * kick.weight for kick in actor.kicks] or [np.ones_like(time)], axis=0)
    weight = _weight(time, rng)
    aside = 0.04 * wander(rng, time, 1.0, 2.9) + 0.025 * weight
    forth = wander(rng, time, 0.032, 2.3)
    actor.shift += life * standing[:, None] * np.stack([aside, forth], axis=1)
    actor.roll += 0.04 * life * standing * weight
    actor.crouch += life * standing * (0.008 + wander(rng, time, 0.006, 2.2))
    actor.turn += life * standing * wander(rng, time, 0.09, 3.1)
    breath = np.sin(FULL_TURN * (time / rng.uniform(2.6, 4.0) + rng.random()))
    actor.bend += life * (0.014 * breath + wander(rng, time, 0.02, 2.7))
    actor.tilt += life * wander(rng, time, 0.02, 2.9)
    actor.twist += life * wander(rng, time, 0.04, 2.9)
    actor.nod += life * wander(rng, time, 0.05, 2.4)
    actor.glance += life * wander(rng, time, 0.08, 2.6) + _glance(time, rng)
    for side in SIDES:
        actor.loose[side] = life * wander(rng, time, 0.13, 2.5)
    _step_in_place(actor, touches, rng)


def _weight(time: Array, rng: np.random.Generator) -> Array:
    """[T] from -1, all weight on the right leg, to 1, on the left one: it stays for a while and changes over."""
    side = float(rng.choice([-1.0, 1.0]))
    total, at = np.full_like(time, side), float(time[0]) + rng.uniform(0.3, 2.0)
    while at < time[-1]:
        to = -np.sign(side) * rng.uniform(0.5, 1.0)
        total += (to - side) * ramp(time, at, at + rng.uniform(0.6, 1.0))
        side, at = to, at + rng.uniform(1.3, 3.2)
    return total


def _glance(time: Array, rng: np.random.Generator) -> Array:
    """[T] radians by which the head turns aside for a moment, in some clips."""
    total = np.zeros_like(time)
    for _ in range(int(rng.integers(3))):
        start, stays = rng.uniform(0.0, max(float(time[-1]) - 1.0, 0.1)), rng.uniform(0.2, 0.6)
        aside = rng.choice([-1.0, 1.0]) * rng.uniform(0.2, 0.45)
        total += aside * hold(time, start, start + 0.3, start + 0.3 + stays, start + 0.65 + stays)
    return total


def _step_in_place(actor: Actor, touches: Sequence[tuple[float, float]], rng: np.random.Generator) -> None:
    """Now and then put both feet anew, a few centimetres from where they were, where nothing needs them."""
    kicked = [actor.time[kick.weight > 0] for kick in actor.kicks]
    busy = [(walk.start, walk.end) for walk in actor.ground.walks]
    busy += [*touches, *((float(when[0]), float(when[-1])) for when in kicked if len(when))]
    at = float(actor.time[0]) + rng.uniform(0.0, 2.0)
    while at + STEP < actor.time[-1]:
        end = at + STEP * rng.uniform(0.9, 1.15)
        if all(end + ROOM < start or at - ROOM > stop for start, stop in busy):
            there = ramp(actor.time, at + 0.1, end - 0.1)
            sideways, back = rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.02)
            sin, cos = np.sin(actor.ground.facing), np.cos(actor.ground.facing)
            actor.ground.path += there[:, None] * np.stack(
                [sideways * cos + back * sin, back * cos - sideways * sin], 1
            )
            actor.ground.facing += there * rng.uniform(-0.07, 0.07)
            first = SIDES[int(rng.integers(2))]
            actor.ground.walks.append(Walk(at, end, step=STEP / 2, first=first, lift=0.025, roll=0.2))
        at = end + rng.uniform(1.0, 3.5)
    actor.ground.walks.sort(key=lambda walk: walk.start)


def seconds(touches: Sequence[Touch]) -> list[tuple[float, float]]:
    """When the touches of a clip are, in seconds of the clip."""
    return [(touch.start / FPS, touch.end / FPS) for touch in touches]
