"""What a user may choose of files for other programs: whose body, which names, whether joints are exact."""

from dataclasses import dataclass

from in2in.errors import InputError
from in2in.export.body_model import BodyModel
from in2in.motion.skeleton import JOINTS

HUMANIK = (
    *("Hips", "LeftUpLeg", "RightUpLeg", "Spine", "LeftLeg", "RightLeg", "Spine1", "LeftFoot", "RightFoot", "Spine2"),
    *("LeftToeBase", "RightToeBase", "Neck", "LeftShoulder", "RightShoulder", "Head", "LeftArm", "RightArm"),
    *("LeftForeArm", "RightForeArm", "LeftHand", "RightHand"),
)
"""The 22 joints as MotionBuilder's characters have them, and Mixamo's behind "mixamorig:"."""


@dataclass(frozen=True)
class Names:
    """What the joints are called.

    Attributes:
        joints: the 22, in our order.
        alone: stands before each in a file of one person.
        together: the same where people share a file, the first person's, the second's and so on.
    """

    joints: tuple[str, ...]
    alone: str
    together: str

    def of(self, person: int | None = None) -> list[str]:
        """The names for a person's file, or of person 0, 1, ... in a file of all."""
        before = self.alone if person is None else self.together.format(number=person + 1, more=person or "")
        return [before + joint for joint in self.joints]


NAMES = {
    "smpl": Names(JOINTS, "", "person{number}_"),
    "mixamo": Names(HUMANIK, "mixamorig:", "mixamorig{more}:"),
    "humanik": Names(HUMANIK, "", "Character{number}_"),
}


@dataclass(frozen=True)
class Choices:
    """How a file is made.

    Attributes:
        body_model: that page and GLB show, if any.
        names: of the joints, in BVH and GLB.
        exact: whether a GLB's joints are exactly the motion's, so that bones may change their length.
    """

    body_model: BodyModel | None = None
    names: Names = NAMES["smpl"]
    exact: bool = False


def choices(body_model: BodyModel | None, names: str, skeleton: str | None) -> Choices:
    """What the options names= and skeleton= say."""
    if names not in NAMES:
        raise InputError(f"names={names} is not known: choose {', '.join(NAMES)}")
    if skeleton not in (None, "exact"):
        raise InputError(f"skeleton={skeleton} is not known: leave it out for bones that keep their length, or exact")
    return Choices(body_model, NAMES[names], skeleton is not None)
