"""Training losses of in2IN (InterGen, section 4.3), each already weighted; squared errors throughout.

The simple loss compares normalised features. The geometric ones compare joints in metres, only for samples with
little enough noise, averaged over a sample's real frames and then over such samples.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from in2in.motion.decoding import pose
from in2in.motion.representation import VELOCITIES, decode_joints, foot_contacts
from in2in.motion.rotations import heading
from in2in.motion.skeleton import BONES, FEET, INDEX, bone_lengths
from in2in.motion.space import FeatureSpace

NEAR = 1.0
"""Metres: the distance map counts joint pairs that are predicted to be nearer than this."""

TOUCHING = 0.1
"""Metres: joint affinity counts joint pairs that truly are nearer than this."""


LEFT, RIGHT = ([INDEX[f"{side}_{name}"] for name in ("hip", "shoulder")] for side in ("left", "right"))
"""Joints whose distances are a body's widths."""


class SimpleLoss(nn.Module):
    """Mean over features, then over all real frames and persons: all that the published single-person prior trains on.

    Args:
        root: weight of the pelvis' position and velocity, 6 of the 262 features; the others count once.
    """

    def __init__(self, root: float = 1.0) -> None:
        super().__init__()
        self.root = root

    def forward(
        self, prediction: Tensor, target: Tensor, mask: Tensor, t: Tensor, space: FeatureSpace
    ) -> dict[str, Tensor]:
        """Weighted terms by name; their sum is the loss.

        Args:
            prediction: [B, P, T, D] normalised features.
            target: [B, P, T, D] normalised features of the clip.
            mask: [B, T] True on real frames.
            t: [B] timesteps, 0 to 999.
            space: takes features back to physical units.
        """
        error = (prediction - target).square()
        if self.root != 1:
            weights = error.new_ones(error.shape[-1])
            weights[[*range(3), *range(VELOCITIES.start, VELOCITIES.start + 3)]] = self.root
            error = error * weights
        return {"simple": (error.mean(dim=-1) * mask[:, None]).sum() / (mask.sum() * error.shape[1])}


@dataclass(frozen=True)
class Joints:
    """Joints [B, P, T, 22, 3] in metres, decoded once for all terms.

    Attributes:
        predicted: as the positions say.
        truth: of the clip.
        posed: as the predicted rotations say, on the clip's own bones; the predicted ones where no term asks for them.
        shown: one of the two, whose motion counts.
    """

    predicted: Tensor
    truth: Tensor
    posed: Tensor
    shown: Tensor


class BodyLoss(SimpleLoss):
    """The simple loss, and what keeps a body a body: any number of persons.

    Not published for the single-person prior, which trained on the simple loss alone, but without it small ones shake.

    Args:
        velocity: weight of its term; the persons are added up.
        bone_length: likewise.
        foot_contact: likewise.
        max_timestep: these terms count samples with t up to this.
        padding_step: count the step from the last real frame into the padding, as published.
        root: see `SimpleLoss`.
        widths: weight of the distance between the hips and of that between the shoulders; not published.
        posture: weight of the joints that the predicted rotations pose beside the clip's; not published.
        kinematics: weight of the predicted positions beside the joints that those rotations pose; not published.
        posed: velocity, feet and pair are those of the posed joints, which decoding=rotations shows; not published.
    """

    def __init__(
        self,
        velocity: float = 30.0,
        bone_length: float = 10.0,
        foot_contact: float = 30.0,
        max_timestep: int = 700,
        padding_step: bool = False,
        root: float = 1.0,
        widths: float = 0.0,
        posture: float = 0.0,
        kinematics: float = 0.0,
        posed: bool = False,
    ) -> None:
        super().__init__(root)
        self.velocity, self.bone_length, self.foot_contact = velocity, bone_length, foot_contact
        self.widths, self.posture, self.kinematics, self.posed = widths, posture, kinematics, posed
        self.max_timestep = max_timestep
        self.padding_step = padding_step

    def forward(
        self, prediction: Tensor, target: Tensor, mask: Tensor, t: Tensor, space: FeatureSpace
    ) -> dict[str, Tensor]:
        """See `SimpleLoss.forward`."""
        terms = super().forward(prediction, target, mask, t, space)
        return terms | self.geometric(self.joints(prediction, target, space), mask, t)

    def joints(self, prediction: Tensor, target: Tensor, space: FeatureSpace) -> Joints:
        """What the geometric terms compare."""
        features, truth = space.decode(prediction.float()), decode_joints(space.decode(target.float()))
        predicted = posed = decode_joints(features)
        if self.posed or self.posture or self.kinematics:
            posed, _ = pose(features, bone_lengths(truth[:, :, 0]))
        return Joints(predicted, truth, posed, posed if self.posed else predicted)

    def geometric(self, joints: Joints, mask: Tensor, t: Tensor) -> dict[str, Tensor]:
        """The terms in metres."""
        step_mask = mask[:, :-1] if self.padding_step else mask[:, 1:]
        shown, posed = joints.shown, joints.posed
        predicted, truth = joints.predicted, joints.truth
        terms = {
            "velocity": self.velocity * self.average(velocity_error(shown, truth), step_mask, t),
            "bone_length": self.bone_length * self.average(bone_length_error(predicted, truth), mask, t),
            "foot_contact": self.foot_contact * self.average(planted_foot_speed(shown), step_mask, t),
        }
        if self.widths:
            terms["widths"] = self.widths * self.average(width_error(predicted, truth), mask, t)
        if self.posture:
            terms["posture"] = self.posture * self.average(position_error(posed, truth), mask, t)
        if self.kinematics:
            terms["kinematics"] = self.kinematics * self.average(position_error(predicted, posed), mask, t)
        return terms

    def average(self, error: Tensor, frames: Tensor, t: Tensor) -> Tensor:
        """Errors [B, T] over real frames [B, T], then over the samples with little enough noise t [B]."""
        per_sample = (error * frames).sum(dim=1) / frames.sum(dim=1).clamp(min=1)
        counted = (t <= self.max_timestep).float()
        return (per_sample * counted).sum() / counted.sum().clamp(min=1)


