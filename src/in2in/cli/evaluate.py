"""in2in-evaluate: recorded motion and models, measured alike."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import load_generator
from in2in.cli.schema import check, options
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.evaluation.setting import Model, Setting

MODEL_KEYS = ("guidance", "sampler", "prior_guidance", "composition", "frame", "convert", "last_block", "decoding")
"""What of the command's options changes a model's motion."""


@dataclass(frozen=True)
class EvaluateOptions:
    """The plain keys of conf/evaluate/evaluate.yaml."""

    run: str | list[str] | None
    prior_run: str | None
    evaluator_run: str | None
    data_dir: str | None
    split: str
    texts_dir: str | None
    repeats: int
    seed: int
    limit: int | None
    batch_size: int
    threads: int
    samples: str | None


@command("evaluate")
def main(cfg: DictConfig) -> None:
    """Check everything, then hand it to the metric."""
    chosen = options(EvaluateOptions, cfg)
    if chosen.data_dir is None:
        raise InputError("data_dir is not given: in2in-evaluate run=RUN evaluator_run=RUN data_dir=FOLDER")
    check(cfg)

    import torch

    torch.set_num_threads(chosen.threads)
    if chosen.samples is not None:
        from in2in.evaluation.samples import compare_samples

        compare_samples(Path(chosen.samples), Path(chosen.data_dir), chosen.split, output_dir())
    else:
        metric: Callable[[Setting], None] = instantiate(cfg.metric)
        metric(setting(cfg, chosen))
    print(output_dir())


def setting(cfg: DictConfig, chosen: EvaluateOptions) -> "Setting":
    """What the options say, loaded and checked; models are loaded once there is something to generate."""
    from in2in.evaluation.evaluator import Evaluator
    from in2in.evaluation.setting import Setting
    from in2in.runs.folder import bundled_evaluator, fingerprint, newest_run

    runs = [str(newest_run(Path("runs")))] if chosen.run is None else chosen.run
    runs = [runs] if isinstance(runs, str) else runs
    evaluator_run = chosen.evaluator_run or bundled_evaluator()
    print(f"evaluating {', '.join(runs) or 'recorded motion'} with evaluator_run={evaluator_run}")
    models = tuple(model for run in runs for model in models_of(cfg, run))
    if twice := [one.name for place, one in enumerate(models) if one.name in [own.name for own in models[:place]]]:
        raise InputError(f"two runs are called {twice[0]}: rename a folder, since the table goes by their names")
    trainer = instantiate(cfg.trainer, logger=False, enable_checkpointing=False)
    return Setting(
        models=models,
        evaluator=Evaluator.from_pretrained(evaluator_run).to(trainer.strategy.root_device),
        evaluator_key=fingerprint(evaluator_run),
        data_dir=Path(chosen.data_dir or ""),
        split=chosen.split,
        texts_dir=Path(chosen.texts_dir) if chosen.texts_dir else None,
        protocol=instantiate(cfg.protocol),
        repeats=chosen.repeats,
        seed=chosen.seed,
        limit=chosen.limit,
        trainer=trainer,
        batch_size=chosen.batch_size,
        threads=chosen.threads,
        out=output_dir(),
    )


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
        told += [str(cfg.trainer.precision), own_version()]
        key = hashlib.sha256("\n".join(told).encode()).hexdigest()
        found.append(Model("+".join(map(run_name, runs)), key, partial(load_generator, own)))
    return found


def run_name(run: str) -> str:
    """A run's folder's name, with the checkpoint's where one is given."""
    path = Path(run)
    return f"{path.parents[1].name}-{path.stem}" if path.suffix == ".ckpt" else path.name


if __name__ == "__main__":
    main()
