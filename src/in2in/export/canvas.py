"""What pictures are painted on: planes of brightness and colour, as the eye or as an encoder wants them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Space:
    """Numbers that tell a colour, for every `step`-th pixel of both directions.

    Attributes:
        step: pixels from one to the next.
        matrix: [N, 3] from red, green and blue, 0 to 255.
        offset: what black has.
    """

    step: int
    matrix: tuple[tuple[float, float, float], ...]
    offset: float

    def tell(self, colours: np.ndarray) -> np.ndarray:
        """Colours [..., 3] in these numbers, black being 0: [..., N] float32."""
        return (colours @ np.transpose(self.matrix)).astype(np.float32)


RGB = (Space(1, ((1, 0, 0), (0, 1, 0), (0, 0, 1)), 0),)
"""A plane for each channel: several times as fast as all channels of a pixel together."""

YUV420 = (
    Space(1, ((0.256788, 0.504129, 0.097906),), 16),
    Space(2, ((-0.148223, -0.290993, 0.439216), (0.439216, -0.367788, -0.071427)), 128),
)
"""Brightness, and colour for every second pixel, as films have them (ITU-R BT.601, 16 to 235 and 240)."""


class Canvas:
    """The planes of one space.

    Args:
        space: what they hold.
        light: [H, W], brightness of the ground from 0 to 1; H and W are multiples of the space's step.
        ground: [N, 1, 1], its colour as the space tells it.
    """

    def __init__(self, space: Space, light: np.ndarray, ground: np.ndarray) -> None:
        self.space = space
        self.planes = light[:: space.step, :: space.step] * ground

    def lay(self, top: int, left: int, cover: np.ndarray, brightness: np.ndarray, colour: np.ndarray) -> None:
        """Lay a colour over a piece of the picture.

        Args:
            top: row of its upper left pixel, a multiple of the step.
            left: column of it, likewise.
            cover: [H, W], how much it hides.
            brightness: [H, W], of what is added.
            colour: [N, 1, 1] or [N, H / step, W / step] as the space tells it.
        """
        step = self.space.step
        cover, brightness = cover[::step, ::step], brightness[::step, ::step]
        (height, width), top, left = cover.shape, top // step, left // step
        below = self.planes[:, top : top + height, left : left + width]
        below *= 1 - cover
        below += brightness * colour

    def finish(self) -> np.ndarray:
        """The planes as files hold them: [N, H / step, W / step] uint8."""
        self.planes += self.space.offset + 0.5  # what is cut off below rounds
        return self.planes.astype(np.uint8)
