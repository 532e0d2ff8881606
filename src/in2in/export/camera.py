"""A camera that follows the people of a take from beside them, in the page and in videos."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

HEIGHT = 0.92
"""Metres, what the camera looks at."""

ELEVATION = 0.24
"""Radians that it looks down."""

ASIDE = 0.4
"""Radians from where it would see both people from the side, so that nobody is a mere profile."""

HALF_VIEW = np.tan(np.radians(16))
"""Half the height of the picture at a metre."""

SMOOTH = 1.2
"""Seconds over which the followed middle is averaged."""


FLESH = 0.2
"""Metres by which people reach beyond their joints, as the top of a head does."""

TURN = 0.7
"""Radians by which the line between two people may turn before the camera turns with it."""

TURN_SMOOTH = 1.0
"""Seconds, the deviation of the Gaussian that smooths the turns of the line."""


def sides(joints: np.ndarray, fps: float) -> np.ndarray:
    """From which side people are seen: beside the line between them, and never across it.

    The camera stands still unless the line turns by more than `TURN`; then it turns with the line, since two people
    who circle would hide each other.

    Args:
        joints: [P, T, 22, 3] metres.
        fps: frames a second.

    Returns:
        [T] radians about y; 0 looks from +z.
    """
    across = joints[-1, :, 0] - joints[0, :, 0]
    if len(joints) < 2:
        return np.full(len(across), ASIDE)
    smooth = gaussian_filter1d(across, TURN_SMOOTH * fps, axis=0, mode="nearest")
    line = np.unwrap(np.arctan2(smooth[:, 2], smooth[:, 0]))
    middle = np.arctan2(*across.mean(axis=0)[[2, 0]])
    off = (line - middle + np.pi) % (2 * np.pi) - np.pi
    return ASIDE - (np.full(len(line), middle) if np.abs(off).max() <= TURN else line)


@dataclass(frozen=True)
class Camera:
    """Where the camera is and how it looks.

    Attributes:
        place: [T, 3] metres.
        axes: [T, 3, 3], rows: right, up and away from the camera.
        size: width and height in pixels.
    """

    place: np.ndarray
    axes: np.ndarray
    size: tuple[int, int]

    @classmethod
    def following(cls, joints: np.ndarray, fps: float, size: tuple[int, int]) -> "Camera":
        """Stand as far off as it takes to see everyone in every frame.

        Args:
            joints: [P, T, 22, 3] metres.
            fps: frames a second.
            size: of the picture, width and height in pixels.
        """
        roots = joints[:, :, 0] * (1.0, 0.0, 1.0)
        middle = uniform_filter1d(roots.mean(axis=0), max(1, round(SMOOTH * fps)), axis=0, mode="nearest")
        spread = np.linalg.norm(roots - middle, axis=-1).max()
        angle = sides(joints, fps)
        level = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=-1)  # from the people to the camera
        away = -np.cos(ELEVATION) * level - np.sin(ELEVATION) * np.array([0.0, 1.0, 0.0])
        right = np.cross((0.0, 1.0, 0.0), level)
        axes = np.stack([right, np.cross(right, away), away], axis=1)
        aspect = size[0] / size[1]
        focus = middle + np.array([0.0, HEIGHT, 0.0])
        usual = max(1.15 / HALF_VIEW + 0.8 * spread, (spread + 0.6) / (HALF_VIEW * aspect) + 0.4)
        x, y, z = np.moveaxis((joints - focus[:, None]) @ axes.transpose(0, 2, 1), -1, 0)
        seen = [(np.abs(off) + FLESH) / half - z for off, half in ((x, HALF_VIEW * aspect), (y, HALF_VIEW))]
        distance = max(usual, np.max(seen))
        return cls(focus - distance * away, axes, size)

    @property
    def focal(self) -> float:
        """Pixels that a metre at a metre's distance takes."""
        return self.size[1] / 2 / float(HALF_VIEW)

    def project(self, points: np.ndarray, frame: int) -> np.ndarray:
        """Points [N, 3] in the world to x and y in pixels and distance in metres, [N, 3]."""
        seen = (points - self.place[frame]) @ self.axes[frame].T
        scale = self.focal / np.maximum(seen[:, 2:], 0.05)
        flat = seen[:, :2] * (1, -1) * scale + np.array(self.size) / 2
        return np.concatenate([flat, seen[:, 2:]], axis=1)
