"""Brings every predicted motion to what a scene asks, by the smallest smooth change of it.

What is asked of joints is asked of those that are shown: the change is found through `Decoding.joints`. It is smooth
over time, and of two kinds: the body is moved and turned as a whole, and its features change.
"""

from dataclasses import replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from in2in.direction.scene import Scene
from in2in.direction.stage import Stage
from in2in.motion.decoding import Decoding
from in2in.motion.motion import Motion
from in2in.motion.representation import CONTACTS, POSITIONS, ROTATIONS, VELOCITIES, foot_contacts, shown_features
from in2in.motion.rotations import rotate_about_y
from in2in.motion.space import FeatureSpace

BODY, POSE = 10.0, 4.0
"""Frames, the deviations of the Gaussians over which a body's place and turn, and its features, change."""

UNIT = 0.1
"""Metres and radians of a body as a whole that count as much as a deviation of its features."""

CLOSE = 0.01
"""Metres: a gap of this size weighs as much as a change by one deviation in one frame."""

ROUNDS, LAST_ROUNDS = 4, 60
"""Of L-BFGS at each step, and at the last one, whose motion is shown."""


class Steering:
    """An `in2in.diffusion.sampler.Edit` for samples of one scene.

    Args:
        scene: what is asked.
        frames: T.
        space: what the network's numbers mean.
        decoding: what is shown.
    """

    def __init__(self, scene: Scene, frames: int, space: FeatureSpace, decoding: Decoding) -> None:
        with torch.inference_mode(False):  # gradients flow through what is made here
            self.stage, self.space, self.decoding = Stage.of(scene), space, decoding
            self.asked = list(scene.asked().values())
            device = space.normalizer.mean.device
            self.body, self.pose = (_window(frames, deviation).to(device) for deviation in (BODY, POSE))
            self.given: Motion | None = None
            self.known: Tensor | None = None
            if (given := scene.given) is not None:
                self.given = given.motion(frames)
                self.known = space.encode(_features(self.given, self.stage).to(device))

    def __call__(self, x0: Tensor, last: bool) -> Tensor:
        """See `in2in.diffusion.sampler.Edit`."""
        if self.known is not None:
            x0 = torch.cat([self.known.expand(len(x0), 1, -1, -1), x0[:, 1:]], dim=1)
        if not self.asked:
            return x0
        with torch.inference_mode(False), torch.enable_grad():
            return torch.stack([self._steered(own.clone(), last) for own in x0])

    def shown(self, motion: Motion) -> Motion:
        """A decoded motion in the scene's world, the given person exactly as given."""
        motion = self.stage.motion(motion)
        if self.given is None:
            return motion
        place, alike = int(self.stage.swapped), np.array_equal(motion.bones, self.given.bones)  # pyright: ignore
        features = shown_features(motion).numpy().copy()
        joints, rotations = (part.numpy().copy() for part in motion.tensors())
        joints[place], rotations[place] = (part[0].numpy() for part in self.given.tensors())
        features[place] = _features(self.given, Stage())[0].numpy()
        bones = motion.bones if alike else None
        return replace(motion, joints=joints, rotations=rotations, features=features, bones=bones)

    def gaps(self, features: Tensor) -> Tensor:
        """How far features [2, T, 262] in physical units are from what is asked, all gaps in a row."""
        joints = self.stage.joints(self.decoding.joints(features))
        return torch.cat([constraint.gaps(joints).flatten() for constraint in self.asked])

    def _steered(self, x0: Tensor, last: bool) -> Tensor:
        features = self.space.decode(x0)
        change = torch.zeros(*x0.shape[:2], 4 + 192, device=x0.device, requires_grad=True)
        free = torch.ones(len(x0), 1, 1, device=x0.device)
        if self.known is not None:
            free[0] = 0.0
        solver = torch.optim.LBFGS(
            [change], max_iter=LAST_ROUNDS if last else ROUNDS, history_size=12, line_search_fn="strong_wolfe"
        )

        def closure() -> Tensor:
            solver.zero_grad()
            cost = self.gaps(self._changed(features, change * free)).square().sum() / CLOSE**2 + change.square().sum()
            cost.backward()
            return cost

        solver.step(closure)
        with torch.no_grad():
            changed = self._changed(features, change * free)
            if not last:  # the network sees the joints where they are shown
                moved = (self.decoding.joints(changed) - self.decoding.joints(features)).flatten(-2)
                changed[..., POSITIONS] = features[..., POSITIONS] + moved
            steps = (changed[..., POSITIONS] - features[..., POSITIONS]).diff(dim=1)
            changed[:, :-1, VELOCITIES] += steps
            return self.space.encode(changed)

    def _changed(self, features: Tensor, change: Tensor) -> Tensor:
        """Features [2, T, 262] under a change [2, T, 4 + 192]."""
        whole = UNIT * (self.body @ change[..., :4])
        own = (self.pose @ change[..., 4:]) * torch.cat(
            [self.space.normalizer.std[POSITIONS], self.space.normalizer.std[ROTATIONS]]
        )
        joints = (features[..., POSITIONS] + own[..., :66]).unflatten(-1, (22, 3))
        pelvis = joints[..., :1, :]
        joints = rotate_about_y(joints - pelvis, whole[..., :1]) + pelvis + whole[..., None, 1:]
        rotations = features[..., ROTATIONS] + own[..., 66:]
        return torch.cat([joints.flatten(-2), features[..., VELOCITIES], rotations, features[..., CONTACTS]], dim=-1)


def _window(frames: int, deviation: float) -> Tensor:
    """[T, T], smooths over time; a change in one frame alone keeps its size."""
    window = torch.from_numpy(gaussian_filter1d(torch.eye(frames).numpy(), deviation, axis=0, mode="constant"))
    return window / window.norm(dim=1, keepdim=True)


def _features(motion: Motion, stage: Stage) -> Tensor:
    """The features [1, T, 262] of a motion of one person, its last frame as fast as the one before."""
    joints, rotations = motion.tensors()
    joints = stage.back(joints)
    steps, contacts = joints.diff(dim=1), foot_contacts(joints)
    steps, contacts = (torch.cat([part, part[:, -1:]], dim=1) for part in (steps, contacts))
    return torch.cat([joints.flatten(-2), steps.flatten(-2), rotations.flatten(-2), contacts], dim=-1)
