"""in2in-sample: generate motion from prompts with a trained run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from pydantic import TypeAdapter, ValidationError
from tqdm import tqdm

from in2in.cli.entry import command, output_dir
from in2in.cli.schema import check, options
from in2in.cli.sweep import OVERRIDES
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.pipeline import Generator, Motion, Prompt


@dataclass(frozen=True)
class SampleOptions:
    """The plain keys of conf/sample.yaml."""

    prompt: str | None
    individual1: str | None
    individual2: str | None
    prompts: str | None
    seconds: float
    num_samples: int
    seed: int
    run: str | None
    batch_size: int
    device: str
    first_length: bool
    export: list[str] | str


@command("sample")
def main(cfg: DictConfig) -> None:
    """Read the prompts, load the run, generate, write an npz and the chosen exports for each sample."""
    chosen = options(SampleOptions, cfg)
    check(cfg)
    if chosen.num_samples < 1 or chosen.batch_size < 1:
        raise InputError(f"num_samples={chosen.num_samples} and batch_size={chosen.batch_size} must be 1 or more")

    from in2in.export.formats import find_formats
    from in2in.pipeline import Prompt

    exports = [chosen.export] if isinstance(chosen.export, str) else chosen.export
    find_formats(exports, "export")
    if chosen.prompts is not None:
        prompts = read_prompts(Path(chosen.prompts), Prompt)
    else:
        own1, own2 = chosen.individual1 or "", chosen.individual2 or ""
        prompts = [Prompt(chosen.prompt or "", own1, own2, chosen.seconds, chosen.seed)]
    if cfg.get("annotator"):
        from in2in.cli.annotate import fill_in

        prompts = fill_in(cfg, prompts)
    prompts = [sample for prompt in prompts for sample in prompt.samples(chosen.num_samples)]
    generator = load_generator(cfg, chosen_device(chosen.device))
    out = output_dir()
    motions = generate(generator, prompts, chosen.batch_size, chosen.first_length)
    write_samples(motions, out, [f"seed {motion.prompt.seed}" for motion in motions], exports)
    OmegaConf.save(HydraConfig.get().overrides.task, out / OVERRIDES)
    if cfg.prior_run is not None:
        record_blend(cfg, out)
    print(out)


def chosen_device(device: str) -> str:
    """The device that an option names; auto is a GPU if there is one."""
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def generate(
    generator: "Generator", prompts: "list[Prompt]", batch_size: int, first_length: bool = False
) -> "list[Motion]":
    """A motion for each prompt, with a progress bar."""
    with tqdm(desc="denoising", unit="step") as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return generator(prompts, batch_size=batch_size, on_step=advance, first_length=first_length)


def write_samples(
    motions: "Sequence[Motion]", out: Path, notes: Sequence[str], exports: Sequence[str] = ("html",)
) -> None:
    """000.npz and its exports for each motion, with a few words beside each title."""
    from in2in.export.formats import find_formats, fitting_note

    formats = find_formats(exports, "export")
    work = [(number, name) for number in range(len(motions)) for name in formats]
    for number, motion in enumerate(motions):
        motion.save(out / f"{number:03d}.npz")
    for number, name in tqdm(work, desc="exporting", unit="file", disable=set(formats) <= {"html"}):
        take = motions[number].take(notes[number])
        formats[name].write(out / f"{number:03d}", take)
        if formats[name].rigid:
            tqdm.write(f"{number:03d} as {name}: {fitting_note(take)}")


def load_generator(cfg: DictConfig, device: str) -> "Generator":
    """The generator of `run`, or of the newest run; with the command's guidance and sampler where it names them.

    With `prior_run` it is blended with that prior by the command's composition.
    """
    from in2in.blend import blend
    from in2in.pipeline import Generator

    run = chosen_run(cfg)
    print(f"using run={run} on {device}")
    generator = Generator.from_pretrained(run, node(cfg, "guidance"), node(cfg, "sampler"), device)
    if cfg.get("prior_run") is None:
        if node(cfg, "composition") is not None:
            raise InputError("composition= blends in a prior: add prior_run=RUN, a run of experiment=individual")
        return generator
    if node(cfg, "composition") is None:
        raise InputError("prior_run= needs a weighting schedule: add composition=exp or experiment=dualmdm")
    print(f"blended with prior_run={cfg.prior_run}")
    prior = Generator.from_pretrained(cfg.prior_run, node(cfg, "prior_guidance"), node(cfg, "sampler"), device)
    schedule, frame = instantiate(cfg.composition), instantiate(cfg.frame)
    return blend(generator, prior, schedule, frame, cfg.convert, cfg.last_block)


def chosen_run(cfg: DictConfig) -> str:
    """The run that an option names, or the newest one."""
    from in2in.runs import newest_run

    return cfg.run or str(newest_run(Path("runs")))


def record_blend(cfg: DictConfig, out: Path) -> None:
    """blend.yaml: which two runs were blended, by their weights' hashes, and how."""
    from in2in.runs import fingerprint

    run = chosen_run(cfg)
    how = {key: cfg[key] for key in ("composition", "frame", "convert", "last_block")}
    hashes = {"run_sha256": fingerprint(run), "prior_sha256": fingerprint(cfg.prior_run)}
    OmegaConf.save({"run": run, "prior_run": cfg.prior_run, **hashes, **how}, out / "blend.yaml")


def node(cfg: DictConfig, key: str) -> dict[str, Any] | None:
    """A group's choice as plain data, None where nothing was chosen."""
    chosen = cfg.get(key)
    return OmegaConf.to_container(chosen, resolve=True) if chosen else None  # type: ignore[return-value]


def read_prompts(path: Path, kind: type) -> list:
    """A JSON lines file of prompts: prompt, individual1, individual2, seconds, seed (all but prompt optional)."""
    if not path.is_file():
        raise InputError(f"prompts={path} is not a file: give a JSON lines file of prompts")
    prompts = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict) or fields.keys() - kind.__dataclass_fields__.keys():
                raise InputError(f"{path}:{number}: expected an object with {', '.join(kind.__dataclass_fields__)}")
            prompts.append(TypeAdapter(kind).validate_python(fields))
        except json.JSONDecodeError as error:
            raise InputError(f"{path}:{number} is not JSON ({error.msg}): write one object a line") from error
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(f"{path}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error
    if not prompts:
        raise InputError(f"prompts={path} holds no prompt: write one JSON object a line")
    return prompts


if __name__ == "__main__":
    main()
