"""Two people on bodies of other proportions: feet keep to the floor, hands meet where they met.

Every joint first turns as it did. Then all are turned a little more, and the pelvis moved, until feet and hands are
where they belong: one minimisation over all frames of both people (L-BFGS), held by how little and how steadily joints
turn beyond the given.
"""

from collections.abc import Sequence

import roma
import torch
from torch import Tensor

from in2in.motion.rig import Rig
from in2in.motion.skeleton import FEET, INDEX, PALM, PARENTS, forward_kinematics
from in2in.retarget.character import Character, lacking

NEAR = 0.12
"""Metres at which a hand's place beside the other person counts for 1/e of what it does where they touch."""

ANKLES, TOUCH, PELVIS, TURN, STEADY = 300.0, 300.0, 2.0, 0.05, 2.0
"""What metres squared of feet, hands and pelvis, radians squared of turns, and their changes squared count."""

STEPS = 80

ELBOWS, WRISTS = ([INDEX[f"{side}_{joint}"] for side in ("left", "right")] for joint in ("elbow", "wrist"))


def fit(rigs: Sequence[Rig], characters: Sequence[Character]) -> tuple[list[Rig], float]:
    """The motion of people on characters.

    Args:
        rigs: the people.
        characters: one for each. All are scaled alike, by their legs together, so that what meets still meets.

    Returns:
        Rigs on the characters' bones, in metres, and the scale.
    """
    source, people = torch.stack([rig.joints() for rig in rigs]), torch.stack([rig.offsets for rig in rigs])
    offsets = torch.stack([character.offsets for character in characters]).to(source)
    legs = [INDEX["left_knee"], INDEX["left_ankle"]]
    scale = float(offsets[:, legs].norm(dim=-1).sum() / people[:, legs].norm(dim=-1).sum())
    turned = torch.stack([_on(own, rig.world_rotations()) for own, rig in zip(characters, rigs, strict=True)])
    local = torch.cat([turned[:, :, :1], turned[:, :, list(PARENTS[1:])].transpose(-1, -2) @ turned[:, :, 1:]], dim=2)
    before, after = _heights(people), _heights(offsets)
    feet, root = ((source - before) * scale + after)[:, :, list(FEET)], ((source - before) * scale + after)[:, :, 0]
    gaps = palm_gaps(source, 1.0)
    near = torch.exp(-(gaps.norm(dim=-1) / NEAR).square())
    free = torch.ones_like(offsets[:, None, :, :1])
    for person, character in enumerate(characters):
        free[person, :, lacking(character)] = 0
    more, moves = torch.zeros_like(source, requires_grad=True), torch.zeros_like(root, requires_grad=True)

    def posed() -> tuple[Tensor, Tensor]:
        turns = local @ roma.rotvec_to_rotmat(more * free)
        return forward_kinematics(
            turns[:, :, 1:], turns[:, :, 0], root + moves, offsets[:, None].expand_as(more)
        ), turns

    optimizer = torch.optim.LBFGS([more, moves], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        joints, _ = posed()
        away = joints[:, :, list(FEET)] - feet
        cost = ANKLES * (away[:, :, ::2].square().sum() + away[:, :, 1::2, 1].square().sum())
        cost = cost + TOUCH * (near * (palm_gaps(joints, scale) - scale * gaps).square().sum(dim=-1)).sum()
        cost = cost + PELVIS * moves.square().sum() + TURN * more.square().sum()
        cost = cost + STEADY * (more.diff(dim=1).square().sum() + 30 * moves.diff(dim=1).square().sum())
        cost.backward()
        return cost

    optimizer.step(loss)
    with torch.no_grad():
        _, turns = posed()
        places = root + moves
    return [Rig(offsets[k], places[k], turns[k, :, 0], turns[k, :, 1:]) for k in range(len(rigs))], scale


def palm_gaps(joints: Tensor, scale: float) -> Tensor:
    """From all that the other person has to each palm: [P, T, 2, 24, 3]; none where a person is alone.

    Args:
        joints: [P, T, 22, 3] metres.
        scale: of the palms' distance from the wrists.
    """
    forearms = torch.nn.functional.normalize(joints[:, :, WRISTS] - joints[:, :, ELBOWS], dim=-1)
    palms = joints[:, :, WRISTS] + PALM * scale * forearms
    points = torch.cat([joints, palms], dim=2).flip(0)
    return (palms[:, :, :, None] - points[:, :, None])[: len(joints) // 2 * 2]


def _heights(offsets: Tensor) -> Tensor:
    """How high joints are in the T-pose above the lowest of the feet: [P, 1, 22, 3], only up."""
    upright = torch.eye(3).to(offsets).expand(len(offsets), 3, 3)
    rest = forward_kinematics(
        upright[:, None].expand(-1, 21, -1, -1), upright, torch.zeros_like(offsets[:, 0]), offsets
    )
    up = (rest[..., 1] - rest[:, list(FEET), 1].amin(dim=1, keepdim=True))[:, None, :, None]
    return up * torch.tensor([0.0, 1.0, 0.0]).to(offsets)


def _on(character: Character, world: Tensor) -> Tensor:
    """Turns [T, 22, 3, 3] with those of joints that the character lacks as their parents'."""
    turned = world.clone()
    for joint in lacking(character):
        turned[:, joint] = turned[:, PARENTS[joint]]
    return turned
