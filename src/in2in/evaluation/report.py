"""metric=all: every figure of recorded motion and of all models, with tables and pages beside the raw results."""

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from in2in.evaluation.benchmark import Measure
from in2in.evaluation.extra import Extra
from in2in.evaluation.generation import Samples, generate
from in2in.evaluation.page import extremes, write_extremes
from in2in.evaluation.setting import Setting
from in2in.evaluation.table import latex, markdown
from in2in.files.whole import write_text


def write_json(path: Path, content: Any) -> None:
    """Write plain data, in one step and the same bytes for the same data."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Write figures; other ones that are there, of other settings or weights, are kept beside them, and it is said."""
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    if path.is_file() and (before := path.read_text(encoding="utf-8")) != text:
        numbers = itertools.count(1)
        kept = next(own for own in (path.with_stem(f"{path.stem}-earlier-{k}") for k in numbers) if not own.exists())
        write_text(kept, before)
        print(f"{path} held other figures ({_differing(before, results)}): they are kept as {kept.name}")
    write_text(path, text)


def _differing(before: str, results: dict[str, Any]) -> str:
    """The names of what differs."""
    try:
        told = json.loads(before)
    except ValueError:
        return "unreadable"
    told = told if isinstance(told, dict) else {}
    return ", ".join(name for name in told | results if told.get(name) != results.get(name))


@dataclass(frozen=True)
class Evaluation:
    """Every figure of recorded motion and of all models.

    Attributes:
        extras: figures beside the evaluator's and the physical ones.
    """

    extras: Sequence[Extra] = ()

    def __call__(self, setting: Setting) -> None:
        """Generate, measure and write manifest.json, results.json, table.md, table.tex and pages/MODEL.html."""
        plan = setting.plan()
        measure = Measure(setting.evaluator, plan, setting.data_dir, self.extras)
        samples = [Samples.of(setting, model, plan) for model in setting.models]
        for model, own in zip(setting.models, samples, strict=True):
            generate(setting, model, [*own.repeats, *own.varied])
        if not setting.trainer.is_global_zero:
            return
        write_json(setting.out / "manifest.json", plan.manifest())
        rows = {row.name: row.record() for row in measure.rows(setting.models, samples)}
        index = (setting.data_dir / "cache" / "index.json").read_bytes()
        results = {
            "evaluator_sha256": setting.evaluator_key,
            "data_sha256": hashlib.sha256(index).hexdigest(),
            "protocol": plan.manifest()["protocol"],
            "split": setting.split,
            "seed": setting.seed,
            "repeats": setting.repeats,
            "clips": len(plan.repeats[0].items),
            "left_out": {reason: len(clips) for reason, clips in plan.left_out.items()},
            "rows": rows,
        }
        write_results(setting.out / "results.json", results)
        parts = {extra.title: extra.columns for extra in self.extras}
        write_text(setting.out / "table.md", markdown(rows, parts))
        write_text(setting.out / "table.tex", latex(rows, parts))
        for model, own in zip(setting.models, samples, strict=True):
            _page(setting, measure, model.name, own)
        print(markdown(rows, parts))


def _page(setting: Setting, measure: Measure, name: str, samples: Samples) -> None:
    first = measure.plan.repeats[0]
    pairs = zip(first.items, samples.repeats[0].read(), strict=True)
    finite = [(item, motion) for item, motion in pairs if motion.isfinite().all()]
    items, motions = [item for item, _ in finite], [motion for _, motion in finite]
    found = extremes(items, motions, measure.evaluator, measure.plan.protocol)
    write_extremes(setting.out / "pages" / f"{name}.html", name, items, motions, found)