class InteractionLoss(BodyLoss):
    """What keeps a body a body, and what keeps two bodies in relation.

    Args:
        velocity: see `BodyLoss`, as those that are not told here.
        bone_length: likewise.
        foot_contact: likewise.
        distance_map: weight of this term of the pair.
        joint_affinity: likewise.
        orientation: likewise; this term counts all samples.
        max_timestep: see `BodyLoss`.
        padding_step: likewise.
        root: likewise.
        widths: likewise.
        posture: likewise.
        kinematics: likewise.
        posed: likewise.
    """

    def __init__(
        self,
        velocity: float = 30.0,
        bone_length: float = 10.0,
        foot_contact: float = 30.0,
        distance_map: float = 3.0,
        joint_affinity: float = 3.0,
        orientation: float = 0.01,
        max_timestep: int = 700,
        padding_step: bool = False,
        root: float = 1.0,
        widths: float = 0.0,
        posture: float = 0.0,
        kinematics: float = 0.0,
        posed: bool = False,
    ) -> None:
        body = (root, widths, posture, kinematics, posed)
        super().__init__(velocity, bone_length, foot_contact, max_timestep, padding_step, *body)
        self.distance_map, self.joint_affinity, self.orientation = distance_map, joint_affinity, orientation

    def geometric(self, joints: Joints, mask: Tensor, t: Tensor) -> dict[str, Tensor]:
        """The terms in metres; P must be 2."""
        terms = super().geometric(joints, mask, t)
        shown, truth = joints.shown, joints.truth
        terms["distance_map"] = self.distance_map * self.average(distance_map_error(shown, truth), mask, t)
        terms["joint_affinity"] = self.joint_affinity * self.average(joint_affinity_error(shown, truth), mask, t)
        orientation = (relative_heading(shown) - relative_heading(truth)).square().mean(dim=-1)
        terms["orientation"] = self.orientation * (orientation * mask).sum() / mask.sum()
        return terms


def velocity_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, P, T, 22, 3] -> [B, T - 1], added up over the persons."""
    return (joints.diff(dim=2) - truth.diff(dim=2)).square().mean(dim=(-1, -2)).sum(dim=1)


def bone_length_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, P, T, 22, 3] -> [B, T], mean over the 21 bones, added up over the persons."""
    parents, children = (list(ends) for ends in zip(*BONES, strict=True))

    def lengths(x: Tensor) -> Tensor:
        return (x[..., parents, :] - x[..., children, :]).norm(dim=-1)

    return (lengths(joints) - lengths(truth)).square().mean(dim=-1).sum(dim=1)


def width_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, P, T, 22, 3] -> [B, T], of hips and shoulders, added up over the persons."""

    def widths(x: Tensor) -> Tensor:
        return (x[..., LEFT, :] - x[..., RIGHT, :]).norm(dim=-1)

    return (widths(joints) - widths(truth)).square().mean(dim=-1).sum(dim=1)


def position_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, P, T, 22, 3] -> [B, T], mean over joints and axes, added up over the persons."""
    return (joints - truth).square().mean(dim=(-1, -2)).sum(dim=1)


def planted_foot_speed(joints: Tensor) -> Tensor:
    """Squared speed of the feet that the prediction itself plants. [B, P, T, 22, 3] -> [B, T - 1], summed over P."""
    planted = foot_contacts(joints)
    speed = joints[..., list(FEET), :].diff(dim=2).square().mean(dim=-1)
    return ((speed * planted).sum(dim=-1) / planted.sum(dim=-1).clamp(min=1)).sum(dim=1)


def pair_distances(joints: Tensor) -> Tensor:
    """Distances between the joints of two persons. [B, 2, T, 22, 3] -> [B, T, 22, 22] metres."""
    return (joints[:, 0, :, :, None] - joints[:, 1, :, None]).norm(dim=-1)


def _mean_over_pairs(error: Tensor, selected: Tensor) -> Tensor:
    return (error * selected).sum(dim=(-1, -2)) / selected.sum(dim=(-1, -2)).clamp(min=1)


def distance_map_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, 2, T, 22, 3] -> [B, T], over the joint pairs that are predicted to be near."""
    distances = pair_distances(joints)
    return _mean_over_pairs((distances - pair_distances(truth)).square(), distances < NEAR)


def joint_affinity_error(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, 2, T, 22, 3] -> [B, T], over the joint pairs that truly touch."""
    return _mean_over_pairs(pair_distances(joints).square(), pair_distances(truth) < TOUCHING)


def relative_heading(joints: Tensor) -> Tensor:
    """(w, y) of the quaternion from person 1's heading to person 2's. [B, 2, T, 22, 3] -> [B, T, 2]."""
    turn = heading(joints[:, 1]) - heading(joints[:, 0])
    half = torch.atan2(turn.sin(), turn.cos()) / 2
    return torch.stack([half.cos(), half.sin()], dim=-1)
