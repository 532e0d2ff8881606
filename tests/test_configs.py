"""Every yaml in conf/ composes, and what it configures can be built at tiny sizes."""

from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

import in2in.cli.prepare  # noqa: F401 (reads joint maps)
from in2in.cli.groups import choices, commands, conf_dir, groups
from in2in.cli.schema import check
from in2in.errors import InputError

COMMANDS = commands()
EVALUATORS = ("interclip", "bench_interclip")
CHOICES = [
    *((group, name) for group in groups("train") for name in choices("train", group)),
    ("hydra/launcher", "slurm"),
]
CHOICES = sorted((group, name) for group, name in CHOICES if name not in ("contrastive", *EVALUATORS))
SOURCES, WEIGHTS = choices("prepare", "source"), choices("convert", "source")
SIZES = ["model.width=16", "model.layers=1", "model.heads=2", "model.feed_forward=16"]
HEAD = ["head.layers=1", "head.heads=2", "head.feed_forward=16"]


def composed(command: str, *overrides: str) -> DictConfig:
    with initialize_config_dir(str(conf_dir() / command), version_base="1.3"):
        cfg = compose(command, list(overrides), return_hydra_config=True)
    cfg.hydra.runtime.output_dir = "somewhere"
    return cfg


def parts(cfg: DictConfig) -> DictConfig:
    """The command's own keys, resolved."""
    OmegaConf.set_struct(cfg, False)
    cfg.out = "somewhere"
    cfg.pop("hydra")
    OmegaConf.resolve(cfg)
    return cfg


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_composes(command: str) -> None:
    cfg = parts(composed(command))
    check(cfg)
    assert "out" in cfg


@pytest.mark.parametrize(("group", "choice"), CHOICES)
def test_every_choice_can_be_built(group: str, choice: str, dataset: Path, tmp_path: Path) -> None:
    if (group, choice) == ("text", "clip"):
        pytest.skip("CLIP's weights are not installed; tests/test_text.py builds a small one")
    overrides = [f"{group}={choice}", f"data_dir={dataset}", *SIZES, *HEAD]
    if group == "experiment":
        overrides[0] = f"experiment={choice}"
    cfg = composed("train", *overrides, "+trainer.enable_progress_bar=false")
    cfg.out = str(tmp_path)
    OmegaConf.set_struct(cfg, False)
    cfg.pop("hydra")
    OmegaConf.resolve(cfg)
    check(cfg)
    data, module = instantiate(cfg.data), instantiate(cfg.module)
    data.setup("fit")
    noise = instantiate(cfg.noise)
    assert instantiate(cfg.sampler)(noise).steps > 0
    assert instantiate(cfg.guidance)(module.denoiser) is not None
    callbacks, loggers = instantiate(cfg.callbacks), instantiate(cfg.logger)
    trainer: Any = instantiate(cfg.trainer, logger=False, callbacks=list(callbacks.values()))
    assert trainer.gradient_clip_val == 0.5
    assert len(loggers) >= 1


@pytest.mark.parametrize("experiment", EVALUATORS)
def test_every_evaluator_can_be_built(experiment: str, dataset: Path, tmp_path: Path) -> None:
    sizes = [f"interclip.{side}.{size.removeprefix('model.')}" for side in ("motion", "text") for size in SIZES]
    cfg = parts(composed("train", f"experiment={experiment}", f"data_dir={dataset}", *sizes))
    check(cfg)
    assert not {"model", "text", "sampler", "guidance"} & cfg.keys(), "an evaluator's run tells of itself alone"
    data, module = instantiate(cfg.data), instantiate(cfg.module)
    data.setup("fit")
    batch = next(iter(data.train_dataloader()))
    assert len(batch) == 2 * min(len(data.train), data.batch_size)
    assert module.training_step(batch, 0).isfinite()


@pytest.mark.parametrize("protocol", ["fixed", "published"])
@pytest.mark.parametrize("metric", ["all", "individual_diversity", "same_kind"])
def test_every_protocol_and_metric_can_be_built(protocol: str, metric: str) -> None:
    cfg = parts(composed("evaluate", f"protocol={protocol}", f"metric={metric}", "compat/sampling=published"))
    check(cfg)
    assert callable(instantiate(cfg.metric))
    built = instantiate(cfg.protocol)
    assert (built.draw, built.first_length) == (protocol == "published", True)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_composes(source: str) -> None:
    given = {
        "bvh": ["person1=a", "person2=b", "texts=c"],
        "humanml3d": ["humanml3d_dir=a"],
        "interx": ["interx_dir=a"],
        "joints": ["files=a", "map=sbu_kinect"],
    }
    cfg = parts(composed("prepare", f"source={source}", *given.get(source, [])))
    check(cfg)
    assert source == "interhuman" or callable(instantiate(cfg.source))


@pytest.mark.parametrize("source", WEIGHTS)
def test_every_source_of_weights_composes(source: str) -> None:
    cfg = parts(composed("convert", f"source={source}"))
    check(cfg)
    assert instantiate(cfg.source).table


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("+model.depth=3", "model.depth is not an option of in2in.models.denoiser.InteractionDenoiser"),
        ("model.width=wide", "model.width='wide'"),
        ("data.mirror=7", "data.mirror=7"),
        ("loss._target_=in2in.diffusion.losses.NoSuchLoss", "NoSuchLoss cannot be imported"),
    ],
)
def test_unknown_keys_and_wrong_types_are_named_before_anything_is_built(override: str, words: str) -> None:
    cfg = parts(composed("train", "data_dir=x", override))
    with pytest.raises(InputError, match=words.replace("+", r"\+")):
        check(cfg)
