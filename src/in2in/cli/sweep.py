"""After a sweep of in2in-sample: one page that plays all results side by side."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

OVERRIDES = "overrides.yaml"
"""What was asked for, in every sample folder."""


def read_overrides(path: Path) -> list[str]:
    """The options of a job as they were written; none of them is resolved."""
    told: Any = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    return [str(option) for option in told]


class IndexPage(Callback):
    """Writes index.html into the sweep's folder; hydra calls it when all jobs are done."""

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Gather the first sample of every job, in the order of the jobs, under what sets them apart."""
        from in2in.export.html import write_page
        from in2in.motion.sample_file import read_sample

        folder = Path(config.hydra.sweep.dir)
        jobs = sorted((path.parent for path in folder.glob(f"*/{OVERRIDES}")), key=lambda job: int(job.name))
        asked = [read_overrides(job / OVERRIDES) for job in jobs]
        common = set.intersection(*(set(own) for own in asked)) if asked else set()
        motions = []
        for job, own in zip(jobs, asked, strict=True):
            note = " ".join(override for override in own if override not in common)
            motion = read_sample(job / "000.npz")
            motion.check(job / "000.npz")
            motions.append(replace(motion, name=f"{job.name}: {note}"))
        if motions:
            write_page(folder / "index.html", motions, "in2in: a sweep")
            print(folder / "index.html")
