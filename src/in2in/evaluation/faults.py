"""Faults put into motion on purpose: what measures are meant to see, and what an evaluator learns to tell from motion.

Each takes features [P, T, 262] in physical units and a generator, and gives the spoiled ones.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from in2in.evaluation.physical import SLOW, TORSO
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS, VELOCITIES, canonicalise, decode_joints, decode_rotations, encode
from in2in.motion.skeleton import LEFT_HIP, NUM_JOINTS, PARENTS, RIGHT_HIP

Fault = Callable[[Tensor, torch.Generator], Tensor]


def whole_motion(features: Tensor) -> Motion:
    """The frames of features, and one more, which their velocities tell of."""
    joints, rotations = decode_joints(features), decode_rotations(features)
    last = joints[:, -1:] + features[:, -1:, VELOCITIES].unflatten(-1, (NUM_JOINTS, 3))
    return Motion.from_tensors(torch.cat([joints, last], dim=1), torch.cat([rotations, rotations[:, -1:]], dim=1))


def reversed_in_time(features: Tensor, _: torch.Generator) -> Tensor:
    """Played backwards."""
    joints, rotations = whole_motion(features).tensors()
    return encode(canonicalise(Motion.from_tensors(joints.flip(1), rotations.flip(1))))


def persons_exchanged(features: Tensor, _: torch.Generator) -> Tensor:
    """Each person does what the other did."""
    return encode(canonicalise(whole_motion(features).swap()))


def statue(features: Tensor, _: torch.Generator) -> Tensor:
    """The first frame, held."""
    joints, rotations = whole_motion(features).tensors()
    return encode(Motion.from_tensors(*(part[:, :1].expand_as(part).clone() for part in (joints, rotations))))


def turned_otherwise(features: Tensor, _: torch.Generator) -> Tensor:
    """The rotations of another moment: half the clip later, round and round."""
    joints, rotations = whole_motion(features).tensors()
    return encode(Motion.from_tensors(joints, rotations.roll(rotations.shape[1] // 2, dims=1)))


def hips_crossed(features: Tensor, _: torch.Generator) -> Tensor:
    """Left and right hip exchanged."""
    joints, rotations = whole_motion(features).tensors()
    crossed = joints.clone()
    crossed[:, :, [LEFT_HIP, RIGHT_HIP]] = joints[:, :, [RIGHT_HIP, LEFT_HIP]]
    return encode(Motion.from_tensors(crossed, rotations))


def torso_stretched(features: Tensor, _: torch.Generator, by: float = 0.2) -> Tensor:
    """The bones of the torso longer by a share, with all above carried along."""
    factors = torch.ones(NUM_JOINTS)
    factors[list(TORSO)] = 1 + by
    return _resized(features, factors)


def a_bone_resized(features: Tensor, draw: torch.Generator) -> Tensor:
    """Any bone 10 to 40 % longer or shorter, with all that hangs on it carried along."""
    factors = torch.ones(NUM_JOINTS)
    by = torch.empty(()).uniform_(0.1, 0.4, generator=draw) * (2 * torch.randint(2, (), generator=draw) - 1)
    factors[int(torch.randint(1, NUM_JOINTS, (), generator=draw))] += by
    return _resized(features, factors)


def _resized(features: Tensor, factors: Tensor) -> Tensor:
    joints, rotations = whole_motion(features).tensors()
    resized = joints.clone()
    for joint in range(1, NUM_JOINTS):
        parent = PARENTS[joint]
        resized[:, :, joint] = resized[:, :, parent] + factors[joint] * (joints[:, :, joint] - joints[:, :, parent])
    return encode(Motion.from_tensors(resized, rotations))


def shaking(features: Tensor, draw: torch.Generator, metres: float = 0.005) -> Tensor:
    """Independent noise of this deviation along each axis in every joint, while the pelvis is slow."""
    joints, rotations = whole_motion(features).tensors()
    speed = joints[:, :, 0].diff(dim=1).norm(dim=-1) * FPS
    slow = (torch.cat([speed, speed[:, -1:]], dim=1) < SLOW)[..., None, None]
    return encode(Motion.from_tensors(joints + metres * slow * torch.randn(joints.shape, generator=draw), rotations))


def _some_shaking(features: Tensor, draw: torch.Generator) -> Tensor:
    return shaking(features, draw, float(torch.empty(()).uniform_(0.002, 0.02, generator=draw)))


WRONG: tuple[Fault, ...] = (reversed_in_time, turned_otherwise, hips_crossed, a_bone_resized, _some_shaking)
"""What no text fits; an exchange of persons is a motion that other texts fit, and so is none."""


def spoiled(features: Tensor, draw: torch.Generator) -> Tensor:
    """A motion with any fault that no text fits."""
    return WRONG[int(torch.randint(len(WRONG), (), generator=draw))](features, draw)
