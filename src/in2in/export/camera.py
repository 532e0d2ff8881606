"""A camera that follows the people of a take: it moves with their middle and never turns."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

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


@dataclass(frozen=True)
class Camera:
    """Where the camera is and how it looks.

    Attributes:
        place: [T, 3] metres.
        axes: [3, 3], rows: right, up and away from the camera.
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
        across = (roots[-1] - roots[0]).mean(axis=0)
        angle = ASIDE - (np.arctan2(across[2], across[0]) if len(joints) > 1 else 0.0)
        level = np.array([np.sin(angle), 0.0, np.cos(angle)])  # from the people to the camera
        away = -np.cos(ELEVATION) * level - np.sin(ELEVATION) * np.array([0.0, 1.0, 0.0])
        right = np.cross((0.0, 1.0, 0.0), level)
        axes = np.stack([right, np.cross(right, away), away])
        aspect = size[0] / size[1]
        focus = middle + np.array([0.0, HEIGHT, 0.0])
        usual = max(1.15 / HALF_VIEW + 0.8 * spread, (spread + 0.6) / (HALF_VIEW * aspect) + 0.4)
        x, y, z = np.moveaxis((joints - focus[:, None]) @ axes.T, -1, 0)
        seen = [(np.abs(off) + FLESH) / half - z for off, half in ((x, HALF_VIEW * aspect), (y, HALF_VIEW))]
        distance = max(usual, np.max(seen))
        return cls(focus - distance * away, axes, size)

    @property
    def focal(self) -> float:
        """Pixels that a metre at a metre's distance takes."""
        return self.size[1] / 2 / float(HALF_VIEW)

    def project(self, points: np.ndarray, frame: int) -> np.ndarray:
        """Points [N, 3] in the world to x and y in pixels and distance in metres, [N, 3]."""
        seen = (points - self.place[frame]) @ self.axes.T
        scale = self.focal / np.maximum(seen[:, 2:], 0.05)
        flat = seen[:, :2] * (1, -1) * scale + np.array(self.size) / 2
        return np.concatenate([flat, seen[:, 2:]], axis=1)
