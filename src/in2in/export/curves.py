"""Curves of a blend: how much the single-person prior counts while noise becomes motion."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

Curve = tuple[np.ndarray, np.ndarray]
"""Timesteps [S] from 1000 (noise) to 0 (motion), and weights [S] from 0 to 1."""


def weight_figure(curves: Mapping[str, Curve], size: tuple[float, float] = (6.0, 3.2)) -> Figure:
    """Draw weights over the timestep, noise on the left.

    Args:
        curves: by the names that the legend gives them.
        size: width and height in inches.
    """
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot(xlabel="timestep (noise to motion)", ylabel="weight of the prior")
    axes.set(xlim=(1000, 0), ylim=(-0.03, 1.03))
    for name, (t, weights) in curves.items():
        axes.plot(t, weights, label=name)
    if curves:
        axes.legend()
    return figure
