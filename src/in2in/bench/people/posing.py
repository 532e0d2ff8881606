"""From the plans of two persons to two posed figures: feet and trunk, then looks, then arms."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import minimum_filter1d

from in2in.bench.people.actor import Actor
from in2in.bench.people.body import SIGN
from in2in.bench.people.curves import Array, minimum_jerk, ramp, smooth
from in2in.bench.people.figure import Figure
from in2in.bench.people.footsteps import Foot, plan
from in2in.bench.people.limbs import about_x, about_y, about_z, apply, bend, inverse, unit
from in2in.motion.skeleton import PALM, SIDES

STRAIGHT_LEG = 0.992
"""How straight a standing leg gets, as a share of its length."""

ELBOW = (0.45, -0.35, -0.8)
"""Where elbows go in the chest's frame when nothing else is asked: outwards, down and back."""


def pose(actors: Sequence[Actor]) -> tuple[list[Figure], list[dict[str, Foot]]]:
    """Both persons' figures, and their feet by side."""
    feet = [plan(actor.ground, actor.body) for actor in actors]
    for actor, steps in zip(actors, feet, strict=True):
        for kick in actor.kicks:
            steps[kick.side].planted &= kick.weight <= 0.0
            steps[kick.side].carrying *= 1.0 - kick.weight
    figures = [_trunk(actor, steps) for actor, steps in zip(actors, feet, strict=True)]
    for actor, figure in zip(actors, figures, strict=True):
        _head(actor, figure, figures)
    for actor, figure, steps in zip(actors, figures, feet, strict=True):
        for side in SIDES:
            _leg(actor, figure, steps[side], side, figures)
            _arm(actor, figure, side, figures, steps)
    return figures, feet


def _ahead(actor: Actor) -> tuple[Array, Array]:
    """Unit vectors ahead and to the left on the ground, [T, 2] each."""
    sin, cos = np.sin(actor.ground.facing), np.cos(actor.ground.facing)
    return np.stack([sin, cos], axis=1), np.stack([cos, -sin], axis=1)


def _stride(actor: Actor, feet: dict[str, Foot]) -> Array:
    """[T] metres by which the right foot is ahead of the left one."""
    ahead, _ = _ahead(actor)
    return ((feet["right"].toe - feet["left"].toe)[:, [0, 2]] * ahead).sum(1)


def _trunk(actor: Actor, feet: dict[str, Foot]) -> Figure:
    """Pelvis and spine: over the feet, as high as the legs allow, turning against the stride."""
    body, ground, style = actor.body, actor.ground, actor.style
    ahead, left = _ahead(actor)
    speed = np.linalg.norm(np.gradient(ground.path, ground.time, axis=0), axis=1)
    stride = smooth(_stride(actor, feet), 1.5)
    carried = {side: feet[side].support() for side in SIDES}
    over = sum(carried[side][:, None] * (feet[side].toe[:, [0, 2]] - ground.path) for side in SIDES)
    aside = ((over / (carried["left"] + carried["right"] + 0.05)[:, None]) * left).sum(1)
    sway = smooth(aside * actor.balance, 3.0) + actor.shift[:, 0]
    forth = actor.shift[:, 1] - 0.22 * np.sin(actor.lean)
    spot = ground.path + sway[:, None] * left + forth[:, None] * ahead

    swing = 0.16 * stride
    lean = actor.lean + 0.045 * smooth(speed, 3.0)
    roll = 0.05 * style.bounce * (carried["left"] - carried["right"]) + actor.roll
    rotation = about_y(ground.facing + swing + actor.turn) @ about_x(lean) @ about_z(roll)
    height = _height(actor, feet, spot, rotation)
    figure = Figure(body, np.stack([spot[:, 0], height, spot[:, 1]], axis=1), rotation)
    twist = actor.twist - swing * (1.5 + 0.6 * style.arm_swing) - 0.6 * actor.turn
    tilt = actor.tilt - roll
    for name in ("spine1", "spine2", "spine3"):
        figure.turn_locally(name, about_y(twist / 3) @ about_x(actor.bend / 3) @ about_z(tilt / 3))
    return figure


