"""Does each measure see the fault that it is for, and does an evaluator?

    python scripts/measure_faults.py --data DATA --evaluator RUN [RUN ...] [--split test] [--clips 360]

plants faults in recorded clips and prints a table: what the motion itself shows, what the judge says of roles, and for
each evaluator R-precision (of 32, with the individual texts), FID to the clips without fault, and top 1 among 8 clips
of one kind. Intervals are 95 % over clips, from 40 random halves of them (the delete-half jackknife).
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from in2in.bench.known_truth import truth_figures
from in2in.bench.people.dataset import truth_path
from in2in.bench.people.truth import Truth
from in2in.bench.same_kind import hits_among_kin
from in2in.data.cache import MotionCache
from in2in.evaluation import faults
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.figures import Embedded, embedding_figures, physical_figures, texts_read
from in2in.evaluation.protocol import Protocol, plan

PLANTED: dict[str, faults.Fault] = {
    "none": lambda motion, _: motion,
    "hips crossed": faults.hips_crossed,
    "torso 20 % longer": faults.torso_stretched,
    "shake of 5 mm while standing": partial(faults.shaking, metres=0.005),
    "statue": faults.statue,
    "persons exchanged": faults.persons_exchanged,
    "played backwards": faults.reversed_in_time,
    "rotations of another moment": faults.turned_otherwise,
}
MOTION = ("sides exchanged", "torso length", "hip width", "shake", "stillness", "jitter")
HALVES, CANDIDATES = 40, 8
PROTOCOL = Protocol(retrieval=32, diversity_pairs=32, texts=0, individuals=True)


Figures = Callable[[np.ndarray], dict[str, float]]
"""The figures of the clips at some places."""


def of_motion(motions: list[Tensor], truths: list[Truth]) -> Figures:
    """What motions themselves show, and the judge."""
    itself = [physical_figures([motion]) for motion in motions]
    judged = [truth_figures([motion], [truth]) for motion, truth in zip(motions, truths, strict=True)]

    def figures(places: np.ndarray) -> dict[str, float]:
        told = [judged[place]["judge: role"] for place in places if "judge: role" in judged[place]]
        shown = {name: float(np.mean([itself[place][name] for place in places])) for name in MOTION}
        return shown | {"judge: role": float(np.mean(told))}

    return figures


def of_evaluator(own: Embedded, real: np.ndarray, truths: list[Truth]) -> Figures:
    """What an evaluator makes of them."""

    def figures(places: np.ndarray) -> dict[str, float]:
        some = own.take(places.tolist())
        found = embedding_figures(some, real, PROTOCOL, np.random.default_rng(0))
        kin = hits_among_kin(some.text, some.motion, [truths[place] for place in places], CANDIDATES, 0)
        return {name: found[name] for name in ("R top 1", "R top 3", "FID")} | {
            "top 1 of a kind": kin.get("all kinds", np.nan)
        }

    return figures


def cells(figures: Figures, every: np.ndarray, halves: list[np.ndarray]) -> dict[str, str]:
    """Figures of all clips with the half widths of their intervals."""
    parts = [figures(half) for half in halves]
    width = {name: 1.96 * float(np.std([part[name] for part in parts])) for name in parts[0]}
    return {name: f"{value:.2f} ± {width[name]:.2f}" for name, value in figures(every).items()}


def main() -> None:
    """Plant, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="generated data (source=synthetic)")
    parser.add_argument("--evaluator", nargs="+", required=True, help="runs of experiment=interclip")
    parser.add_argument("--split", default="test")
    parser.add_argument("--clips", type=int, help="the first of the split; all if left out")
    given = parser.parse_args()

    items = plan(PROTOCOL, given.data, given.split, 1, limit=given.clips).repeats[0].items
    cache, draw = MotionCache(given.data), torch.Generator().manual_seed(0)
    clean = [item.features(cache) for item in items]
    truths = [Truth.load(truth_path(given.data, item.clip)) for item in items]
    told = texts_read(items, PROTOCOL)
    every, random = np.arange(len(items)), np.random.default_rng(0)
    halves = [np.sort(random.permutation(len(items))[: len(items) // 2]) for _ in range(HALVES)]
    planted = {name: [fault(motion, draw) for motion in clean] for name, fault in PLANTED.items()}
    rows = {name: cells(of_motion(motions, truths), every, halves) for name, motions in tqdm(planted.items())}
    print(table(f"the motion itself, {len(items)} clips", rows))
    for run in given.evaluator:
        evaluator = Evaluator.from_pretrained(run)
        texts, real = evaluator.texts(told).numpy(), evaluator.motions(clean).numpy()
        rows = {}
        for name, motions in tqdm(planted.items()):
            own = Embedded(told, texts, evaluator.motions(motions).numpy())
            rows[name] = cells(of_evaluator(own, real, truths), every, halves)
        print(table(f"evaluator {Path(run).name}", rows))


def table(title: str, rows: dict[str, dict[str, str]]) -> str:
    """Markdown, a line for each fault."""
    heads = list(next(iter(rows.values())))
    lines = [f"| {title} | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads)]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(row.values())} |" for name, row in rows.items()), ""])


if __name__ == "__main__":
    main()
