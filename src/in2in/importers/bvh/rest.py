"""From the frames of a file's joints to ours: which turn of a joint is none.

A file says how its joints are turned from where they are at rest, and each tool has a rest of its own: a T-pose in
our axes or others, arms hanging, or every bone along one axis of its joint, which poses nobody. Our rotations are
relative to our T-pose. So for each joint the turn is found that takes our axes in the T-pose to the joint's own.
"""

from collections.abc import Sequence
from functools import cache
from itertools import permutations, product

import torch
from torch import Tensor

from in2in.motion.rotations import shortest_turn
from in2in.motion.skeleton import CHILDREN, INDEX, JOINTS, NUM_JOINTS, PARENTS, t_pose

SIDEWAYS = tuple(
    INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("hip", "knee", "shoulder", "elbow")
)
"""Joints whose bones differ between rest poses by a swing in the plane of the body: arms hang, legs stand apart."""

HIPS, SHOULDERS = ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")

SNAP = 30.0
"""Degrees within which axes are taken for those of a file: a rest pose's trunk leans a little."""

NEAR = 50.0
"""Degrees by which a bone may be away from where it is in our T-pose: skeletons differ, collars most."""


ALIKE = 15.0
"""Degrees in favour of the axes of the joint above."""

BENDS = {
    INDEX["left_hip"]: (1.0, 0.0, 0.0),
    INDEX["right_hip"]: (1.0, 0.0, 0.0),
    INDEX["left_shoulder"]: (0.0, -1.0, 0.0),
    INDEX["right_shoulder"]: (0.0, 1.0, 0.0),
}
"""About which axis of the T-pose the next joint bends: shins backward, forearms forward."""

BEND = 90.0
"""Degrees in favour of axes about which it does so."""

TIPS = {
    INDEX["head"]: (0.0, 1.0, 0.0),
    INDEX["left_foot"]: (0.0, 0.0, 1.0),
    INDEX["right_foot"]: (0.0, 0.0, 1.0),
    INDEX["left_wrist"]: (1.0, 0.0, 0.0),
    INDEX["right_wrist"]: (-1.0, 0.0, 0.0),
}
"""Where what is beyond a last joint lies in the T-pose: the top of the head, toes, fingers."""


@cache
def quarter_turns() -> Tensor:
    """The 24 rotations [24, 3, 3] that take axes to axes; the first turns nothing."""
    found = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        turn = torch.zeros(3, 3, dtype=torch.float64)
        turn[torch.arange(3), torch.tensor(order)] = torch.tensor(signs, dtype=torch.float64)
        if torch.det(turn) > 0:
            found.append(turn)
    return torch.stack(sorted(found, key=lambda turn: -float(turn.trace())))


def pose_axes(rest: Tensor, snap: float = SNAP) -> Tensor | None:
    """The turn [3, 3] that makes a rest pose stand in our axes, facing +z.

    Args:
        rest: [22, 3] in any axes.
        snap: degrees within which a quarter turn is meant.

    Returns:
        None if the pose is no standing person's, whatever the axes.
    """
    trunk = _trunk(t_pose(), HIPS) @ _trunk(rest, HIPS).T
    if not torch.isfinite(trunk).all() or torch.det(trunk) < 0.5:
        return None
    quarter = nearest_quarter(trunk)
    axes = quarter if _angle(quarter @ trunk.T) < snap else trunk
    return axes if stands(rest @ axes.T) else None


def stands(rest: Tensor) -> bool:
    """Whether a pose [22, 3] in our axes has legs below, toes not behind, and arms at the sides or out there."""
    bones = torch.nn.functional.normalize(rest - rest[list(PARENTS)], dim=-1)
    bone = {name: bones[joint].tolist() for name, joint in INDEX.items()}
    legs = all(bone[f"{side}_{joint}"][1] < -0.5 for side in ("left", "right") for joint in ("knee", "ankle"))
    toes = all(bone[f"{side}_foot"][2] > -0.3 for side in ("left", "right"))
    arms = all(
        sign * bone[f"{side}_elbow"][0] > -0.5 and bone[f"{side}_elbow"][1] < 0.8
        for side, sign in (("left", 1), ("right", -1))
    )
    return legs and toes and arms and bone["head"][1] > 0.3


