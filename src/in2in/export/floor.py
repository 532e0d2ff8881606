"""The floor of a video: a line every metre and a soft shadow under each person."""

import numpy as np

from in2in.export.body import SOLE
from in2in.export.camera import Camera

LINE = 0.011
"""Metres, half the width of a line."""

DARK = 0.24
"""How much darker than the floor a line is."""

FAR = (8.0, 22.0)
"""Metres from the camera between which the lines fade."""

SHADOW = 0.16
"""How dark the shadow of one point on the floor is."""


class Floor:
    """Shades the pixels that see the floor.

    Args:
        camera: whose height above the floor is the same in all frames.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        rays = camera.rays()
        self.top = int((rays[..., 1].max(axis=1) > -0.02).sum())  # what is above is too far to be seen
        rays = rays[self.top :]
        reach = -(camera.place[0, 1] + SOLE) / rays[..., 1]
        self.ground = (rays[..., [0, 2]] * reach[..., None]).astype(np.float32)  # metres from below the camera
        steps = [np.abs(np.gradient(self.ground, axis=axis)) for axis in (0, 1)] if len(rays) > 1 else [self.ground]
        pixel = sum(steps[1:], start=steps[0])
        self.per_metre = (1 / np.maximum(pixel, 1e-6)).astype(np.float32)
        fade = np.clip((FAR[1] - reach) / (FAR[1] - FAR[0]), 0, 1)[..., None]
        self.strength = (DARK * fade * np.clip(0.25 * self.per_metre - 0.6, 0, 1)).astype(np.float32)
        self.half = np.maximum(LINE * self.per_metre, 0.5) + np.float32(0.5)

    def shade(self, frame: int, points: np.ndarray, radii: np.ndarray) -> np.ndarray:
        """Brightness [H, W] from 0 to 1 of the picture without people.

        Args:
            frame: number of the frame.
            points: [N, 3] metres, what throws shadows.
            radii: [N] metres, how large each of them is.
        """
        width, height = self.camera.size
        light = np.ones((height, width), dtype=np.float32)
        here = self.camera.place[frame, [0, 2]].astype(np.float32)
        for axis in (0, 1):
            off = self.ground[..., axis] + here[axis]
            off -= np.rint(off)
            np.abs(off, out=off)
            off *= self.per_metre[..., axis]
            np.subtract(self.half[..., axis], off, out=off)
            np.clip(off, 0, 1, out=off)
            off *= self.strength[..., axis]
            light[self.top :] -= off
        for point, radius in zip(points, radii, strict=True):
            self._blob(light, frame, point, radius)
        return light

    def _blob(self, light: np.ndarray, frame: int, point: np.ndarray, radius: float) -> None:
        above = max(0.0, float(point[1]))
        reach = 1.6 * radius + 0.05 + 0.14 * above
        corners = np.array([(point[0] + reach * x, -SOLE, point[2] + reach * z) for x in (-1, 1) for z in (-1, 1)])
        seen = self.camera.project(corners, frame)[:, :2]
        (x0, y0), (x1, y1) = np.floor(seen.min(axis=0)).astype(int), np.ceil(seen.max(axis=0)).astype(int)
        rows, columns = slice(max(0, y0 - self.top), max(0, y1 - self.top)), slice(max(0, x0), max(0, x1))
        centre = (point - self.camera.place[frame])[[0, 2]].astype(np.float32)
        ground = self.ground[rows, columns]
        far = (ground[..., 0] - centre[0]) ** 2 + (ground[..., 1] - centre[1]) ** 2
        near = np.maximum(1 - far * np.float32(1 / reach**2), 0)
        light[self.top :][rows, columns] *= 1 - np.float32(SHADOW / (1 + 1.2 * above)) * near * near
