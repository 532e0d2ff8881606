"""Shares that follow their individual texts over the prior's weight, from folders of scripts/measure_dualmdm.py.

python scripts/make_dualmdm_picture.py docs/dualmdm.png "procedural prior=FOLDER" "recorded prior=FOLDER"
"""

import json
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import bootstrap

WEIGHTS = {0.0: "w = 0", 0.25: "w = 0.25", 0.5: "constant 0.5, fixed", 0.75: "w = 0.75", 1.0: "w = 1"}
"""Constant weights and what the measurement calls them."""

COLOURS = ("#0072b2", "#d55e00")


def bounds(shares: list[float]) -> tuple[float, float, float]:
    """Mean and 95 % bootstrap interval over prompts."""
    if min(shares) == max(shares):
        return shares[0], shares[0], shares[0]
    interval = bootstrap((shares,), np.mean, method="percentile", rng=0).confidence_interval
    return float(np.mean(shares)), interval.low, interval.high


def main() -> None:
    """Draw every folder's curve, and beside it that of shuffled texts."""
    picture, *named = sys.argv[1:]
    figure = Figure(figsize=(6, 3.4), layout="constrained")
    axes = figure.add_subplot(xlabel="weight of the prior", ylabel="follow their own text", ylim=(0, 1), xlim=(0, 1))
    for entry, colour in zip(named, COLOURS, strict=False):
        name, folder = entry.split("=", 1)
        figures = json.loads((Path(folder) / "figures.json").read_text(encoding="utf-8"))
        for texts, style in (("own", "-o"), ("_shuffled", ":s")):
            mean, low, high = np.transpose([bounds(figures[known][texts]) for known in WEIGHTS.values()])
            label = name if texts == "own" else f"{name}, texts shuffled"
            axes.plot([*WEIGHTS], mean, style, color=colour, label=label)
            axes.fill_between([*WEIGHTS], low, high, color=colour, alpha=0.12, linewidth=0)
    axes.legend(loc="upper left", fontsize="small")
    figure.savefig(picture, dpi=150)


if __name__ == "__main__":
    main()
