"""Where a scene's world lies in a network's: there the first person starts at the origin and faces +z."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from in2in.direction.constraints import motion_of
from in2in.direction.scene import Scene
from in2in.motion.motion import Motion
from in2in.motion.placement import Placement
from in2in.motion.rotations import heading, rotate_about_y


@dataclass(frozen=True)
class Stage:
    """The way between the two worlds.

    Attributes:
        x, z: metres, where the network's origin lies in the scene.
        angle: radians about +y, where its +z points.
        swapped: the scene's person 2 is the network's first.
    """

    x: float = 0.0
    z: float = 0.0
    angle: float = 0.0
    swapped: bool = False

    @classmethod
    def of(cls, scene: Scene) -> "Stage":
        """As the scene tells of its given person, else of person 1, in frame 0; what it does not tell is 0."""
        first = 1 if scene.given is None else scene.given.person
        x, z, angle = 0.0, 0.0, None
        body = [pose.joints() for pose in scene.poses if (pose.person, pose.frame) == (first, 0)]
        if scene.given is not None:
            body = [motion_of(scene.given.file).joints[scene.given.of - 1, scene.given.start]]
        if body:
            (x, _, z), angle = body[0][0].tolist(), float(heading(torch.from_numpy(body[0])))
        for route in scene.paths:
            if not body and (route.person, route.points[0][0]) == (first, 0):
                (x, z), angle = route.places()[0], float(np.radians(route.directions()[0]))
        for key in scene.keyframes:
            if not body and (key.person, key.frame) == (first, 0) and "pelvis" in key.joints:
                x, _, z = key.joints["pelvis"]
        for facing in scene.facings:
            if not body and (facing.person, facing.turns[0][0]) == (first, 0):
                angle = float(np.radians(facing.directions()[0]))
        return cls(float(x), float(z), angle or 0.0, first == 2)

    def joints(self, joints: Tensor) -> Tensor:
        """The network's joints [2, T, 22, 3] in the scene."""
        placed = rotate_about_y(joints, joints.new_tensor(self.angle)) + joints.new_tensor([self.x, 0.0, self.z])
        return placed.flip(0) if self.swapped else placed

    def back(self, joints: Tensor) -> Tensor:
        """One person's joints [T, 22, 3] in the scene to the network's."""
        return rotate_about_y(joints - joints.new_tensor([self.x, 0.0, self.z]), joints.new_tensor(-self.angle))

    def motion(self, motion: Motion) -> Motion:
        """A motion in the network's world, with its features, in the scene."""
        if self == Stage():
            return motion
        assert motion.features is not None
        placement = Placement(torch.full((1, 2), self.angle), torch.tensor([self.x, 0.0, self.z]).expand(1, 2, 3))
        features = placement.to_shared(torch.from_numpy(motion.features)[None])[0]
        swapped = replace(self, swapped=False)
        placed = replace(
            motion, joints=swapped.joints(torch.from_numpy(motion.joints)).numpy(), features=features.numpy()
        )
        return placed.swap() if self.swapped else placed
