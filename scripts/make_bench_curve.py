"""Draws what in2in-judge found at several checkpoints of one run: shares right over the steps.

    python scripts/make_bench_curve.py OUT.png STEPS=FOLDER [STEPS=FOLDER ...]

Each FOLDER is the out= of an in2in-judge call.
"""

import json
import sys
from pathlib import Path

from matplotlib.figure import Figure

QUESTIONS = {"kind": "#1f6fb4", "role": "#d98200", "hand": "#3a8f4d"}


def main() -> None:
    """Draw each question's share with its 95 % interval, and the share that is right by chance."""
    out, *named = sys.argv[1:]
    judged = sorted((int(steps), Path(folder)) for steps, folder in (item.split("=", 1) for item in named))
    figures = [json.loads((folder / "judge.json").read_text())["shares"] for _, folder in judged]
    steps = [step for step, _ in judged]
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.add_subplot(xlabel="training steps", ylabel="right answers", ylim=(0, 1.02))
    for question, colour in QUESTIONS.items():
        shares = [{share["question"]: share for share in found["samples"]}[question] for found in figures]
        middle = [share["right"] / share["asked"] for share in shares]
        axes.plot(steps, middle, "o-", color=colour, label=question)
        low, high = zip(*(share["interval"] for share in shares), strict=True)
        axes.fill_between(steps, low, high, color=colour, alpha=0.12)
        chance = [{s["question"]: s for s in found["chance: data of any clip"]}[question] for found in figures]
        by_chance = sum(share["right"] for share in chance) / sum(share["asked"] for share in chance)
        axes.axhline(by_chance, color=colour, linestyle=":", linewidth=1)
    axes.set_xlim(0, steps[-1] * 1.02)
    axes.plot([], [], ":", color="grey", label="by chance")
    axes.legend(loc="lower right", ncols=2)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main()
