"""The arrays of a motion as tensors, for tests that reckon with them."""

from torch import Tensor

from in2in.motion.motion import Motion


def joints_of(motion: Motion) -> Tensor:
    """[P, T, 22, 3] metres; it shares the motion's memory."""
    return motion.tensors()[0]


def rotations_of(motion: Motion) -> Tensor:
    """[P, T, 21, 6]; it shares the motion's memory."""
    return motion.tensors()[1]
