"""What BVH files do not say, told from all files of a data set together: unit, axes, frames of joints.

A clip alone can mislead: a person who lies or crawls is not upright in any axes. What is assumed is for all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from in2in.importers.axes import UP, along, rotation
from in2in.importers.bvh.body import body, rest_body
from in2in.importers.bvh.file import BvhFile
from in2in.importers.bvh.names import Person
from in2in.importers.bvh.rate import frame_rate
from in2in.importers.bvh.rest import TIPS, bends, is_t_pose, joint_axes, pose_axes, turn_costs
from in2in.importers.units import TOLD, read_unit, unit_of_legs
from in2in.motion.skeleton import INDEX, JOINTS, NUM_JOINTS, PARENTS

LEGS = (0.35, 1.3)
"""Metres from hip to ankle of people."""

USUAL = (0.5, 1.2)
"""The same of people who tell the unit."""

UPRIGHT = 0.8
"""Cosine of the angle to an axis within which a person stands along it."""

FLOOR = 0.06
"""Of a leg: how far from its usual height the lowest joint of somebody on the floor is."""

SAMPLED = 200
"""Frames of a file that are looked at."""


@dataclass(frozen=True)
class Look:
    """What a person of a file looks like.

    Attributes:
        kind: persons of one kind have the same frames of joints.
        leg: in the file's unit.
        upright: [3] from pelvis to head, of length 1, the median of the frames.
        floor: for each axis, the share of the frames in which the lowest joint is at its usual height.
        offsets: [22, 3] each joint from its parent in the parent's frame.
        axes: [22, 3, 3] of `rest_alignment`; None if neither the rest pose nor the first frame tells them.
        rest_up: the axis that is up in the rest pose, if that is somebody's.
        costs, bent, tips: see `in2in.importers.bvh.rest.joint_axes`; costs is None if the rest pose is somebody's.
        rate: frames a second.
        notes: what is odd.
    """

    kind: tuple[str, ...]
    leg: float
    upright: Tensor
    floor: Mapping[str, float]
    offsets: Tensor
    axes: Tensor | None
    rest_up: str | None
    costs: Tensor | None
    bent: Tensor
    tips: Tensor
    rate: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Assumed:
    """What holds for all files.

    Attributes:
        unit: its name.
        metres: of the unit.
        up: the axis of the files that points up.
        axes: for kinds whose rest pose is nobody's, the frames of joints [22, 3, 3].
        lines: what was assumed and why, to be printed.
    """

    unit: str
    metres: float
    up: str
    axes: Mapping[tuple[str, ...], Tensor] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def turn(self) -> Tensor:
        """[3, 3] from the files' axes to ours."""
        return rotation(UP[self.up])


def look_at(file: BvhFile, person: Person, fps: float | None = None) -> Look:
    """Look at a person in some of the frames; `fps` stands in place of the file's own rate."""
    rate = frame_rate(file, fps)
    still = rest_body(file, person).joints[0]
    axes = pose_axes(still)
    frames = np.unique(np.linspace(0, len(file.values) - 1, SAMPLED).round().astype(int))
    seen = body(file, person, frames)
    parents = list(PARENTS)
    rest_up, costs, notes = None, None, file.notes
    if axes is not None:
        offsets, own_axes = still - still[parents], axes.expand(len(still), 3, 3)
        rest_up = _nearest_axis(axes.T[:, 1])
    else:
        bones = seen.joints - seen.joints[:, parents]
        local = seen.turns[:, parents].transpose(-1, -2)
        offsets = (local @ bones[..., None]).squeeze(-1).mean(dim=0)
        own_axes, costs = _first_frame(seen.joints[0], seen.turns[0]), turn_costs(local @ seen.turns)
    offsets[0] = 0
    thigh, shin = (
        (seen.joints[:, INDEX[f"left_{end}"]] - seen.joints[:, INDEX[f"left_{start}"]]).norm(dim=-1)
        for start, end in (("hip", "knee"), ("knee", "ankle"))
    )
    leg = float((thigh + shin).median())
    trunk = torch.nn.functional.normalize(seen.joints[:, INDEX["head"]] - seen.joints[:, INDEX["pelvis"]], dim=-1)
    lowest = {axis: along(seen.joints, axis).min(dim=1).values for axis in UP}
    floor = {axis: float(((low - low.median()).abs() < FLOOR * leg).double().mean()) for axis, low in lowest.items()}
    kind = (person.skeleton, *(node.name for node in file.nodes))
    return Look(
        kind,
        leg,
        trunk.median(dim=0).values,
        floor,
        offsets,
        own_axes,
        rest_up,
        costs,
        bends(seen.joints, seen.turns),
        _tips(file, person),
        rate,
        tuple(notes),
    )


