"""What is wrong with motion that can be read: frozen, jumping, apart, inside each other, off the floor."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from in2in.check.finding import Finding, Kind
from in2in.check.limits import Limits
from in2in.motion.capsules import BONES, penetration
from in2in.motion.representation import FPS
from in2in.motion.skeleton import INDEX, JOINTS, PARENTS

TRUNK = tuple(INDEX[name] - 1 for name in ("spine1", "spine2", "spine3", "neck", "head"))
"""Bones by number: bone k ends at joint k + 1."""

AROUND = 5
"""Frames whose median step is what a joint's step is held against."""


def motion_findings(clip: str, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    """All that is suspicious about a clip's motion.

    Args:
        clip: its id.
        joints: [P, T, 22, 3] finite metres, y up, at any height; T at least 2.
        limits: from where on.
    """
    for person, own in enumerate(joints, start=1):
        yield from _frozen(clip, person, own, limits)
        yield from _jumps(clip, person, own, limits)
    if len(joints) == 2:
        yield from _apart(clip, joints, limits)
        yield from _inside(clip, joints, limits)
    yield from _off_the_floor(clip, joints, limits)


def floor_level(joints: Tensor) -> float:
    """Height in metres of the floor that a clip [P, T, 22, 3] shows.

    It is where the lowest joint of the lower person usually is. The lowest joint of all would be no floor: it is the
    very one that sinks.
    """
    return float(joints[..., 1].amin(dim=-1).median(dim=-1).values.min())


def longest_run(true: Tensor) -> tuple[int, int]:
    """First place and length of the longest row of True in [T]; (0, 0) if there is none."""
    edges = torch.nn.functional.pad(true.int(), (1, 1)).diff()
    starts, ends = (edges == 1).nonzero().flatten(), (edges == -1).nonzero().flatten()
    if not len(starts):
        return 0, 0
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest] - starts[longest])


def _frozen(clip: str, person: int, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    start, frames = longest_run(_steps(joints).amax(dim=-1) <= limits.still)
    if frames >= limits.frozen * FPS:
        message = f"person {person} does not move for {frames / FPS:.1f} s from frame {start} on"
        yield Finding(Kind.FROZEN, clip, message, start)


def _steps(joints: Tensor) -> Tensor:
    """Metres that each joint of one person moves from each frame to the next, [T - 1, 22]."""
    return joints.diff(dim=0).norm(dim=-1)


def _jumps(clip: str, person: int, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    steps = _steps(joints)
    excess = steps - _usual(steps)
    allowed = torch.full((len(JOINTS),), limits.joint_jump)
    allowed[0] = limits.body_jump
    over = (excess / allowed).amax(dim=-1)
    frames = int((over > 1).sum())
    if frames:
        frame = int(over.argmax())
        joint = int((excess[frame] / allowed).argmax())
        who = f"person {person}" if joint == 0 else f"the {JOINTS[joint].replace('_', ' ')} of person {person}"
        message = f"{who} jumps by {steps[frame, joint]:.2f} m after frame {frame}"
        yield Finding(Kind.TELEPORT, clip, message + (f", {frames} jumps in all" if frames > 1 else ""), frame)


def _usual(steps: Tensor) -> Tensor:
    """The median of the steps [T - 1, 22] around each; the first and the last ones are held against the nearest."""
    around = min(AROUND, len(steps))
    medians = steps.unfold(0, around, 1).median(dim=-1).values
    return medians[(torch.arange(len(steps)) - around // 2).clamp(0, len(medians) - 1)]


def _apart(clip: str, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    distance = (joints[0, :, 0, [0, 2]] - joints[1, :, 0, [0, 2]]).norm(dim=-1)
    if float(distance.min()) > limits.far:
        message = f"the persons come no nearer than {distance.min():.1f} m"
        yield Finding(Kind.FAR, clip, message, int(distance.argmin()))


def _inside(clip: str, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    near = (joints[0, :, 0] - joints[1, :, 0]).norm(dim=-1) < 2.0  # no bone reaches further: there is room elsewhere
    depths = torch.zeros(joints.shape[1], 2, len(BONES), len(TRUNK))
    if near.any():
        for person, (one, two) in enumerate((joints[:, near], joints.flip(0)[:, near])):
            depths[near, person] = penetration(one, two, BONES, TRUNK).clamp(min=0)
    depth = depths.flatten(1).amax(dim=1)
    start, frames = longest_run(depth > limits.inside)
    if frames >= limits.inside_seconds * FPS:
        deepest = start + int(depth[start : start + frames].argmax())
        person, bone, trunk = np.unravel_index(int(depths[deepest].argmax()), depths[deepest].shape)
        message = (
            f"{_bone(int(bone))} of person {person + 1} is {100 * depth[deepest]:.0f} cm inside "
            f"{_bone(TRUNK[trunk])} of person {2 - person} in frame {deepest}, for {frames / FPS:.1f} s"
        )
        yield Finding(Kind.INSIDE, clip, message, deepest)


def _bone(bone: int) -> str:
    """Words for the bone from a joint's parent to the joint."""
    return f"{JOINTS[PARENTS[bone + 1]]}-{JOINTS[bone + 1]}".replace("_", " ")


def _off_the_floor(clip: str, joints: Tensor, limits: Limits) -> Iterator[Finding]:
    floor = floor_level(joints)
    for person, own in enumerate(joints, start=1):
        height = own[..., 1].amin(dim=-1) - floor
        start, frames = longest_run(height > limits.float_height)
        if frames >= limits.float_seconds * FPS:
            middle = float(height[start : start + frames].median())
            message = f"person {person} is {100 * middle:.0f} cm above the floor for {frames / FPS:.1f} s"
            yield Finding(Kind.FLOAT, clip, message, start)
        start, frames = longest_run(height < -limits.sink_depth)
        if frames >= limits.sink_seconds * FPS:
            depth = -float(height[start : start + frames].min())
            message = f"person {person} is up to {100 * depth:.0f} cm below the floor for {frames / FPS:.1f} s"
            yield Finding(Kind.SINK, clip, message, start)
