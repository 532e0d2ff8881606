"""in2in-sample: generate motion from prompts with a trained run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import (
    blend_parts,
    chosen_device,
    chosen_dtype,
    chosen_prior,
    chosen_run,
    load_generator,
    settle_precision,
)
from in2in.cli.prompts import read_prompts
from in2in.cli.sweep import OVERRIDES
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.direction.scene import Scene
    from in2in.motion.motion import Motion
    from in2in.motion.prompt import Prompt
    from in2in.pipeline import Generator


MOST_SAMPLES = 100_000
"""Of one command; all are listed before the first is made."""


@command("sample")
def main(
    cfg: DictConfig,
    prompt: str | None,
    individual1: str | None,
    individual2: str | None,
    prompts: Path | None,
    scene: str | None,
    seconds: float,
    num_samples: int,
    seed: int,
    batch_size: int,
    counted_noise: bool,
    device: str,
    first_length: bool,
    export: list[str] | str,
) -> None:
    """Read the prompts, load the run, generate, write an npz and the chosen exports for each sample."""
    if num_samples < 1 or batch_size < 1:
        raise InputError(f"num_samples={num_samples} and batch_size={batch_size} must be 1 or more")

    from in2in.export.formats import find_formats
    from in2in.files.whole import write_text
    from in2in.kept import check_kept, check_prompts
    from in2in.motion.prompt import Prompt

    out, sharded = output_dir(), "_target_" in cfg.trainer
    if sharded and device != "auto":
        raise InputError(f"device={device} is for sampling without trainer=: choose trainer.devices= instead")
    if not sharded and cfg.trainer.precision != "32-true":
        told = f"trainer.precision={cfg.trainer.precision} is read with trainer=default or trainer=ddp"
        raise InputError(f"{told}: give precision= instead")
    settle_precision(cfg)
    exports = [export] if isinstance(export, str) else export
    find_formats(exports, "export")
    if scene is not None:
        return sample_scene(cfg, scene, exports, out)
    if prompts is not None:
        asked = read_prompts(prompts, seconds, seed)
    else:
        asked = [Prompt(prompt or "", individual1 or "", individual2 or "", seconds, seed)]
    if (count := len(asked) * num_samples) > MOST_SAMPLES:
        raise InputError(f"num_samples={num_samples}: {count} samples, at most {MOST_SAMPLES} are made at once")
    if cfg.get("annotator"):
        from in2in.cli.annotate import fill_in, fill_in_once

        asked = fill_in_once(cfg, asked, out / "annotated.json") if sharded else fill_in(cfg, asked)
    asked = [sample for one in asked for sample in one.samples(num_samples)]
    # a trainer moves it, in each of its processes to a device of its own
    place = "cpu" if sharded else chosen_device(device)
    dtype = None if sharded else chosen_dtype(cfg, place)
    generator = load_generator(cfg, place)
    if counted_noise:
        generator = generator.counted()
    if not sharded:
        generator.dtype = dtype
        check_kept(out, generator, cfg.trainer.precision)
        if kept := check_prompts(out, asked):
            print(f"{len(kept)} of {len(asked)} samples are there already and are kept")
        motions = generate(generator, asked, batch_size, first_length)
        save(motions, out)
    elif (motions := generate_sharded(cfg, generator, asked, out)) is None:
        return  # another process writes the rest
    for remark in dict.fromkeys(f"{motion.title!r} is {motion.remark}" for motion in motions if motion.remark):
        print(remark)
    write_exports(motions, out, exports)
    write_text(out / OVERRIDES, OmegaConf.to_yaml(HydraConfig.get().overrides.task))
    if (prior := chosen_prior(cfg)) is not None:
        write_text(out / "blend.yaml", OmegaConf.to_yaml(blend_parts(cfg, chosen_run(cfg), prior)))
    print(out)


def sample_scene(cfg: DictConfig, path: str, exports: Sequence[str], out: Path) -> None:
    """Generate the scene of a file, all of it anew."""
    from in2in.direction.scene_file import read_scene
    from in2in.kept import kept_samples

    for name in ("prompt", "individual1", "individual2", "prompts", "annotator"):
        if cfg.get(name):
            raise InputError(f"scene={path} has its own texts: leave {name}= out")
    if cfg.first_length or "_target_" in cfg.trainer:
        raise InputError(f"scene={path} is one scene: leave first_length= and trainer= out")
    if kept_samples(out):
        raise InputError(f"out={out} holds samples already, and scenes are not resumed: choose another")
    scene = read_scene(path)
    if cfg.seed:
        scene = replace(scene, seed=cfg.seed)
    device = chosen_device(cfg.device)
    generator = load_generator(cfg, device)
    generator.dtype = chosen_dtype(cfg, device)
    motions = generate(generator, scene, cfg.batch_size, num_samples=cfg.num_samples)
    save(motions, out)
    write_exports(motions, out, exports)
    print(out)


def generate(
    generator: "Generator",
    prompts: "list[Prompt] | Scene",
    batch_size: int,
    first_length: bool = False,
    num_samples: int = 1,
) -> "list[Motion]":
    """A motion for each prompt, with a progress bar."""
    with tqdm(desc="denoising", unit="step") as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return generator(
            prompts, num_samples=num_samples, batch_size=batch_size, on_step=advance, first_length=first_length
        )


def generate_sharded(
    cfg: DictConfig, generator: "Generator", prompts: "list[Prompt]", out: Path
) -> "list[Motion] | None":
    """A motion for each prompt by all devices of `trainer`, kept in `out` as they are made; in the first process."""
    if cfg.first_length:
        raise InputError("first_length=true makes batches in the order of the prompts: leave trainer= out")
    from in2in.prediction import sample

    trainer = instantiate(cfg.trainer, logger=False, enable_checkpointing=False)
    return sample(generator, prompts, out, trainer, cfg.batch_size)


def save(motions: "Sequence[Motion]", out: Path) -> None:
    """000.npz for each motion, unless it is there already.

    Raises:
        InputError: one holds NaN or infinite numbers; nothing is written then.
    """
    import numpy as np

    from in2in.kept import missing_samples
    from in2in.motion.sample_file import sample_path

    for number, motion in enumerate(motions):
        if motion.features is not None and not np.isfinite(motion.features).all():
            told = f"sample {number} of {motion.prompt.prompt!r} holds NaN or infinite numbers"
            raise InputError(f"{told}: the weights of run= are too large, take another checkpoint")
    for number in missing_samples(out, range(len(motions))):
        motions[number].save(sample_path(out, number))


def write_exports(motions: "Sequence[Motion]", out: Path, exports: Sequence[str] = ("html",)) -> None:
    """The exports of each motion beside its sample."""
    from in2in.export.choices import Choices
    from in2in.export.formats import find_formats, fitting_note
    from in2in.motion.sample_file import sample_path

    formats = find_formats(exports, "export")
    work = [(number, name) for number in range(len(motions)) for name in formats]
    for number, name in tqdm(work, desc="exporting", unit="file", disable=set(formats) <= {"html"}):
        formats[name].write(sample_path(out, number).with_suffix(""), motions[number], Choices())
        if formats[name].rigid:
            tqdm.write(f"{number:03d} as {name}: {fitting_note(motions[number])}")


if __name__ == "__main__":
    main()