def is_t_pose(rest: Tensor, degrees: float = 20.0) -> bool:
    """Whether the arms and legs of a pose [22, 3] in our axes are those of the T-pose."""
    ours = t_pose()
    limbs = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle", "elbow", "wrist")]
    parents = [PARENTS[joint] for joint in limbs]
    cosines = torch.cosine_similarity(rest[limbs] - rest[parents], ours[limbs] - ours[parents], dim=-1)
    return bool((cosines > torch.tensor(degrees).deg2rad().cos()).all())


def rest_alignment(offsets: Tensor, axes: Tensor) -> Tensor:
    """What is to be multiplied to the right of a file's rotations: a file's joint in our T-pose is turned by it.

    A limb's joint follows its one bone. Pelvis and chest, whose bones differ in shape between skeletons, follow the
    trunk: across the hips or shoulders, and up from pelvis to neck.

    Args:
        offsets: [22, 3] each joint from its parent, in the frame of the parent.
        axes: [22, 3, 3] takes the axes of each joint's frame to ours.

    Returns:
        [22, 3, 3].
    """
    rest = standing(offsets, axes)
    identity = torch.eye(3, dtype=rest.dtype)
    ours = t_pose()
    alignment = identity.repeat(len(JOINTS), 1, 1)
    for joint in range(NUM_JOINTS):
        children = CHILDREN[joint]
        if not children:
            alignment[joint] = alignment[PARENTS[joint]]
        elif len(children) > 1:
            sides = HIPS if joint == 0 else SHOULDERS
            alignment[joint] = _trunk(rest, sides) @ _trunk(ours, sides).T
        else:
            child = max(children)
            start, end = (pose[child] - pose[joint] for pose in (ours, rest))
            swing = _swing(start, end) if joint in SIDEWAYS else identity
            alignment[joint] = shortest_turn(swing @ start, end) @ swing
    return axes.transpose(-1, -2) @ alignment


def standing(offsets: Tensor, axes: Tensor) -> Tensor:
    """Joints [22, 3] with every joint's frame turned to our axes; arguments as in `rest_alignment`."""
    joints = [torch.zeros(3, dtype=offsets.dtype)]
    for joint in range(1, NUM_JOINTS):
        joints.append(joints[PARENTS[joint]] + axes[PARENTS[joint]] @ offsets[joint])
    return torch.stack(joints)


def turn_costs(local: Tensor) -> Tensor:
    """How much joints turn, on average, for each of the quarter turns that may lie between their axes and the parent's.

    Args:
        local: [T, 22, 3, 3] of each joint relative to its parent's, in the file's own frames.

    Returns:
        [22, 24] degrees.
    """
    traces = torch.einsum("tjab,kba->tjk", local, quarter_turns())
    return ((traces - 1) / 2).clamp(-1, 1).acos().rad2deg().mean(dim=0)


def bends(joints: Tensor, turns: Tensor) -> Tensor:
    """About which axis elbows and knees bend, seen from upper arm and thigh.

    Args:
        joints: [T, 22, 3].
        turns: [T, 22, 3, 3] in the world, in the file's own frames.

    Returns:
        [22, 3] of length 0 (no bend, or another one in each frame) to 1; zero for all other joints.
    """
    found = joints.new_zeros(NUM_JOINTS, 3)
    for joint in BENDS:
        middle, end = CHILDREN[joint][0], CHILDREN[CHILDREN[joint][0]][0]
        bones = [joints[:, middle] - joints[:, joint], joints[:, end] - joints[:, middle]]
        axis = torch.linalg.cross(*(torch.nn.functional.normalize(bone, dim=-1) for bone in bones))
        own = (turns[:, joint].transpose(-1, -2) @ axis[..., None]).squeeze(-1)
        found[joint] = own.mean(dim=0) / own.norm(dim=-1).mean().clamp(min=0.3)
    return found


