"""The paper in miniature: all rows of docs/results.md, trained, blended and evaluated at one budget; resumable.

python scripts/make_results.py --work results --steps 7000 --clips 192 --repeats 3
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.bench.known_truth import KnownTruth
from in2in.evaluation.benchmark import CHANCE, REAL
from in2in.evaluation.individual import table as markdown_of
from in2in.evaluation.table import markdown
from in2in.runs.folder import BUNDLED

EXTRAS = {KnownTruth.title: KnownTruth.columns}

EVALUATOR_SEED = 101
"""Of the clips that the evaluator learns from, also those told in the phrases that are kept from models."""

ALL_OR_NOTHING = ["dropout.interaction_only=0", "dropout.individuals_only=0"]
"""Dropout of conditions, which are dropped together or not at all."""

MODELS = {
    "InterGen": ["model=intergen", *ALL_OR_NOTHING],
    "in2IN": [],
    "in2IN, texts crossed": ["data.crossed=true"],
    "in2IN, texts dropped together": ALL_OR_NOTHING,
}
"""What is trained, beside experiment=bench: each published fault is switched on alone."""

BUNDLED_ROW = "bundled in2IN"
"""The row of the weights in the package: as the row in2IN, trained for longer."""

REFINED = ["loss=body", "optimizer.lr=5e-4", "lr_scheduler.num_warmup_steps=100"]
"""How the prior is trained on: without the losses of bodies it shakes."""

BLENDS = {
    "DualMDM constant 0.3": ["composition=constant"],
    "DualMDM exp": ["composition=exp"],
    "DualMDM exp, as published": ["composition=exp", "compat/sampling=published"],
}
"""in2IN blended with the prior; scripts/measure_dualmdm.py measures the other schedules, too."""

GUIDED = ["guidance.scale=1.5", "prior_guidance.scale=1.5"]
"""Of the blends: as all models are guided, see experiment=bench."""


INTRODUCTION = """
Everything here is small and procedural: {data_clips} clips of 18 kinds (`source=synthetic seed=0`), {clips} test clips
of at most {seconds:g} s told in phrases that no model was trained on, one size of model (`experiment=bench`), {steps}
steps for each model, {prior_steps} and {refining_steps} (`loss=body`) for the prior, one seed each, guidance 1.5,
{solver_steps} steps of DDIM, {repeats} repeats. The columns are those of the published tables, then what the motion
itself shows, then what is known of procedural clips. An interval tells what sampling does, not what another training
would: differences between rows may be smaller than those between two seeds. {judge}
`make results` makes this page; the raw figures lie beside it.
""".strip()


SBU = """
On {clips} real clips, of which the evaluator has seen none (SBU Kinect, 8 labels in a sentence each; clips with the
same text answer each other, so chance is high):
""".strip()


@dataclass(frozen=True)
class Budget:
    """What one table costs.

    Attributes:
        work: folder of data, runs and evaluations.
        steps, prior_steps, refining_steps, evaluator_steps: of each model's training, of the prior's two and of the
            evaluator's.
        data_clips, evaluator_clips: of the bench's data and of the evaluator's.
        clips: test clips.
        seconds: clips that last longer are left out.
        repeats: of the evaluation.
        solver_steps: of DDIM.
        texts, samples: of the multimodality.
        interactions, varied: of the individual diversity: clips and samples of each.
        candidates: clips of one kind among which the evaluator must find a text's.
        evaluator: a run to evaluate with, so that none is trained.
        sbu: glob of the SBU Kinect data set's files, real clips that the evaluator is tried on; None to leave them out.
        options: added to every training but the evaluator's.
    """

    work: Path
    steps: int
    prior_steps: int
    refining_steps: int
    evaluator_steps: int
    data_clips: int
    evaluator_clips: int
    clips: int
    seconds: float
    repeats: int
    solver_steps: int
    texts: int
    samples: int
    interactions: int
    varied: int
    candidates: int
    evaluator: Path | None = None
    sbu: str | None = None
    options: tuple[str, ...] = ()


def slug(name: str, steps: int) -> str:
    """A row's name as a folder; another number of steps is another run."""
    return "_".join([*name.lower().replace(",", "").replace(".", "").replace("-", "_").split(), str(steps)])


def in2in(command: str, *arguments: str) -> None:
    """Run one command of the package and show it."""
    print("in2in-" + " ".join([command, *arguments]), flush=True)
    subprocess.run([sys.executable, "-m", f"in2in.cli.{command}", *arguments], check=True)


def once(out: Path, command: str, *arguments: str) -> Path:
    """Run a command that writes a whole folder, unless it did."""
    if not out.exists():
        in2in(command, *arguments, f"out={out}")
    return out


