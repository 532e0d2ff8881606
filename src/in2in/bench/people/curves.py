"""Smooth functions of time: everything that moves is timed by these."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Array = NDArray[np.float64]

FULL_TURN = 2 * np.pi


def minimum_jerk(u: Array) -> Array:
    """0 to 1 over u in [0, 1] with speed and acceleration zero at both ends (Flash and Hogan, 1985)."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10.0 - 15.0 * u + 6.0 * u**2)


def ramp(time: Array, start: float, end: float) -> Array:
    """0 before start, 1 after end, minimum jerk between; in seconds."""
    return minimum_jerk((time - start) / max(end - start, 1e-6))


def hold(time: Array, start: float, full: float, release: float, end: float) -> Array:
    """0, then exactly 1 from full to release, then 0 again."""
    return ramp(time, start, full) - ramp(time, release, end)


def bump(u: Array) -> Array:
    """A hill of height 1 over u in [0, 1], twice smooth at its feet."""
    u = np.clip(u, 0.0, 1.0)
    return 64.0 * (u * (1.0 - u)) ** 3


def _eased(u: Array) -> Array:
    """Integral of `minimum_jerk` from 0 to u, growing on evenly after u = 1."""
    early = np.clip(u, 0.0, 1.0)
    return early**4 * (2.5 - 3.0 * early + early**2) + np.maximum(u - 1.0, 0.0)


def trapezoid(u: Array, ease: float = 0.35) -> Array:
    """0 to 1 over u in [0, 1] at an even speed, but for the share `ease` (up to 0.5) at each end."""
    u = np.clip(u, 0.0, 1.0)
    return ease * (_eased(u / ease) - _eased((u - 1.0) / ease + 1.0)) / (1.0 - ease)


def glide(time: Array, start: float, end: float, ease: float = 0.6) -> Array:
    """0 to 1 at an even speed that takes `ease` seconds to build up and to die away."""
    return trapezoid((time - start) / (end - start), min(ease / (end - start), 0.5))


def swing(time: Array, start: float, end: float, count: float) -> Array:
    """`count` waves of a sine between start and end, growing from nothing and dying away; in -1 to 1."""
    edge = (end - start) / max(2.5 * count, 2.0)
    phase = (time - start) / (end - start) * FULL_TURN * count
    return np.sin(phase) * hold(time, start, start + edge, end - edge, end)


def wander(rng: np.random.Generator, time: Array, amplitude: float, period: float) -> Array:
    """A slow aimless sway: three sines of random phase, about `amplitude` at most, about `period` seconds."""
    total = np.zeros_like(time)
    for share, pace in ((0.5, 1.0), (0.3, 1.7), (0.2, 2.9)):
        total += share * np.sin(FULL_TURN * (time * pace / period + rng.uniform()))
    return amplitude * total


def smooth(values: Array, frames: float) -> Array:
    """Gaussian filter over the first axis."""
    return gaussian_filter1d(values, frames, axis=0, mode="nearest")
