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

SHADOW = 0.17
"""How dark the shadow of one point on the floor is."""

BAND = 24
"""Rows shaded at once: what they need stays in the processor's cache, which makes them twice as fast."""

WIDE = 2
"""Columns that share one value of the shadows, which are soft; rows do not, since a low camera squeezes them."""


class Floor:
    """Shades the pixels that see the floor.

    Args:
        camera: whose height above the floor and fall are the same in all frames.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        width, height = camera.size
        right, up, away = camera.axes[0]
        forward = np.cross(right, (0.0, 1.0, 0.0))  # the level direction in which the camera looks
        y = (height / 2 - np.arange(height) - 0.5) / camera.focal
        falls = -(y * up[1] + away[1])
        self.top = int((falls < 0.02).sum())  # what is above is too far to be seen
        y, falls = y[self.top :], falls[self.top :]
        reach = (camera.place[0, 1] + SOLE) / falls
        # Metres from the point below the camera: to the right [H, W] or [H, W / WIDE], and forward [H].
        pairs = ((np.arange(-(-width // WIDE)) + 0.5) * WIDE - width / 2) / camera.focal
        self.ahead = (reach * (y * (up @ forward) + away @ forward)).astype(np.float32)
        self.aside = (reach[:, None] * pairs).astype(np.float32)
        self.reach = reach[:, None].astype(np.float32)
        self.turn(0)

    def turn(self, frame: int) -> None:
        """Lay the lines as the camera sees them in a frame; they move with it until it turns."""
        self.axes = self.camera.axes[frame]
        right = self.axes[0].astype(np.float32)
        self.forward = np.cross(right, np.array([0, 1, 0], dtype=np.float32))
        columns = (np.arange(self.camera.size[0], dtype=np.float32) + 0.5 - self.camera.size[0] / 2) / self.camera.focal
        world = [self.reach * (columns * right[axis]) + self.ahead[:, None] * self.forward[axis] for axis in (0, 2)]
        self.ground = np.stack(world).astype(np.float32)  # [2, H, W] metres along the world's x and z
        steps = (
            [np.abs(np.gradient(self.ground, axis=axis)) for axis in (1, 2)] if len(self.reach) > 1 else [self.ground]
        )
        pixel = sum(steps[1:], start=steps[0])
        self.per_metre = (1 / np.maximum(pixel, 1e-6)).astype(np.float32)
        fade = np.clip((FAR[1] - self.reach) / (FAR[1] - FAR[0]), 0, 1)
        self.strength = (DARK * fade * np.clip(0.25 * self.per_metre - 0.6, 0, 1)).astype(np.float32)
        self.near = int((~self.strength.any(axis=(0, 2))).sum())  # rows above are too far for lines
        self.half = np.maximum(LINE * self.per_metre, 0.5) + np.float32(0.5)

    def shade(self, frame: int, points: np.ndarray, radii: np.ndarray) -> np.ndarray:
        """Brightness [H, W] from 0 to 1 of the picture without people.

        Args:
            frame: number of the frame.
            points: [N, 3] metres, what throws shadows.
            radii: [N] metres, how large each of them is.
        """
        if not np.array_equal(self.axes, self.camera.axes[frame]):
            self.turn(frame)
        width, height = self.camera.size
        light = np.ones((height, width), dtype=np.float32)
        self._draw_lines(light[self.top :], frame)
        self._cast_shadows(light[self.top :], frame, points, radii)
        return light

    def _draw_lines(self, light: np.ndarray, frame: int) -> None:
        here = self.camera.place[frame, [0, 2], None, None].astype(np.float32)
        for first in range(self.near, len(light), BAND):
            rows = slice(first, first + BAND)
            off = self.ground[:, rows] + here
            off -= np.rint(off)
            np.abs(off, out=off)
            off *= self.per_metre[:, rows]
            np.subtract(self.half[:, rows], off, out=off)
            off.clip(0, 1, out=off)
            off *= self.strength[:, rows]
            light[rows] -= off[0] + off[1]

    def _cast_shadows(self, light: np.ndarray, frame: int, points: np.ndarray, radii: np.ndarray) -> None:
        """Darken by (1 - (distance / reach)²)² around every point; where several do, their darkness adds up."""
        above = np.maximum(points[:, 1], 0)
        reaches = 1.6 * radii + 0.05 + 0.14 * above
        corners = points[:, None] + reaches[:, None, None] * [(x, 0, z) for x in (-1, 1) for z in (-1, 1)]
        corners[..., 1] = -SOLE
        seen = self.camera.project(corners.reshape(-1, 3), frame)[:, :2].reshape(-1, 4, 2)
        seen = (seen - (0, self.top)) / (WIDE, 1)
        first, last = np.floor(seen.min(axis=1)).astype(int), np.ceil(seen.max(axis=1)).astype(int)
        edges = np.clip(np.concatenate([first, last], axis=1), 0, self.aside.shape[::-1] * 2)
        (left, top), (right, bottom) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
        dark = np.zeros((bottom - top, right - left), dtype=np.float32)
        away = points - self.camera.place[frame]
        scales = np.sqrt(SHADOW / (1 + 1.2 * above))
        per_reach = np.sqrt(scales) / reaches
        asides, aheads = (away @ self.axes[0]) * per_reach, (away @ self.forward) * per_reach
        each = zip(edges.tolist(), asides.tolist(), aheads.tolist(), scales.tolist(), per_reach.tolist(), strict=True)
        for (x0, y0, x1, y1), aside, ahead, scale, per in each:
            off = self.aside[y0:y1, x0:x1] * per
            off -= aside
            off *= off
            near = (scale - (self.ahead[y0:y1] * per - ahead) ** 2)[:, None] - off
            near.clip(0, out=near)
            near *= near
            dark[y0 - top : y1 - top, x0 - left : x1 - left] += near
        under = light[top:bottom, left * WIDE : right * WIDE]
        under *= np.repeat(np.exp(-dark), WIDE, axis=1)[:, : under.shape[1]]
