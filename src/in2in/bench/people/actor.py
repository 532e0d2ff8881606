"""What one person is to do: where to walk, how to hold the trunk, where to reach and look."""

from dataclasses import dataclass, replace

import numpy as np

from in2in.bench.people.body import LEFT, RIGHT, Body
from in2in.bench.people.curves import Array, glide, ramp, wander
from in2in.bench.people.figure import Place
from in2in.bench.people.footsteps import Ground, Walk
from in2in.bench.people.style import Style

STANCE_WIDTH = 0.095
"""Metres from the midline to an ankle."""


LAG = 0.22
"""Seconds by which the feet come to rest after the body."""


@dataclass(frozen=True)
class Reach:
    """A hand that goes to a place.

    Attributes:
        side: left or right.
        place: where the palm goes.
        weight: [T] from 0 (hanging or what came before) to 1 (there).
        pole: [3], where the elbow goes in the chest's frame, x outwards; None for down and back.
    """

    side: str
    place: Place
    weight: Array
    pole: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Kick:
    """A foot that leaves the floor for a place.

    Attributes:
        side: left or right.
        place: where the ankle goes.
        weight: [T] from 0 (on the floor) to 1 (there).
        pitch: radians, positive with the toes pointed.
    """

    side: str
    place: Place
    weight: Array
    pitch: float = 0.3


@dataclass(frozen=True)
class Look:
    """A look at a place, with weight [T] from 0 (ahead, or what came before) to 1."""

    place: Place
    weight: Array


class Actor:
    """The plan of one person over T frames; angles in radians, lengths in metres.

    Attributes:
        ground: path, heading and walks.
        crouch: [T], how far the pelvis is lowered.
        lean: [T], pitch of the pelvis forward.
        bend: [T], pitch of the spine forward, from pelvis to chest.
        tilt: [T], the spine's roll to the right.
        twist: [T], the spine's turn to the left.
        shift: [T, 2], how far the pelvis is moved to its left and ahead of where the feet follow.
        nod: [T], pitch of the head down, on top of the look.
        elbow: [T], how much more the hanging arms are bent.
        turn: [T], yaw of the pelvis to the left of where the feet follow.
        roll: [T], roll of the pelvis to the right.
        glance: [T], yaw of the head to the left, on top of the look.
        loose: by side [T], how far ahead a hanging arm swings.
        balance: [T], share of the way that the pelvis goes over the foot that carries.
    """

    def __init__(
        self, time: Array, body: Body, style: Style, rng: np.random.Generator, spot: tuple[float, float], facing: float
    ) -> None:
        self.time, self.body, self.style, self.rng = time, body, style, rng
        self.first_foot = LEFT if rng.random() < 0.5 else RIGHT
        frames = len(time)
        width = STANCE_WIDTH * style.stance * rng.uniform(0.9, 1.15)
        path = np.tile(np.array(spot, dtype=np.float64), (frames, 1))
        self.ground = Ground(time, path, np.full(frames, float(facing)), width, rng.uniform(-0.1, 0.1))
        self.crouch = np.full(frames, style.crouch)
        self.lean = wander(rng, time, 0.012, 5.0)
        self.bend = style.slump + wander(rng, time, 0.02, 3.7)
        self.tilt = wander(rng, time, 0.02, 6.0)
        self.twist = wander(rng, time, 0.03, 5.0)
        self.shift = np.stack([wander(rng, time, 0.018, 6.0), wander(rng, time, 0.01, 4.0)], axis=1)
        self.nod = style.nod + wander(rng, time, 0.03, 4.0)
        self.elbow, self.turn, self.roll, self.glance = (np.zeros(frames) for _ in range(4))
        self.loose = {side: np.zeros(frames) for side in (LEFT, RIGHT)}
        self.balance = np.full(frames, 0.4)
        self.hang = rng.uniform(0.9, 1.1)
        self.reaches: list[Reach] = []
        self.kicks: list[Kick] = []
        self.looks: list[Look] = []

    @property
    def spot(self) -> Array:
        """[2] metres, where all walks so far end."""
        return self.ground.path[-1]

    @property
    def facing(self) -> float:
        """Radians, the heading after all walks so far."""
        return float(self.ground.facing[-1])

    def reach(self, side: str, place: Place, weight: Array, pole: tuple[float, float, float] | None = None) -> None:
        """Send a palm to a place."""
        self.reaches.append(Reach(side, place, weight, pole))

    def kick(self, side: str, place: Place, weight: Array, pitch: float) -> None:
        """Send an ankle to a place."""
        self.kicks.append(Kick(side, place, weight, pitch))

    def look(self, place: Place, weight: Array | float = 1.0) -> None:
        """Turn the head to a place."""
        self.looks.append(Look(place, np.broadcast_to(np.asarray(weight, dtype=np.float64), self.time.shape)))

    def look_away(self, weight: Array) -> None:
        """Loosen all looks so far where the weight [T] is 1, so that the head follows the chest."""
        self.looks = [replace(look, weight=look.weight * (1.0 - weight)) for look in self.looks]

    def walk(
        self,
        start: float,
        end: float,
        to: Array | tuple[float, float] | None = None,
        facing: float | None = None,
        turn: tuple[float, float] | None = None,
        **manner: float | str,
    ) -> None:
        """Walk straight to a spot and turn to a heading (any that is left out stays as it is).

        Args:
            start: seconds.
            end: seconds.
            to: (x, z) metres.
            facing: radians, reached by the shorter way round.
            turn: seconds in which to turn, all of the walk if left out.
            manner: step, airborne, lift, roll, longest and first of the `Walk`.
        """
        ease = 0.55 if end - start > 1.2 else 0.4
        if to is not None:
            way = np.asarray(to, dtype=np.float64) - self.spot
            self.ground.path += glide(self.time, start + 0.05, end - LAG, ease)[:, None] * way
        if facing is not None:
            angle = (facing - self.facing + np.pi) % (2 * np.pi) - np.pi
            self.ground.facing += ramp(self.time, *(turn or (start, end))) * angle
        self.step_along(start, end, **manner)

    def turn_and_walk(
        self, start: float, end: float, turn: float, way: float, facing: float, **manner: float | str
    ) -> None:
        """Turn to a heading in `turn` seconds, setting off half-way through it, and walk `way` metres that way."""
        angle = (facing - self.facing + np.pi) % (2 * np.pi) - np.pi
        self.ground.facing += ramp(self.time, start, start + turn) * angle
        direction = way * np.array([np.sin(facing), np.cos(facing)])
        self.ground.path += glide(self.time, start + 0.45 * turn, end - LAG, 0.55)[:, None] * direction
        self.step_along(start, end, **manner)

    def follow(self, start: float, end: float, path: Array, facing: Array, **manner: float | str) -> None:
        """Walk along a path [T, 2] with headings [T], both for all of the clip."""
        self.ground.path[:], self.ground.facing[:] = path, facing
        self.step_along(start, end, **manner)

    def step_along(self, start: float, end: float, **manner: float | str) -> None:
        """Let the feet follow the path and the heading from start to end, in seconds."""
        self.ground.walks.append(Walk(start, end, **{"first": self.first_foot, **manner}))  # pyright: ignore