def _tips(file: BvhFile, person: Person) -> Tensor:
    """[22, 3] from a last joint to the middle of what is beyond it, in the joint's frame, or zero."""
    tips = torch.zeros(NUM_JOINTS, 3, dtype=torch.float64)
    for joint in TIPS:
        own = person.nodes.get(JOINTS[joint])
        beyond = [node.offset for node in file.nodes if own is not None and node.parent == own]
        if beyond:
            tips[joint] = torch.from_numpy(np.mean(beyond, axis=0))
    return tips


def _first_frame(joints: Tensor, turns: Tensor) -> Tensor | None:
    """The axes of joints [22, 3, 3] if the first frame is a T-pose."""
    axes = pose_axes(joints, snap=0.0)
    return axes @ turns if axes is not None and is_t_pose(joints @ axes.T) else None


def _nearest_axis(direction: Tensor) -> str:
    return max(UP, key=lambda axis: float(along(direction, axis)))


def assume(looks: Sequence[Look], unit: str | float | None = None, up: str = "auto") -> Assumed:
    """Decide for all.

    Args:
        looks: at least one.
        unit: name or metres of the unit; None to tell it from the length of legs.
        up: an axis; auto to tell it from how people stand.
    """
    leg = float(np.median([look.leg for look in looks]))
    given = read_unit(unit)
    name, metres = given or unit_of_legs(leg, (*TOLD, "cmu"), USUAL)
    how = "as given" if given else f"in which legs are {leg * metres:.2f} m long; unit= overrules"
    lines = [f"unit: {name}, {how}"]
    axis, why = (str(up), "as given") if up != "auto" else _up(looks)
    lines.append(f"up: {axis}, {why}{'' if up != 'auto' else '; up= overrules'}")
    axes, more = _frames(looks)
    notes = Counter(note for look in looks for note in look.notes)
    skeletons, rates = (Counter(values) for values in ([k.kind[0] for k in looks], [f"{k.rate:.6g}" for k in looks]))
    lines += [f"skeleton: {_counted(skeletons)}", f"frames a second: {_counted(rates)}"]
    lines += more + [f"{count} of {len(looks)} people: {note}" for note, count in notes.items()]
    return Assumed(name, metres, axis, axes, tuple(lines))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count} people)" for name, count in counts.most_common())


def _up(looks: Sequence[Look]) -> tuple[str, str]:
    """The axis along which most stand, and else the one along which they do at rest."""
    total = len(looks)
    standing = Counter(axis for look in looks for axis in UP if float(along(look.upright, axis)) > UPRIGHT)
    resting = Counter(look.rest_up for look in looks if look.rest_up)
    rest = resting.most_common(1)[0][0] if resting else None
    axis, count = standing.most_common(1)[0] if standing else ("y", 0)
    if 2 * count <= total:
        if rest is None:
            return "y", "as usual: few people stand, in the motion or at rest"
        return rest, f"as the rest poses stand; in the motion {total - standing[rest]} of {total} people do not"
    if rest in (None, axis):
        return axis, f"along which {count} of {total} people stand"
    floors = {own: float(np.mean([look.floor[own] for look in looks])) for own in (axis, rest)}
    if abs(floors[axis] - floors[rest]) > 0.2:
        best = max(floors, key=lambda own: floors[own])
        return best, f"along which people keep to one floor ({count} of {total} are upright along {axis}, rests {rest})"
    best = "y" if "y" in (axis, rest) else rest
    return best, f"as usual ({count} of {total} people are upright along {axis}, their rest poses along {rest})"


def _frames(looks: Sequence[Look]) -> tuple[dict[tuple[str, ...], Tensor], list[str]]:
    """For each kind of person whose rest pose is nobody's: the frames of joints, from a T-pose or from all motion."""
    found: dict[tuple[str, ...], Tensor] = {}
    lines = []
    for kind in dict.fromkeys(look.kind for look in looks if look.costs is not None):
        own = [look for look in looks if look.kind == kind and look.costs is not None]
        posed = [look.axes for look in own if look.axes is not None]
        if posed:
            found[kind] = posed[0]
            how = "their first frame, which is a T-pose"
        else:
            costs = torch.stack([look.costs for look in own if look.costs is not None]).mean(dim=0)
            bent = torch.stack([look.bent for look in own]).mean(dim=0)
            found[kind] = joint_axes(own[0].offsets, own[0].tips, costs, bent)
            how = "where bones point and the motion, in quarter turns"
        lines.append(f"rest pose: that of {len(own)} people ({kind[0]}) poses nobody; frames of joints are by {how}")
    return found, lines
