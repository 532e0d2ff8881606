"""What fewer evaluations of the network cost: solvers, steps and intervals of guidance, on the same prompts and seeds.

python scripts/measure_samplers.py --run src/in2in/weights/in2in --data DATA --out FOLDER [--split val] [--clips 96]

DATA is of in2in-prepare source=synthetic. FOLDER/table.md has a row for each sampler: evaluations a sample, what the
judge finds right, R-precision and FID by the bundled evaluator, and how far the joints are from DDIM's in 50 steps;
FOLDER/results.json has the rows that are measured, and a stopped measurement resumes with the others.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from torch import Tensor, nn

from in2in.bench.judge import judge, share_right
from in2in.bench.judge.questions import questions
from in2in.data.cache import MAX_FRAMES, MotionCache
from in2in.diffusion.sampler import Sampler
from in2in.evaluation.evaluator import Evaluator, whole_text
from in2in.evaluation.metrics import RetrievalBatch, fid, r_precision
from in2in.evaluation.training import same_text
from in2in.files.whole import write_text
from in2in.models.condition import Condition
from in2in.motion.representation import FPS, canonicalise, encode
from in2in.pipeline import Generator, Motion, Prompt
from in2in.runs.folder import BUNDLED, bundled_evaluator, fingerprint

SOLVERS = {"DDIM": "DDIMScheduler", "DPM++": "DPMSolverMultistepScheduler", "UniPC": "UniPCMultistepScheduler"}
BRANCHES = 4


class WithinInterval(nn.Module):
    """Guidance at some timesteps; at the others the network with all texts.

    Args:
        guided: the guided denoiser.
        first: lowest timestep of guidance.
        last: highest.
    """

    def __init__(self, guided: Any, first: int, last: int) -> None:
        super().__init__()
        self.guided, self.first, self.last = guided, first, last

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        inside = self.first <= int(t[0]) <= self.last
        return (self.guided if inside else self.guided.denoiser)(x, t, condition, mask)


@dataclass(frozen=True)
class Way:
    """A sampler: solver, steps, and where it guides."""

    solver: str
    steps: int
    first: int = 0
    last: int = 1000

    def __str__(self) -> str:
        where = "" if self.first == 0 else f", guidance from t = {self.first}"
        return f"{self.solver}, {self.steps} steps{where}"

    def evaluations(self, sampler: Sampler) -> int:
        """Of the network, branches counted one by one."""
        guided = sum(self.first <= int(t) <= self.last for t in sampler.timesteps())
        return BRANCHES * guided + self.steps - guided


WAYS = (
    *(Way("DDIM", steps) for steps in (50, 20, 10)),
    *(Way(solver, steps) for solver in ("DPM++", "UniPC") for steps in (20, 15, 10)),
    *(Way("DDIM", 50, first) for first in (100, 300)),
    *(Way("UniPC", 10, first) for first in (100, 300)),
)
"""The first is what the others are held against."""


class Bench:
    """One model, one list of prompts.

    Args:
        run: whose weights.
        data: a generated data set.
        split: of it.
        clips: whose texts are asked for.
        seed: of the first.
    """

    def __init__(self, run: str, data: Path, split: str, clips: int, seed: int) -> None:
        self.generator = Generator.from_pretrained(run)
        self.evaluator = Evaluator.from_pretrained(bundled_evaluator())
        self.asked = questions(data, split, clips)
        texts = [whole_text(q.interaction, q.individuals if self.evaluator.individuals else ()) for q in self.asked]
        self.texts, self.match = self.evaluator.texts(texts), same_text(texts).numpy()
        cache = MotionCache(data)
        real = [encode(canonicalise(cache.motion(q.clip).crop(0, MAX_FRAMES))) for q in self.asked]
        self.real = self.evaluator.motions(real)
        self.prompts = [
            Prompt(q.interaction, *q.individuals, seconds=own.shape[1] / FPS, seed=seed + number)
            for number, (q, own) in enumerate(zip(self.asked, real, strict=True))
        ]

    def row(self, way: Way) -> tuple[dict[str, Any], list[Motion]]:
        """What is measured of a way, and its motions."""
        given = self.generator
        sampler = Sampler(given.sampler.solver, getattr(diffusers, SOLVERS[way.solver]), way.steps)
        denoiser = WithinInterval(given.denoiser, way.first, way.last)
        own = Generator(denoiser, given.conditioner, given.space, sampler, decoding=given.decoding)
        start = time.process_time()
        made = own(self.prompts)
        seconds = (time.process_time() - start) / len(made)
        joints = [torch.from_numpy(motion.joints) for motion in made]
        right = share_right([judge(one, q.truth) for one, q in zip(joints, self.asked, strict=True)])
        found = {share.question: [share.share, *share.interval] for share in right}
        motions = self.evaluator.motions([torch.from_numpy(motion.features) for motion in made])  # type: ignore[arg-type]
        everyone = np.arange(len(made))
        hits = r_precision(self.texts, motions, [RetrievalBatch(everyone, everyone)], self.match)
        figures = {"R top 1": float(hits[0]), "R top 3": float(hits[-1]), "FID": fid(self.real, motions)}
        return {"evaluations": way.evaluations(sampler), "seconds": seconds, **figures, "right": found}, made


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Markdown."""
    asked = list(next(iter(rows.values()))["right"])
    head = ["sampler", "evaluations", "processor s", "from DDIM-50, cm", "R top 1, %", "R top 3, %", "FID"]
    lines = ["| " + " | ".join([*head, *(f"{name}, %" for name in asked)]) + " |"]
    lines.append("| --- |" + " ---: |" * (len(head) - 1 + len(asked)))
    for name, own in rows.items():
        cells = [name, str(own["evaluations"]), f"{own['seconds']:.2f}", f"{own['apart']:.1f}"]
        cells += [f"{100 * own[key]:.0f}" for key in ("R top 1", "R top 3")] + [f"{own['FID']:.1f}"]
        cells += [
            f"{100 * share:.0f} ({100 * low:.0f} to {100 * high:.0f})" for share, low, high in own["right"].values()
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure what is not measured yet; print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", default=str(BUNDLED))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--clips", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    setting = {"weights": fingerprint(given.run), "split": given.split, "clips": given.clips, "seed": given.seed}
    kept = given.out / "results.json"
    told = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {"setting": setting, "rows": {}}
    if told["setting"] != setting:
        raise SystemExit(f"{kept} is of another measurement: choose another --out")
    bench = Bench(given.run, given.data, given.split, given.clips, given.seed)
    _, reference = bench.row(WAYS[0])
    for way in WAYS:
        if str(way) in told["rows"]:
            continue
        row, made = bench.row(way)
        apart = [np.linalg.norm(a.joints - b.joints, axis=-1).mean() for a, b in zip(made, reference, strict=True)]
        told["rows"][str(way)] = {**row, "apart": 100 * float(np.mean(apart))}
        write_text(kept, json.dumps(told, indent=1))
        write_text(given.out / "table.md", table(told["rows"]) + "\n")
    print(table(told["rows"]))


if __name__ == "__main__":
    main()
