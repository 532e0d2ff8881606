"""What made a sample stands in it, and samples of different origin are never mixed without a word."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from omegaconf import OmegaConf

from in2in.models.denoiser import Network
from in2in.motion.provenance import Provenance
from in2in.pipeline import Generator, Motion, Prompt
from in2in.runs.folder import identity, read_run
from in2in.runs.provenance import weights_sha256

SHARDED = ["trainer=default", "trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]
FEW = ["sampler=ddim", "sampler.steps=2"]


@pytest.fixture
def asked(run_folder: Path, tmp_path: Path) -> list[str]:
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "hug", "seconds": 0.5}\n{"prompt": "bow", "seconds": 0.6}\n')
    return [f"run={run_folder}", f"prompts={tmp_path / 'prompts.jsonl'}", f"out={tmp_path / 'made'}", "export=[]"]


def altered(run: Path, out: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """A copy of a run with other weights."""
    shutil.copytree(run, out)
    checkpoint = torch.load(out / "checkpoints" / "last.ckpt", weights_only=True)
    change(checkpoint["state_dict"])
    torch.save(checkpoint, out / "checkpoints" / "last.ckpt")
    return out


def nudge(weights: dict[str, torch.Tensor]) -> None:
    weights["denoiser.output.bias"][0] += 1e-6


def test_a_sample_says_what_made_it(cli: Cli, run_folder: Path, prior_run: Path, tmp_path: Path) -> None:
    given = ["prompt=hug", "seconds=0.5", f"run={run_folder}", *FEW, "export=[]"]
    assert cli("sample", *given, "guidance=plain", "guidance.scale=2", f"out={tmp_path / 'one'}").code == 0
    with np.load(tmp_path / "one" / "000.npz") as kept:
        told = json.loads(str(kept["provenance"]))
    assert told["run"]["folder"] == str(run_folder)
    assert told["run"]["weights"] == weights_sha256(read_run(run_folder)[1])
    assert told["sampler"] == {"solver": "DDIMScheduler", "steps": 2}
    assert told["guidance"]["scale"] == 2
    assert told["precision"] == "32-true"
    assert told["prior_run"] is None
    blended = ["experiment=dualmdm", f"prior_run={prior_run}", "composition.rate=0.01", "convert=false"]
    assert cli("sample", *given, *blended, f"out={tmp_path / 'two'}").code == 0
    made = Motion.load(tmp_path / "two" / "000.npz").provenance
    assert made is not None
    assert made.prior_run is not None
    assert made.prior_run.weights == weights_sha256(read_run(prior_run)[1])
    assert made.composition is not None
    assert {"schedule": "ExponentialSchedule", "rate": 0.01, "convert": False}.items() <= made.composition.items()
    assert made.composition["prior_guidance"]["scale"] == 2.5


def test_the_hash_is_of_every_number_of_every_tensor() -> None:
    weights = {"b": torch.zeros(3), "a": torch.ones(2, 2, dtype=torch.bfloat16), "c": torch.tensor(4)}
    reordered = {name: weights[name].clone() for name in ("c", "a", "b")}
    assert weights_sha256(reordered) == weights_sha256(weights)
    changes = [{"b": torch.tensor([0.0, 0.0, 1e-30])}, {"b": torch.zeros(3, 1)}, {"a": torch.ones(2, 2)}]
    changes += [{"c": torch.tensor(5)}, {"d": torch.zeros(0)}]
    assert len({weights_sha256(weights | change) for change in changes} | {weights_sha256(weights)}) == 6


def overflow(weights: dict[str, torch.Tensor]) -> None:
    weights["denoiser.output.bias"][0] = float("inf")


def test_a_motion_that_is_not_finite_is_not_written(
    cli: Cli, run_folder: Path, asked: list[str], tmp_path: Path
) -> None:
    refused = cli("sample", *asked[1:], *FEW, f"run={altered(run_folder, tmp_path / 'other', overflow)}")
    assert refused.code == 1
    assert "sample 0 of 'hug' holds NaN or infinite numbers" in refused.err.splitlines()[-1]
    assert not list((tmp_path / "made").glob("*"))


OTHERS = {
    "run.weights": lambda run, folder: [f"run={altered(run, folder / 'other', nudge)}"],
    "sampler.steps": lambda run, folder: ["sampler.steps=3"],
    "sampler.solver": lambda run, folder: ["sampler=unipc", "sampler.steps=2"],
    "guidance.joint": lambda run, folder: ["guidance=in2in", "guidance.joint=2"],
    "precision": lambda run, folder: ["trainer.precision=bf16-mixed"],
}


@pytest.mark.parametrize("name", OTHERS)
def test_resuming_with_something_else_is_an_error_that_names_it(
    cli: Cli, run_folder: Path, asked: list[str], tmp_path: Path, name: str
) -> None:
    assert cli("sample", *asked, *SHARDED, *FEW).code == 0
    (tmp_path / "made" / "001.npz").unlink()
    before = (tmp_path / "made" / "000.npz").read_bytes()
    refused = cli("sample", *asked, *SHARDED, *FEW, *OTHERS[name](run_folder, tmp_path))
    assert refused.code == 1
    line = refused.err.strip().splitlines()[-1]
    assert line.startswith(f"in2in-sample: {tmp_path}/made/000.npz was made in another way ({name}: ")
    assert "choose another out=" in line
    assert (tmp_path / "made" / "000.npz").read_bytes() == before
    assert not (tmp_path / "made" / "001.npz").exists()


def test_a_sample_beyond_the_prompts_counts_too(cli: Cli, asked: list[str], tmp_path: Path) -> None:
    assert cli("sample", *asked, *SHARDED, *FEW).code == 0
    (tmp_path / "made" / "000.npz").unlink()
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "hug", "seconds": 0.5}\n')
    refused = cli("sample", *asked, *SHARDED, "sampler=ddim", "sampler.steps=3")
    assert "001.npz was made in another way (sampler.steps: 2, now 3)" in refused.err


def test_the_same_weights_elsewhere_are_the_same_origin(
    cli: Cli, run_folder: Path, asked: list[str], tmp_path: Path
) -> None:
    assert cli("sample", *asked, *SHARDED, *FEW).code == 0
    moved, packed = tmp_path / "moved", tmp_path / "packed"
    shutil.copytree(run_folder, moved)
    assert cli("pack", f"run={run_folder}", f"out={packed}").code == 0
    told = OmegaConf.load(moved / "config.yaml")
    told.out = told.trainer.default_root_dir = str(moved)
    OmegaConf.save(told, moved / "config.yaml")
    for run in (moved, packed):
        assert identity(run) == identity(run_folder)
        again = cli("sample", *asked[1:], *SHARDED, *FEW, f"run={run}")
        assert again.code == 0, again.err
        assert "2 of 2 samples are there already" in again.out
    assert identity(altered(run_folder, tmp_path / "other", nudge)) != identity(run_folder)
    heads = OmegaConf.load(moved / "config.yaml")
    heads.model.heads = 4
    OmegaConf.save(heads, moved / "config.yaml")
    assert identity(moved) != identity(run_folder)
    refused = cli("sample", *asked[1:], *SHARDED, *FEW, f"run={moved}")
    assert "(run.configuration.model.heads: 2, now 4)" in refused.err


def without_provenance(path: Path) -> None:
    """As earlier versions wrote it."""
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in kept if name != "provenance"}
    np.savez_compressed(path, **arrays)


def test_a_sample_of_an_earlier_version_is_read_but_not_mixed(cli: Cli, asked: list[str], tmp_path: Path) -> None:
    assert cli("sample", *asked, *SHARDED, *FEW).code == 0
    old = tmp_path / "made" / "000.npz"
    without_provenance(old)
    motion = Motion.load(old)
    assert (motion.prompt.prompt, motion.provenance) == ("hug", None)
    motion.save(tmp_path / "again.npz")
    assert Motion.load(tmp_path / "again.npz").provenance is None
    exported = cli("export", f"files={old}", "to=[csv]")
    assert exported.code == 0, exported.err
    refused = cli("sample", *asked, *SHARDED, *FEW)
    assert refused.code == 1
    assert "000.npz is of unknown origin" in refused.err


def test_plain_sampling_never_writes_over_samples(cli: Cli, run_folder: Path, asked: list[str], tmp_path: Path) -> None:
    assert cli("sample", *asked, *FEW).code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    for other, words in (
        ("num_samples=2", "001.npz is a sample of another prompt"),
        ("sampler.steps=3", "000.npz was made in another way (sampler.steps: 2, now 3): choose another out="),
        (f"run={altered(run_folder, tmp_path / 'other', nudge)}", "000.npz was made in another way (run.weights: "),
    ):
        refused = cli("sample", *asked, *FEW, other)
        assert refused.code == 1
        assert words in refused.err
        assert {path: path.read_bytes() for path in (tmp_path / "made").iterdir()} == before
    (tmp_path / "made" / "001.npz").unlink()  # as a full disk leaves it
    kept = (tmp_path / "made" / "000.npz").stat().st_mtime_ns
    again = cli("sample", *asked, *FEW)
    assert again.code == 0, again.err
    assert "1 of 2 samples are there already and are kept" in again.out
    assert (tmp_path / "made" / "000.npz").stat().st_mtime_ns == kept
    assert Motion.load(tmp_path / "made" / "001.npz").prompt.prompt == "bow"


def test_figures_of_mixed_samples_are_refused(cli: Cli, dataset: Path, asked: list[str], tmp_path: Path) -> None:
    assert cli("sample", *asked, *FEW).code == 0
    given = [f"samples={tmp_path / 'made'}", f"data_dir={dataset}", f"out={tmp_path / 'figures'}"]
    measured = cli("evaluate", *given)
    assert measured.code == 0, measured.err
    assert "DDIMScheduler in 2 steps, 32-true" in measured.out
    path = tmp_path / "made" / "001.npz"
    motion = Motion.load(path)
    assert motion.provenance is not None
    replace(motion, provenance=replace(motion.provenance, sampler={"solver": "DDIMScheduler", "steps": 9})).save(path)
    refused = cli("evaluate", *given)
    assert refused.code == 1
    assert "001.npz was made in another way (sampler.steps: 9, now 2)" in refused.err


def test_ddp_samples_in_full_precision_unless_told_otherwise(cli: Cli, asked: list[str], tmp_path: Path) -> None:
    sharded = ["trainer=ddp", *SHARDED[1:], *FEW, "trainer.strategy=auto"]
    assert cli("sample", *asked, *sharded).code == 0
    made = Motion.load(tmp_path / "made" / "000.npz")
    assert made.provenance is not None
    assert made.provenance.precision == "32-true"
    assert cli("sample", *asked[:2], "export=[]", *FEW, f"out={tmp_path / 'plain'}").code == 0
    np.testing.assert_allclose(Motion.load(tmp_path / "plain" / "000.npz").joints, made.joints, atol=1e-5)
    half = cli("sample", *asked[:2], "export=[]", *sharded, "trainer.precision=bf16-mixed", f"out={tmp_path / 'half'}")
    assert half.code == 0, half.err
    told = Motion.load(tmp_path / "half" / "000.npz").provenance
    assert told is not None
    assert told.precision == "bf16-mixed"


def test_precision_without_a_trainer_is_an_error(cli: Cli, asked: list[str]) -> None:
    refused = cli("sample", *asked, *FEW, "trainer.precision=bf16-mixed")
    assert "trainer.precision=bf16-mixed is read with trainer=default or trainer=ddp" in refused.err


def test_precision_is_chosen_by_one_name_everywhere_and_told(cli: Cli, asked: list[str], tmp_path: Path) -> None:
    assert cli("sample", *asked, *FEW, "precision=bf16").code == 0
    assert told_of(tmp_path / "made").precision == "bf16-mixed"
    kept = cli("sample", *asked, *FEW)
    assert "precision: bf16-mixed, now 32-true" in kept.err
    sharded = cli("sample", *asked[:2], "export=[]", *SHARDED, *FEW, "precision=bf16", f"out={tmp_path / 'many'}")
    assert sharded.code == 0, sharded.err
    assert told_of(tmp_path / "many").precision == "bf16-mixed"
    for command in ("sample", "train", "evaluate"):
        given = [f"data_dir={tmp_path}"] if command != "sample" else []
        assert "precision=int8: choose fp32, bf16, fp16" in cli(command, *given, "precision=int8").err
        assert "precision=fp16 needs a GPU" in cli(command, *given, "precision=fp16").err


def told_of(folder: Path) -> Provenance:
    made = Motion.load(folder / "000.npz").provenance
    assert made is not None
    return made


def test_compiled_networks_give_the_same_motion_at_any_length_and_tell_of_it(run_folder: Path) -> None:
    plain, compiled = (Generator.from_pretrained(run_folder) for _ in range(2))
    for part in compiled.denoiser.modules():
        if isinstance(part, Network):
            part.compile(
                dynamic=True, backend="aot_eager"
            )  # traced and differentiated, without a C++ compiler's minute
    for generator in (plain, compiled):
        generator.sampler.steps = 2
    for seconds in (0.5, 0.7):
        [one], [other] = (generator(Prompt("hug", seconds=seconds)) for generator in (plain, compiled))
        np.testing.assert_allclose(one.joints, other.joints, atol=1e-4)
        assert other.provenance is not None
        assert other.provenance.precision == "32-true, compiled"


def test_with_a_trainer_no_process_loads_onto_the_first_gpu(
    cli: Cli, asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a GPU in sight the generator is still loaded on the CPU: Lightning moves it to each process's own device."""
    loaded: list[str] = []
    real = Generator.from_pretrained.__func__  # type: ignore[attr-defined]

    def spying(cls: type, run: str, guidance: object, sampler: object, device: str, decoding: object) -> Generator:
        loaded.append(device)
        return real(cls, run, guidance, sampler, "cpu", decoding)

    monkeypatch.setattr(Generator, "from_pretrained", classmethod(spying))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    finished = cli("sample", *asked, *SHARDED, *FEW)
    assert finished.code == 0, finished.err
    assert loaded == ["cpu"]
    refused = cli("sample", *asked, *SHARDED, *FEW, "device=cpu")
    assert "device=cpu is for sampling without trainer=" in refused.err


def test_a_generator_tells_the_precision_it_computes_in(run_folder: Path) -> None:
    generator = Generator.from_pretrained(run_folder, sampler=None)
    generator.sampler.steps = 1
    with torch.autocast("cpu", torch.bfloat16):
        [half] = generator(Prompt("hug", seconds=0.5))
    [full] = generator(Prompt("hug", seconds=0.5))
    assert half.provenance is not None
    assert full.provenance is not None
    assert (half.provenance.precision, full.provenance.precision) == ("bf16-mixed", "32-true")
    assert full.provenance.difference(half.provenance) == "precision: 32-true, now bf16-mixed"


def test_a_later_version_may_tell_more(run_folder: Path) -> None:
    made = Generator.from_pretrained(run_folder).provenance
    assert made is not None
    told = json.loads(made.to_json())
    assert Provenance.from_json(json.dumps({**told, "temperature": 3})) == made
    del told["precision"]
    with pytest.raises(ValueError, match="its provenance is incomplete"):
        Provenance.from_json(json.dumps(told))
