"""A person of a BVH file as motion: the 22 joints as the file places them, rotations relative to our T-pose."""

from dataclasses import dataclass

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.importers.bvh.body import Body, body
from in2in.importers.bvh.file import BvhFile
from in2in.importers.bvh.names import Person
from in2in.importers.bvh.rest import is_t_pose, pose_axes, rest_alignment
from in2in.importers.bvh.set import LEGS, Assumed, Look
from in2in.motion.representation import FPS
from in2in.motion.resampling import resample_turns
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, PARENTS, tpose_offsets

STILL = 10.0
"""Degrees from the rest pose within which a frame shows it."""

JUMP = 0.05
"""Metres that joints move on average, at least, between a frame that is no motion and the first that is."""


@dataclass(frozen=True)
class BvhMotion:
    """One person read from a file.

    Attributes:
        joints: [T, 22, 3] metres, y up, at 30 frames a second.
        rotations: [T, 21, 6] local rotations.
        skeleton: which of the known skeletons it is.
        unit: of the file.
        start: how many frames of the file, at 30 a second, were left out at its beginning: a rest pose.
    """

    joints: Tensor
    rotations: Tensor
    skeleton: str
    unit: str
    start: int = 0


def motion_of(file: BvhFile, person: Person, look: Look, assumed: Assumed) -> BvhMotion:
    """A person's motion.

    Args:
        file: what was read.
        person: one of those in it.
        look: what the file looks like.
        assumed: of all files.
    """
    leg = look.leg * assumed.metres
    if not LEGS[0] < leg < LEGS[1]:
        raise InputError(f"{file.path}: a leg is {leg:.3g} m long in the unit of all files, {assumed.unit}: rescale it")
    rate, frames = look.rate, slice(None)
    if rate > FPS and rate % FPS == 0:
        rate, frames = float(FPS), slice(None, None, int(rate / FPS))  # the others are not needed
    raw = body(file, person, frames)
    axes = assumed.axes[look.kind] if look.costs is not None else look.axes
    assert axes is not None
    turned = assumed.turn @ raw.turns @ rest_alignment(look.offsets, axes)
    joints = raw.joints * assumed.metres @ assumed.turn.T
    for side in ("left", "right"):
        if f"{side}_foot" not in person.nodes:
            joints[:, INDEX[f"{side}_foot"]] = _toe(joints, turned, side)
    first = _frames_at_rest(Body(joints, raw.turns), look)
    start = -int(-first * FPS / rate // 1)
    joints, turned = (part[start:] for part in resample_turns(joints, turned, rate))
    local = turned[:, list(PARENTS[1:])].transpose(-1, -2) @ turned[:, 1:]
    return BvhMotion(joints.float(), matrix_to_6d(local).float(), person.skeleton, assumed.unit, start)


def _toe(joints: Tensor, turned: Tensor, side: str) -> Tensor:
    """Toes [T, 3] of feet that are as our T-pose's, from ankle and shin."""
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS, dtype=torch.float64))
    knee, ankle, foot = (INDEX[f"{side}_{name}"] for name in ("knee", "ankle", "foot"))
    shin = (joints[:, ankle] - joints[:, knee]).norm(dim=-1).median()
    return joints[:, ankle] + turned[:, ankle] @ (offsets[foot] * shin / offsets[ankle].norm())


def _frames_at_rest(own: Body, look: Look) -> int:
    """How many frames at the beginning show the rest pose or a T-pose, and are no motion: the person jumps after."""
    resting = _is_rest(own, look)
    first = int((~resting).double().argmax()) if not resting.all() else 0
    if first == 0 or len(resting) - first < 2:
        return 0
    steps = (own.joints[1:] - own.joints[:-1]).norm(dim=-1).mean(dim=-1)
    usual = float(steps[first:].quantile(0.95))
    return first if float(steps[first - 1]) > max(JUMP, 4 * usual) else 0


def _is_rest(own: Body, look: Look) -> Tensor:
    """[T] whether frames show the rest pose; where that is nobody's, whether the first shows a T-pose."""
    local = own.turns[:, list(PARENTS[1:])].transpose(-1, -2) @ own.turns[:, 1:]
    if look.costs is not None:
        axes = pose_axes(own.joints[0], snap=0.0)
        shown = torch.zeros(len(local), dtype=torch.bool)
        if axes is not None and is_t_pose(own.joints[0] @ axes.T):
            shown = _angles(local @ local[0].transpose(-1, -2)) < STILL
        return shown
    return _angles(local) < STILL


def _angles(turns: Tensor) -> Tensor:
    """[T, N, 3, 3] -> [T] degrees of the largest."""
    traces = turns.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    return ((traces - 1) / 2).clamp(-1, 1).acos().rad2deg().max(dim=-1).values