def train(out: Path, steps: int, *arguments: str) -> Path:
    """Train a run to its end, from where it stopped."""
    done = out / "done"
    if not done.is_file():
        last = ["ckpt_path=last"] if (out / "checkpoints" / "last.ckpt").is_file() else []
        if out.exists() and not last:
            shutil.rmtree(out)  # stopped before anything was kept
        in2in("train", *arguments, f"trainer.max_steps={steps}", f"out={out}", *last)
        done.write_text("")
    return out


def data(budget: Budget) -> tuple[Path, Path]:
    """The bench, and its persons alone."""
    made = budget.work / "data"
    bench = once(made / "bench", "prepare", "source=synthetic", f"clips={budget.data_clips}", "seed=0")
    alone = ["source=synthetic", f"clips={budget.data_clips}", "seed=0", "persons=1"]
    singles = once(made / "singles", "prepare", *alone)
    return bench, singles


def evaluator_run(budget: Budget) -> Path:
    """The evaluator's run."""
    if budget.evaluator is not None:
        return budget.evaluator
    clips = ["source=synthetic", f"clips={budget.evaluator_clips}", f"seed={EVALUATOR_SEED}"]
    folder = once(budget.work / "data" / "evaluator", "prepare", *clips)
    join_splits(folder, "train", "test")
    words = ["experiment=bench_interclip", f"data_dir={folder}", "data.train_split=joined"]
    return train(budget.work / "runs" / slug("interclip", budget.evaluator_steps), budget.evaluator_steps, *words)


def join_splits(folder: Path, *names: str) -> None:
    """The split "joined", of several."""
    ids = [(folder / "split" / f"{name}.txt").read_text() for name in names]
    (folder / "split" / "joined.txt").write_text("".join(ids))


def runs(budget: Budget, bench: Path, singles: Path) -> dict[str, Path]:
    """The run folders of all rows by name."""
    made = budget.work / "runs"
    common = ["experiment=bench", f"data_dir={bench}", *budget.options]
    rows = {name: train(made / slug(name, budget.steps), budget.steps, *common, *own) for name, own in MODELS.items()}
    alone = ["experiment=bench_prior", f"data_dir={singles}", f"stats_from={rows['in2IN']}", *budget.options]
    rough = train(made / slug("prior rough", budget.prior_steps), budget.prior_steps, *alone)
    prior = train(
        made / slug("prior", budget.refining_steps), budget.refining_steps, *alone, *REFINED, f"weights_from={rough}"
    )
    both = ["experiment=dualmdm", f"run={rows['in2IN']}", f"prior_run={prior}", *GUIDED]
    for name, options in BLENDS.items():
        rows[name] = once(made / slug(name, budget.steps), "blend", *both, *options)
    return rows | {BUNDLED_ROW: BUNDLED}


def evaluate(budget: Budget, bench: Path, evaluator: Path, rows: dict[str, Path]) -> dict[str, dict]:
    """The raw results of every part."""
    made = budget.work / "evaluations"
    common = [f"evaluator_run={evaluator}", f"data_dir={bench}", f"protocol.seconds={budget.seconds:g}"]
    common += [f"protocol.retrieval={min(32, budget.clips)}", f"protocol.diversity_pairs={min(96, budget.clips)}"]
    common += [f"limit={budget.clips}", "sampler=ddim", f"sampler.steps={budget.solver_steps}"]
    varied = [f"protocol.texts={budget.texts}", f"protocol.samples={budget.samples}"]
    varied += [f"protocol.pairs={min(10, budget.samples)}"]
    folders = f"run=[{','.join(str(folder) for folder in rows.values())}]"
    in2in("evaluate", folders, *common, *varied, f"repeats={budget.repeats}", f"out={made / 'table'}")
    moved = ["metric=individual_diversity", f"metric.interactions={budget.interactions}"]
    moved += [f"metric.samples={budget.varied}", f"run=[{rows['in2IN']},{rows['DualMDM exp']}]", "protocol.texts=0"]
    in2in("evaluate", *common, *moved, f"repeats={budget.repeats}", f"out={made / 'individual'}")
    told = ["run=[]", f"evaluator_run={evaluator}", f"data_dir={bench}", "protocol.texts=0", "repeats=5"]
    few = [f"protocol.retrieval={min(32, budget.clips)}", f"protocol.diversity_pairs={min(96, budget.clips)}"]
    in2in("evaluate", *told, *few, f"out={made / 'evaluator'}")
    same = ["metric=same_kind", f"metric.candidates={budget.candidates}", f"out={made / 'same_kind'}"]
    in2in("evaluate", *told, *few, *same)
    parts = ["table", "individual", "evaluator", "same_kind"]
    if budget.sbu:
        joints = ["source=joints", "map=sbu_kinect", f"files={budget.sbu}"]
        real = once(budget.work / "data" / "sbu", "prepare", *joints)
        join_splits(real, "train", "val", "test")
        told = ["run=[]", f"evaluator_run={evaluator}", f"data_dir={real}", "split=joined", "protocol.texts=0"]
        told.append("repeats=20")
        in2in("evaluate", *told, "protocol.retrieval=32", "protocol.diversity_pairs=96", f"out={made / 'sbu'}")
        parts.append("sbu")
    return {part: json.loads((made / part / "results.json").read_text(encoding="utf-8")) for part in parts}


