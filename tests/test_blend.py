"""DualMDM from the command line: an interaction model's run and a prior's run, blended."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TINY, Cli
from omegaconf import OmegaConf

from in2in.blend import blend
from in2in.diffusion.schedules import ConstantSchedule
from in2in.errors import InputError
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR, read_run

ASKED = ["prompt=one person waves", "individual1=a person waves the left hand", "seconds=1", "sampler=ddim"]


def joints(out: Path) -> np.ndarray:
    return np.load(out / "000.npz")["joints"]


def test_a_prior_takes_the_statistics_of_an_interaction_model(run_folder: Path, prior_run: Path) -> None:
    ours, theirs = read_run(run_folder)[1], read_run(prior_run)[1]
    assert torch.equal(ours["normalizer.mean"], theirs["normalizer.mean"])
    assert torch.equal(ours["normalizer.std"], theirs["normalizer.std"])


def test_weight_0_is_the_interaction_model_alone(cli: Cli, run_folder: Path, prior_run: Path, tmp_path: Path) -> None:
    given = [*ASKED, f"run={run_folder}", "guidance=plain", "sampler.steps=4"]
    blended = ["experiment=dualmdm", f"prior_run={prior_run}", "composition=constant"]
    assert cli("sample", *given, f"out={tmp_path / 'alone'}").code == 0
    none = cli("sample", *given, *blended, "composition.weight=0", f"out={tmp_path / 'none'}")
    assert none.code == 0, none.err
    assert f"blended with prior_run={prior_run}" in none.out
    some = cli("sample", *given, *blended, "composition.weight=0.5", f"out={tmp_path / 'some'}")
    assert some.code == 0, some.err
    np.testing.assert_array_equal(joints(tmp_path / "none"), joints(tmp_path / "alone"))
    record = OmegaConf.load(tmp_path / "some" / "blend.yaml")
    weights = (prior_run / "checkpoints" / "last.ckpt").read_bytes()
    assert record.prior_sha256 == hashlib.sha256(weights).hexdigest()
    assert record.composition.weight == 0.5
    assert np.abs(joints(tmp_path / "some") - joints(tmp_path / "alone")).max() > 1e-3


def test_a_blend_is_a_run_folder_of_its_own(cli: Cli, run_folder: Path, prior_run: Path, tmp_path: Path) -> None:
    parts = [f"run={run_folder}", f"prior_run={prior_run}", "composition=constant", "sampler.steps=4", "sampler=ddim"]
    assert cli("sample", *ASKED, *parts, "experiment=dualmdm", f"out={tmp_path / 'parts'}").code == 0
    for name, option in (("named", []), ("packed", ["pack=true"])):
        made = cli("blend", *parts, *option, f"out={tmp_path / name}")
        assert made.code == 0, made.err
    packed = (tmp_path / "packed").rename(tmp_path / "given away")
    for name in ("named", "given away"):
        finished = cli("sample", *ASKED[:-1], f"run={tmp_path / name}", f"out={tmp_path / name / 'out'}")
        assert finished.code == 0, finished.err
        np.testing.assert_array_equal(joints(tmp_path / name / "out"), joints(tmp_path / "parts"))
    assert str(tmp_path) not in (packed / "config.yaml").read_text()
    again = cli("blend", *parts, f"out={tmp_path / 'named'}")
    assert "holds a run already" in again.err
    other = cli("blend", f"run={packed}", *parts[1:], f"out={tmp_path / 'twice'}")
    assert "blends two runs and has no weights of its own" in other.err
    (packed / "prior" / "model.safetensors").write_bytes((packed / "interaction" / "model.safetensors").read_bytes())
    changed = cli("sample", *ASKED[:-1], f"run={packed}", f"out={tmp_path / 'changed'}")
    assert "prior_run=" in changed.err
    assert "holds other weights than those that were blended" in changed.err


def test_the_bundled_prior_goes_with_the_bundled_run(cli: Cli, tmp_path: Path) -> None:
    given = [*ASKED, f"run={BUNDLED}", "experiment=dualmdm", "sampler.steps=2", f"out={tmp_path / 'out'}"]
    finished = cli("sample", *given)
    assert finished.code == 0, finished.err
    assert f"blended with prior_run={BUNDLED_PRIOR}" in finished.out
    assert torch.equal(read_run(BUNDLED)[1]["normalizer.std"], read_run(BUNDLED_PRIOR)[1]["normalizer.std"])


def test_published_faults_are_switches_of_their_own(
    cli: Cli, run_folder: Path, prior_run: Path, tmp_path: Path
) -> None:
    given = [*ASKED, f"run={run_folder}", "experiment=dualmdm", f"prior_run={prior_run}", "sampler.steps=4"]
    given += ["composition=constant", "composition.weight=0.5"]
    changes = {
        "fixed": [],
        "shared": ["frame=shared"],
        "last": ["last_block=true"],
        "published": ["compat/sampling=published"],
        "both": ["frame=shared", "last_block=true", "convert=false"],
    }
    for name, change in changes.items():
        finished = cli("sample", *given, *change, f"out={tmp_path / name}")
        assert finished.code == 0, finished.err
    made = {name: joints(tmp_path / name) for name in changes}
    np.testing.assert_allclose(made["published"], made["both"], atol=1e-5)
    assert np.abs(made["fixed"] - made["shared"]).max() > 1e-4
    np.testing.assert_allclose(made["fixed"], made["last"], atol=1e-5)  # a prior of one block: its last is its first


def test_a_batch_may_be_made_at_its_first_samples_length_as_published(run_folder: Path) -> None:
    generator = Generator.from_pretrained(run_folder, sampler=None)
    prompts = [Prompt("they hug", seconds=1.0), Prompt("they wave", seconds=0.5), Prompt("they bow", seconds=0.8)]
    assert [len(motion.joints[0]) for motion in generator(prompts, batch_size=2)] == [30, 15, 24]
    published = generator(prompts, batch_size=2, first_length=True)
    assert [len(motion.joints[0]) for motion in published] == [30, 30, 24]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["run=RUN", "prior_run=RUN", "composition=exp"], "prior_run is not a run of a single-person prior"),
        (["run=PRIOR", "prior_run=RUN", "composition=exp"], "run is not a run of an interaction model"),
        (["run=RUN", "composition=exp"], "add prior_run=RUN"),
        (["run=RUN", "prior_run=PRIOR"], "needs a weighting schedule"),
        (["run=RUN", "prior_run=PRIOR", "composition=constant", "composition.weight=1.5"], "outside 0"),
    ],
)
def test_bad_blends_are_one_line(
    cli: Cli, run_folder: Path, prior_run: Path, tmp_path: Path, given: list[str], words: str
) -> None:
    places = [option.replace("RUN", str(run_folder)).replace("PRIOR", str(prior_run)) for option in given]
    finished = cli("sample", "prompt=they hug", *places, f"out={tmp_path / 'out'}")
    assert finished.code == 1
    assert words in finished.err
    assert len(finished.err.strip().splitlines()) == 1 or finished.err.count("in2in-sample:") == 1
    assert not (tmp_path / "out").exists()


def test_models_of_different_noise_do_not_blend(run_folder: Path, prior_run: Path) -> None:
    interaction, prior = Generator.from_pretrained(run_folder), Generator.from_pretrained(prior_run)
    prior.sampler.solver.alphas_cumprod = prior.sampler.solver.alphas_cumprod.square()
    with pytest.raises(InputError, match="different noise schedules"):
        blend(interaction, prior, ConstantSchedule(0.5))


def test_single_persons_do_not_train_an_interaction_model(cli: Cli, prior_run: Path, tmp_path: Path) -> None:
    finished = cli("train", f"data_dir={prior_run.parent / 'data'}", f"out={tmp_path / 'run'}", *TINY)
    assert finished.code == 1
    assert "holds single persons: use experiment=individual" in finished.err
