"""in2in-evaluate: recorded motion and models, measured alike."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import load_generator, settle_precision
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.evaluation.setting import Model

MODEL_KEYS = ("guidance", "sampler", "prior_guidance", "composition", "frame", "convert", "last_block", "decoding")
"""What of the command's options changes a model's motion."""


@command("evaluate")
def main(
    cfg: DictConfig,
    run: str | list[str] | None,
    evaluator_run: str | None,
    data_dir: Path,
    split: str,
    texts_dir: Path | None,
    repeats: int,
    seed: int,
    limit: int | None,
    batch_size: int,
    threads: int,
    samples: Path | None,
) -> None:
    """Check everything, then hand it to the metric; models are loaded once there is something to generate."""
    settle_precision(cfg)

    import torch

    torch.set_num_threads(threads)
    out = output_dir()
    if samples is not None:
        from in2in.evaluation.samples import compare_samples

        compare_samples(samples, data_dir, split, out)
        print(out)
        return

    from in2in.evaluation.evaluator import Evaluator
    from in2in.evaluation.setting import Setting
    from in2in.runs.folder import bundled_evaluator, fingerprint, newest_run

    metric: Callable[[Setting], None] = instantiate(cfg.metric)
    runs = [str(newest_run(Path("runs")))] if run is None else run
    runs = [runs] if isinstance(runs, str) else runs
    evaluator_run = evaluator_run or str(bundled_evaluator())
    print(f"evaluating {', '.join(runs) or 'recorded motion'} with evaluator_run={evaluator_run}")
    models = tuple(model for run in runs for model in models_of(cfg, run))
    if twice := [one.name for place, one in enumerate(models) if one.name in [own.name for own in models[:place]]]:
        raise InputError(f"two runs are called {twice[0]}: rename a folder, since the table goes by their names")
    trainer = instantiate(cfg.trainer, logger=False, enable_checkpointing=False)
    setting = Setting(
        models=models,
        evaluator=Evaluator.from_pretrained(evaluator_run).to(trainer.strategy.root_device),
        evaluator_key=fingerprint(evaluator_run),
        data_dir=data_dir,
        split=split,
        texts_dir=texts_dir,
        protocol=instantiate(cfg.protocol),
        repeats=repeats,
        seed=seed,
        limit=limit,
        trainer=trainer,
        batch_size=batch_size,
        threads=threads,
        out=out,
    )
    metric(setting)
    print(out)


def models_of(cfg: DictConfig, run: str) -> "list[Model]":
    """The model of a run, and the same blended with prior_run where that is given."""
    from in2in.evaluation.setting import Model
    from in2in.motion.provenance import own_version
    from in2in.runs.folder import identity

    found = []
    for prior in (None, cfg.prior_run) if cfg.prior_run else (None,):
        own = cfg.copy()
        OmegaConf.set_struct(own, False)
        own.update(run=run, prior_run=prior, composition=cfg.get("composition") if prior else None)
        runs = [one for one in (run, prior) if one]
        told = [identity(one) for one in runs]
        told += [OmegaConf.to_yaml({key: own.get(key) for key in MODEL_KEYS}, resolve=True)]
        told += [str(cfg.trainer.precision) + (", compiled" if cfg.compile else ""), own_version()]
        key = hashlib.sha256("\n".join(told).encode()).hexdigest()
        found.append(Model("+".join(map(run_name, runs)), key, partial(load_generator, own)))
    return found


def run_name(run: str) -> str:
    """A run's folder's name, with the checkpoint's where one is given."""
    path = Path(run)
    return f"{path.parents[1].name}-{path.stem}" if path.suffix == ".ckpt" else path.name


if __name__ == "__main__":
    main()