def write(budget: Budget, results: dict[str, dict], rows: dict[str, Path], out: Path) -> None:
    """The raw results into a folder, and beside it the page that shows them; its words are those of words.md."""
    out.mkdir(parents=True, exist_ok=True)
    for part, found in results.items():
        (out / f"{part}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    names = {folder.name: name for name, folder in rows.items()}
    named = {names.get(key, key): record for key, record in results["table"]["rows"].items()}
    told, moved = results["same_kind"], results["individual"]["individual_diversity"]
    top = ", ".join(f"{name} {own['all kinds']:.1%}" for name, own in told["top 1"].items())
    words = out / "words.md"
    parts = [
        "# The paper in miniature",
        INTRODUCTION.format(**vars(budget) | {"clips": results["table"]["clips"], "judge": judged_by(budget)}),
        markdown({name: named[name] for name in (REAL, CHANCE, *rows)}, EXTRAS).strip(),
        "## The evaluator, with texts of all test clips",
        markdown({name: results["evaluator"]["rows"][name] for name in (REAL, CHANCE)}, EXTRAS).strip(),
        f"Top 1 of {told['candidates']} clips of one kind (by chance {1 / told['candidates']:.1%}): {top}.",
        *real_clips(results.get("sbu")),
        "## How far the prior and other texts move an interaction",
        markdown_of(moved),
        words.read_text(encoding="utf-8").strip() if words.is_file() else "",
    ]
    page = "\n\n".join(part for part in parts if part) + "\n"
    out.with_suffix(".md").write_text(page, encoding="utf-8")


def judged_by(budget: Budget) -> str:
    """What is said of the evaluator."""
    if budget.evaluator is not None:
        return f"The evaluator is {budget.evaluator} (see its card)."
    clips, steps = budget.evaluator_clips, budget.evaluator_steps
    return f"The evaluator learned from {clips} other clips told in all phrases ({steps} steps)."


def real_clips(results: dict | None) -> list[str]:
    """The evaluator on SBU's clips, whose eight texts many share."""
    if results is None:
        return []
    table = markdown({name: results["rows"][name] for name in (REAL, CHANCE)}, EXTRAS).strip()
    return [f"{SBU.format(clips=results['clips'])}", table]


def main(arguments: Sequence[str] | None = None) -> None:
    """Everything, in order; what is done is not done again."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--work", type=Path, default=Path("results"), help="folder of data, runs and evaluations")
    given.add_argument("--out", type=Path, default=Path("docs/results"), help="folder of the raw results and tables")
    numbers = {"steps": 7000, "prior_steps": 3000, "refining_steps": 1500, "evaluator_steps": 2000}
    numbers |= {"data_clips": 2000, "evaluator_clips": 5000}
    numbers |= {"clips": 192, "repeats": 3, "solver_steps": 20, "texts": 20, "samples": 10}
    numbers |= {"interactions": 20, "varied": 16, "candidates": 8}
    for name, number in numbers.items():
        given.add_argument(f"--{name.replace('_', '-')}", type=int, default=number, help=f"default {number}")
    given.add_argument("--seconds", type=float, default=4.0, help="longest clip, default 4")
    given.add_argument("--evaluator", type=Path, help="a run of experiment=interclip, so that none is trained")
    given.add_argument("--sbu", help="glob of SBU Kinect's skeleton_pos.txt: try the evaluator on real clips, too")
    given.add_argument(
        "options", nargs="*", help="added to every training but the evaluator's, as in2in-train takes them"
    )
    chosen = vars(given.parse_args(arguments))
    out, options = chosen.pop("out"), tuple(chosen.pop("options"))
    budget = Budget(**chosen, options=options)
    bench, singles = data(budget)
    evaluator, rows = evaluator_run(budget), runs(budget, bench, singles)
    write(budget, evaluate(budget, bench, evaluator, rows), rows, out)
    print(out.with_suffix(".md"))


if __name__ == "__main__":
    main()
