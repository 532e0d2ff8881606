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
        # [2, H, W] metres along the world's x and z, from the point below the camera
        self.ground = np.stack([rays[..., axis] * reach for axis in (0, 2)]).astype(np.float32)
        steps = [np.abs(np.gradient(self.ground, axis=axis)) for axis in (1, 2)] if len(rays) > 1 else [self.ground]
        pixel = sum(steps[1:], start=steps[0])
        self.per_metre = (1 / np.maximum(pixel, 1e-6)).astype(np.float32)
        fade = np.clip((FAR[1] - reach) / (FAR[1] - FAR[0]), 0, 1)
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
            off = self.ground[axis] + here[axis]
            off -= np.rint(off)
            np.abs(off, out=off)
            off *= self.per_metre[axis]
            np.subtract(self.half[axis], off, out=off)
            np.clip(off, 0, 1, out=off)
            off *= self.strength[axis]
            light[self.top :] -= off
        above = np.maximum(points[:, 1], 0)
        reaches = 1.6 * radii + 0.05 + 0.14 * above
        corners = points[:, None] + reaches[:, None, None] * [(x, 0, z) for x in (-1, 1) for z in (-1, 1)]
        corners[..., 1] = -SOLE
        seen = self.camera.project(corners.reshape(-1, 3), frame)[:, :2].reshape(-1, 4, 2)
        first, last = np.floor(seen.min(axis=1)).astype(int), np.ceil(seen.max(axis=1)).astype(int)
        edges = np.maximum(np.concatenate([first, last], axis=1) - [0, self.top] * 2, 0).tolist()
        centres = (points - self.camera.place[frame])[:, [0, 2]].tolist()
        darkness = (SHADOW / (1 + 1.2 * above)).tolist()
        for (x0, y0, x1, y1), (x, z), reach, dark in zip(edges, centres, reaches.tolist(), darkness, strict=True):
            ground_x, ground_z = self.ground[:, y0:y1, x0:x1]
            near = 1 - ((ground_x - x) ** 2 + (ground_z - z) ** 2) * (1 / reach**2)
            np.maximum(near, 0, out=near)
            light[self.top :][y0:y1, x0:x1] *= 1 - dark * near * near
        return light