def _height(actor: Actor, feet: dict[str, Foot], spot: Array, rotation: Array) -> Array:
    """[T] metres of the pelvis: no higher than the legs reach, with a slight bob, less the crouch."""
    body = actor.body
    limits, kicking = [], {kick.side: kick.weight for kick in actor.kicks}
    for side in SIDES:
        hip = apply(rotation, body.offset(f"{side}_hip"))
        ankle = feet[side].ankle(body.offset(f"{side}_foot"))
        gap = spot + hip[:, [0, 2]] - ankle[:, [0, 2]]
        reach = np.maximum((STRAIGHT_LEG * body.leg) ** 2 - (gap**2).sum(1), 0.15)
        limit = ankle[:, 1] + np.sqrt(reach) - hip[:, 1]
        limits.append(limit + 2.0 * kicking.get(side, 0.0))
    standing = body.ankle_height + STRAIGHT_LEG * body.leg - body.offset("left_hip")[1]
    lowest = np.minimum(np.minimum(*limits), standing)
    level = smooth(minimum_filter1d(lowest, 5, mode="nearest"), 1.8)
    return level - 0.004 - actor.crouch


def _head(actor: Actor, figure: Figure, figures: Sequence[Figure]) -> None:
    """Turn neck and head to what is looked at, as far as a neck goes."""
    neck = figure.place("neck")
    chest = figure.frame("spine3")
    eyes = neck + apply(chest, actor.body.offset("head"))
    yaw, pitch = np.zeros(len(neck)), 0.03 - 0.4 * (actor.bend + actor.lean)
    for look in actor.looks:
        aim = apply(inverse(chest), unit(look.place(figures) - eyes))
        aside = np.arctan2(aim[:, 0], aim[:, 2])
        down = -np.arcsin(np.clip(aim[:, 1], -1.0, 1.0))
        weight = look.weight * (1.0 - minimum_jerk((np.abs(aside) - 1.9) / 0.9))
        yaw += weight * (1.25 * np.tanh(aside / 1.25) - yaw)
        pitch += weight * (0.8 * np.tanh(down / 0.8) - pitch)
    yaw, pitch = smooth(yaw, 3.0) + actor.glance, smooth(pitch, 3.0) + actor.nod
    figure.turn("neck", chest @ about_y(0.4 * yaw) @ about_x(0.4 * pitch))
    figure.turn_locally("head", about_y(0.6 * yaw) @ about_x(0.6 * pitch))


def _leg(actor: Actor, figure: Figure, foot: Foot, side: str, figures: Sequence[Figure]) -> None:
    """Thigh and shin by inverse kinematics, the knee between the ways of pelvis and foot."""
    body = actor.body
    hip = figure.place(f"{side}_hip")
    toe_offset = body.offset(f"{side}_foot")
    ankle, pitch = foot.ankle(toe_offset), foot.pitch
    for kick in actor.kicks:
        if kick.side == side:
            ankle = ankle + kick.weight[:, None] * (kick.place(figures) - ankle)
            pitch = pitch + kick.weight * (kick.pitch - pitch)
    foot_rotation = about_y(foot.yaw) @ about_x(pitch)
    knee = figure.frame("pelvis")[..., 2] + foot_rotation[..., 2] + about_y(foot.yaw)[..., 2]
    knee = knee + 0.25 * SIGN[side] * figure.frame("pelvis")[..., 0]
    upper, lower = body.offset(f"{side}_knee"), body.offset(f"{side}_ankle")
    leg = bend(hip, ankle, knee, upper, lower, np.array([1.0, 0.0, 0.0]))
    figure.turn(f"{side}_hip", leg.upper)
    figure.turn(f"{side}_knee", leg.lower)
    figure.turn(f"{side}_ankle", foot_rotation)
    figure.turn_locally(f"{side}_foot", about_x(-0.6 * np.maximum(pitch, 0.0)))


