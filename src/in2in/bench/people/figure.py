"""A posed person, built joint by joint from the pelvis outwards."""

from collections.abc import Callable, Sequence

import numpy as np

from in2in.bench.people.body import Body
from in2in.bench.people.curves import Array
from in2in.bench.people.limbs import about_x, about_y, apply, inverse
from in2in.motion.skeleton import INDEX, NUM_JOINTS, PARENTS


class Figure:
    """World rotations and positions of the joints over T frames; a joint's parent is set before it.

    Attributes:
        position: [T, 22, 3] metres.
        rotation: [T, 22, 3, 3], each joint's frame in the world.
    """

    def __init__(self, body: Body, pelvis: Array, rotation: Array) -> None:
        self.body = body
        self.position = np.tile(pelvis[:, None], (1, NUM_JOINTS, 1))
        self.rotation = np.tile(rotation[:, None], (1, NUM_JOINTS, 1, 1))

    def place(self, name: str) -> Array:
        """Put a joint at the end of its bone and return where it lies, [T, 3]."""
        joint = INDEX[name]
        parent = PARENTS[joint]
        bone = apply(self.rotation[:, parent], self.body.offsets[joint])
        self.position[:, joint] = self.position[:, parent] + bone
        return self.position[:, joint]

    def turn(self, name: str, world: Array) -> None:
        """Put a joint at the end of its bone and give it a rotation [T, 3, 3] in the world."""
        self.place(name)
        self.rotation[:, INDEX[name]] = world

    def turn_locally(self, name: str, local: Array) -> None:
        """Put a joint at the end of its bone and give it a rotation [T, 3, 3] relative to its parent."""
        self.turn(name, self.rotation[:, PARENTS[INDEX[name]]] @ local)

    def at(self, name: str) -> Array:
        """[T, 3] metres."""
        return self.position[:, INDEX[name]]

    def frame(self, name: str) -> Array:
        """[T, 3, 3] in the world."""
        return self.rotation[:, INDEX[name]]

    def upright_chest(self, share: float) -> Array:
        """[T, 3, 3], the chest's frame with only a share of its lean forward or back."""
        ahead = self.frame("spine3")[..., 2]
        yaw = np.arctan2(ahead[:, 0], ahead[:, 2])
        pitch = -np.arcsin(np.clip(ahead[:, 1], -1.0, 1.0))
        return about_y(yaw) @ about_x(share * pitch)

    def shoulder(self, side: str) -> Array:
        """[T, 3] metres, where the shoulder is before the arm moves it."""
        offset = self.body.offset(f"{side}_collar") + self.body.offset(f"{side}_shoulder")
        return self.at("spine3") + apply(self.frame("spine3"), offset)

    def local(self) -> Array:
        """[T, 21, 3, 3], each joint but the pelvis relative to its parent."""
        parents = list(PARENTS[1:])
        return inverse(self.rotation[:, parents]) @ self.rotation[:, 1:]


Place = Callable[[Sequence[Figure]], Array]
"""A point [T, 3] that depends on the trunks of the two persons, such as somebody's head."""
