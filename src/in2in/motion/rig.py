"""A person's motion as rotations of a rigid skeleton, which files for other programs need.

Features hold joint positions and, apart from them, the local rotations of all joints but the pelvis; in generated
motion the two agree only roughly, and bones change their length. There the rotations decide, on one skeleton for all.
Recorded motion has joints that are right: every bone points where they say, and the rotations decide how it is turned
about itself.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from in2in.motion.inverse_kinematics import fit_rotation
from in2in.motion.rotations import matrix_from_6d, shortest_turn
from in2in.motion.skeleton import (
    CHILDREN,
    INDEX,
    MIRROR,
    NUM_JOINTS,
    PARENTS,
    bone_lengths,
    forward_kinematics,
    tpose_offsets,
)

TRUNK = (INDEX["pelvis"], INDEX["spine3"])
"""Joints where several bones meet, at angles that differ from body to body."""


@dataclass(frozen=True)
class Rig:
    """One person's motion on bones of constant length.

    Attributes:
        offsets: [22, 3] metres, each joint from its parent in the T-pose.
        root_position: [T, 3] metres, of the pelvis.
        root_rotation: [T, 3, 3], of the pelvis in the world.
        local_rotations: [T, 21, 3, 3], of joint k + 1 relative to its parent's.
    """

    offsets: Tensor
    root_position: Tensor
    root_rotation: Tensor
    local_rotations: Tensor

    @classmethod
    def fit(cls, joints: Tensor, rotations: Tensor) -> "Rig":
        """Find the skeleton and the rotations that give a person's joints.

        The bones have their median length and the T-pose's directions; at pelvis and chest, where several meet, the
        person's own. A joint turns as `rotations` say and then, by the shortest way, so that its bone points at the
        next joint; pelvis and chest turn as their bones do together.

        Args:
            joints: [T, 22, 3] metres.
            rotations: [T, 21, 6] local rotations, 6D.

        Returns:
            The rig, in double precision.
        """
        joints, given = joints.double(), matrix_from_6d(rotations.double())
        offsets = tpose_offsets(bone_lengths(joints).median(dim=0).values)
        bones = torch.cat([joints[:, :1], joints[:, 1:] - joints[:, list(PARENTS[1:])]], dim=1)
        world: list[Tensor] = []
        for joint, children in enumerate(CHILDREN):
            if joint in TRUNK:
                turn = _trunk(children, bones, offsets, given)
                for child in children:
                    own = (turn.transpose(-1, -2) @ bones[:, child, :, None]).squeeze(-1).mean(dim=0)
                    offsets[child] = torch.nn.functional.normalize(own, dim=0) * offsets[child].norm()
            else:
                turn = world[PARENTS[joint]] @ given[:, joint - 1]
                for child in children:
                    turn = shortest_turn(turn @ offsets[child], bones[:, child]) @ turn
            world.append(turn)
        turns = torch.stack(world, dim=1)
        local = turns[:, list(PARENTS[1:])].transpose(-1, -2) @ turns[:, 1:]
        return cls(offsets, joints[:, 0], turns[:, 0], local)

    @classmethod
    def posed(cls, joints: Tensor, rotations: Tensor, bones: Tensor) -> "Rig":
        """The rig of joints [T, 22, 3] that rotations [T, 21, 6] gave on the T-pose with these bones [22]."""
        local, offsets = matrix_from_6d(rotations.double()), tpose_offsets(bones.double())
        upright = torch.eye(3, dtype=torch.float64).expand(len(local), 3, 3)
        body = forward_kinematics(local, upright, upright[..., 0] * 0, offsets.expand(len(local), -1, -1))
        return cls(offsets, joints[:, 0].double(), fit_rotation(body, (joints - joints[:, :1]).double()), local)

    def world_rotations(self) -> Tensor:
        """How every joint is turned in the world, [T, 22, 3, 3]."""
        turns = [self.root_rotation]
        for joint in range(1, NUM_JOINTS):
            turns.append(turns[PARENTS[joint]] @ self.local_rotations[:, joint - 1])
        return torch.stack(turns, dim=1)

    def joints(self) -> Tensor:
        """The joints [T, 22, 3] in metres that the skeleton reaches."""
        offsets = self.offsets.expand(len(self.root_position), NUM_JOINTS, 3)
        return forward_kinematics(self.local_rotations, self.root_rotation, self.root_position, offsets)


def _trunk(children: tuple[int, ...], bones: Tensor, offsets: Tensor, given: Tensor) -> Tensor:
    """How a joint of the trunk is turned in the world, [T, 3, 3].

    Frame by frame its bones tell (Kabsch), but in which direction they leave it at rest is each body's own. That is
    one rotation for the whole clip: the one after which the given rotations best place the bones that follow, and the
    left is where it is in the T-pose.
    """
    first, left = list(children), next(child for child in children if MIRROR[child] > child)
    turn = fit_rotation(offsets[first].expand(len(bones), -1, -1), bones[:, first])
    following = [CHILDREN[child][0] for child in children]
    expected = (given[:, [child - 1 for child in children]] @ offsets[following, :, None]).squeeze(-1)
    across = offsets[left] - offsets[MIRROR[left]]
    expected = torch.cat([expected, across.expand(len(bones), 1, 3)], dim=1)
    seen = torch.cat([bones[:, following], (bones[:, left] - bones[:, MIRROR[left]])[:, None]], dim=1)
    seen = (turn[:, None].transpose(-1, -2) @ seen[..., None]).squeeze(-1)
    expected, seen = (torch.nn.functional.normalize(vectors, dim=-1).flatten(0, 1) for vectors in (expected, seen))
    return turn @ fit_rotation(expected, seen)