def joint_axes(offsets: Tensor, tips: Tensor, costs: Tensor, bent: Tensor) -> Tensor:
    """The axes of joints whose rest pose is nobody's: those axes of the T-pose in which bones are, turned the least.

    Which way a limb's bone points leaves four quarter turns about it; of these, the one is taken with which the joint
    turns least against its parent in the whole motion, and with which elbows and knees bend as they can.

    Args:
        offsets: [22, 3] each joint from its parent, in the frame of the parent.
        tips: [22, 3] from a last joint to what is beyond it, in its own frame; zero if unknown.
        costs: [22, 24] of `turn_costs`.
        bent: [22, 3] of `bends`.

    Returns:
        [22, 3, 3] as `rest_alignment` takes it.
    """
    quarters = quarter_turns()
    ours = t_pose()
    chosen = torch.zeros(NUM_JOINTS, 3, 3, dtype=torch.float64)
    for joint in range(NUM_JOINTS):
        children = CHILDREN[joint]
        if len(children) > 1:
            chosen[joint] = nearest_quarter(_frame(offsets, children).T)
            continue
        bone = offsets[max(children)] if children else tips[joint]
        meant = ours[max(children)] - ours[joint] if children else torch.tensor(TIPS[joint], dtype=torch.float64)
        possible = torch.arange(len(quarters))
        if bone.norm() > 0:
            away = torch.cosine_similarity(quarters @ bone, meant, dim=-1).clamp(-1, 1).acos().rad2deg()
            possible = (away < max(NEAR, float(away.min()) + 1)).nonzero().flatten()
        cost = torch.stack([costs[joint, _number(quarters[one].T @ chosen[PARENTS[joint]])] for one in possible])
        cost -= ALIKE * (quarters[possible] == chosen[PARENTS[joint]]).all(dim=-1).all(dim=-1)
        if joint in BENDS:
            cost -= BEND * (quarters[possible] @ bent[joint] @ torch.tensor(BENDS[joint], dtype=torch.float64))
        chosen[joint] = quarters[possible[int(cost.argmin())]]
    return chosen


def nearest_quarter(turn: Tensor) -> Tensor:
    """The quarter turn [3, 3] nearest to a rotation [3, 3]."""
    quarters = quarter_turns()
    return quarters[int((quarters * turn).sum(dim=(-2, -1)).argmax())]


def _number(turn: Tensor) -> int:
    return int((quarter_turns() * turn).sum(dim=(-2, -1)).argmax())


def _frame(offsets: Tensor, children: Sequence[int]) -> Tensor:
    """Axes [3, 3] of pelvis or chest, as columns in their own frame: to the left, up, forward."""
    names = {JOINTS[child].split("_")[0]: child for child in children}  # left, right, and the trunk's next
    above = next(child for child in children if JOINTS[child] in ("spine1", "neck"))
    left = offsets[names["left"]] - offsets[names["right"]]
    middle = (offsets[names["left"]] + offsets[names["right"]]) / 2
    up = offsets[above] - (middle if JOINTS[above] == "spine1" else 0 * middle)
    return _axes(left, up)


def _trunk(pose: Tensor, sides: tuple[str, str]) -> Tensor:
    """Axes [3, 3] of a trunk, as columns: to the left, up, forward."""
    return _axes(pose[INDEX[sides[0]]] - pose[INDEX[sides[1]]], pose[INDEX["neck"]] - pose[INDEX["pelvis"]])


def _axes(left: Tensor, up: Tensor) -> Tensor:
    forward = torch.linalg.cross(left, up)
    axes = torch.stack([left, torch.linalg.cross(forward, left), forward], dim=1)
    return torch.nn.functional.normalize(axes, dim=0)


def _swing(start: Tensor, end: Tensor) -> Tensor:
    """The turn about z that takes one vector [3] above, below or beside another, unless one lies along z."""
    flat = [vector * torch.tensor([1.0, 1.0, 0.0], dtype=vector.dtype) for vector in (start, end)]
    if any(float(own.norm()) < 0.5 * float(vector.norm()) for own, vector in zip(flat, (start, end), strict=True)):
        return torch.eye(3, dtype=start.dtype)
    return shortest_turn(*flat)


def _angle(turn: Tensor) -> float:
    """Degrees of a rotation [3, 3]."""
    return float(((turn.trace() - 1) / 2).clamp(-1, 1).acos().rad2deg())
