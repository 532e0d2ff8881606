"""Blends, and a run's best checkpoint, where a command takes a run."""

import json
import shutil
from pathlib import Path

import torch
from conftest import Cli

from in2in.pipeline import Motion
from in2in.runs.folder import read_run
from in2in.runs.provenance import weights_sha256


def test_recall_takes_a_blend(cli: Cli, run_folder: Path, prior_run: Path, dataset: Path, tmp_path: Path) -> None:
    given = [f"run={run_folder}", f"prior_run={prior_run}", "composition=constant", "composition.weight=0"]
    given += ["guidance=plain", "sampler=ddim", "sampler.steps=2", f"out={tmp_path / 'blend'}"]
    assert cli("blend", *given).code == 0
    asked = [f"data_dir={dataset}", "clips=2", "seeds=1"]
    same = ["guidance=plain", "sampler=ddim", "sampler.steps=2"]
    blended = cli("recall", f"run={tmp_path / 'blend'}", *asked, f"out={tmp_path / 'one'}")
    assert blended.code == 0, blended.err
    assert cli("recall", f"run={run_folder}", *asked, *same, f"out={tmp_path / 'two'}").code == 0
    one, two = (json.loads((tmp_path / name / "recall.json").read_text()) for name in ("one", "two"))
    assert one == two, "with a weight of 0 the blend is the interaction model"


def test_the_best_checkpoint_can_be_chosen(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    best = run / "checkpoints" / "best.ckpt"
    content = torch.load(best, weights_only=True)
    content["state_dict"]["denoiser.output.bias"] += 0.1
    torch.save(content, best)
    given = ["prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2", "export=[]"]
    for chosen in (best, run):
        finished = cli("sample", f"run={chosen}", *given, f"out={tmp_path / chosen.name}-made")
        assert finished.code == 0, finished.err
        made = Motion.load(tmp_path / f"{chosen.name}-made" / "000.npz").provenance
        assert made is not None
        assert made.run.weights == weights_sha256(read_run(chosen)[1])
    assert cli("pack", f"run={best}", f"out={tmp_path / 'packed'}").code == 0
    assert weights_sha256(read_run(tmp_path / "packed")[1]) == weights_sha256(read_run(best)[1])
    assert weights_sha256(read_run(best)[1]) != weights_sha256(read_run(run)[1])