def _hanging(actor: Actor, figure: Figure, side: str, shoulder: Array, feet: dict[str, Foot]) -> Array:
    """[T, 3] metres, the palm of an arm that hangs and swings against the leg of its side."""
    body, style = actor.body, actor.style
    speed = smooth(np.linalg.norm(np.gradient(actor.ground.path, actor.time, axis=0), axis=1), 4.0)
    stride = SIGN[side] * smooth(_stride(actor, feet), 2.5)
    forward = -0.02 + 0.5 * style.arm_swing * stride + actor.loose[side]
    elbow = 0.6 * actor.loose[side]
    elbow = (
        elbow + 0.28 * actor.hang + actor.elbow + 0.25 * np.maximum(speed - 0.6, 0.0) + 0.25 * style.arm_swing * stride
    )
    elbow = 0.12 + np.logaddexp(0.0, 8.0 * (elbow - 0.12)) / 8.0
    out = 0.14 * style.spread * actor.hang
    chest = figure.upright_chest(0.5)

    def towards(pitch: Array, aside: float) -> Array:
        across = np.full_like(pitch, SIGN[side] * np.sin(aside))
        local = np.stack([across, -np.cos(aside) * np.cos(pitch), np.cos(aside) * np.sin(pitch)], axis=1)
        return apply(chest, local)

    upper = body.length("left_elbow") * towards(forward, out)
    return shoulder + upper + (body.length("left_wrist") + PALM) * towards(forward + elbow, out * 0.4)


def _arc(start: Array, end: Array, weight: Array) -> Array:
    """From one offset [T, 3] to another on an arc about the shoulder, by a weight [T, 1]."""
    near, far = unit(start), unit(end)
    angle = np.arccos(np.clip((near * far).sum(1, keepdims=True), -0.9999, 0.9999))
    direction = (np.sin((1.0 - weight) * angle) * near + np.sin(weight * angle) * far) / np.sin(angle)
    length = (1.0 - weight) * np.linalg.norm(start, axis=1, keepdims=True)
    length = length + weight * np.linalg.norm(end, axis=1, keepdims=True)
    return np.where(weight >= 1.0, end, unit(direction) * length)


def _arm(actor: Actor, figure: Figure, side: str, figures: Sequence[Figure], feet: dict[str, Foot]) -> None:
    """Collar, upper arm and forearm: hanging, or at what is reached for."""
    body, sign = actor.body, SIGN[side]
    chest = figure.frame("spine3")
    shoulder = figure.shoulder(side)
    palm = _hanging(actor, figure, side, shoulder, feet)
    pole = np.tile(np.array(ELBOW), (len(palm), 1))
    for reach in actor.reaches:
        if reach.side == side:
            weight = reach.weight[:, None]
            palm = shoulder + _arc(palm - shoulder, reach.place(figures) - shoulder, weight)
            pole = pole + weight * (np.array(reach.pole or ELBOW) - pole)
    aim = apply(inverse(chest), palm - shoulder) / body.arm
    extent = np.linalg.norm(aim, axis=1)
    protract = 0.35 * ramp(extent, 0.75, 1.1) * np.clip(aim[:, 2] / extent, 0.0, 1.0)
    elevate = 0.4 * ramp(aim[:, 1], -0.2, 1.0)
    figure.turn(f"{side}_collar", chest @ about_y(-sign * protract) @ about_z(sign * elevate))
    shoulder = figure.place(f"{side}_shoulder")
    pole = apply(chest, pole * np.array([sign, 1.0, 1.0]))
    upper, lower = body.offset(f"{side}_elbow"), body.offset(f"{side}_wrist")
    arm = bend(shoulder, palm, pole, upper, lower, np.array([0.0, -sign, 0.0]), tip=PALM)
    figure.turn(f"{side}_shoulder", arm.upper)
    figure.turn(f"{side}_elbow", arm.lower)
    figure.turn_locally(f"{side}_wrist", about_x(np.zeros(len(palm))))
