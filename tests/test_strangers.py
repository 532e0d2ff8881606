"""Data sets, checkpoints and maps of strangers: ids are plain names, links lead nowhere, pickles stay shut."""

import gzip
import os
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from conftest import TINY, Cli
from strangers import check_one_line, contents

from in2in.errors import InputError
from in2in.export.video import write_mp4
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts
from in2in.text.clip_folder import VOCABULARY, find_vocabulary, read_merges


class Command:
    """Unpickled, it runs a command."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def test_a_checkpoint_runs_nothing(run_folder: Path, dataset: Path, tmp_path: Path, cli: Cli) -> None:
    mark, run = tmp_path / "mark", tmp_path / "run"
    shutil.copytree(run_folder, run)
    last = run / "checkpoints" / "last.ckpt"
    content = torch.load(last, weights_only=True) | {"epoch_loop": Command(mark)}
    training = ["train", f"data_dir={dataset}", "trainer.max_epochs=2", *TINY]
    for protocol in (torch.save, lambda what, path: path.write_bytes(pickle.dumps(what))):
        protocol(content, last)
        check_one_line(cli("sample", "prompt=hug", f"run={run}", f"out={tmp_path}/out"), "cannot be read as a checkp")
        check_one_line(cli(*training, f"out={run}", "ckpt_path=last"), "cannot be read as a checkpoint")
        check_one_line(cli(*training, f"out={tmp_path}/new", f"ckpt_path={last}"), "cannot be read as a checkpoint")
        check_one_line(cli(*training, f"out={tmp_path}/new", f"weights_from={last}"), "cannot be read as a checkpoint")
    assert not mark.exists()
    assert not (tmp_path / "new").exists()


def test_a_checkpoint_holds_all_of_its_numbers(run_folder: Path, tmp_path: Path, cli: Cli) -> None:
    """Small files that would become large: a view that repeats one number, and a compressed archive."""
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    last = run / "checkpoints" / "last.ckpt"
    kept = torch.load(last, weights_only=True)
    torch.save(kept | {"state_dict": {"denoiser.x": torch.zeros(1).expand(10**6, 10**6)}}, last)
    check_one_line(cli("pack", f"run={run}", f"out={tmp_path}/packed"), "holds no weights of a run")
    torch.save({"state_dict": {"denoiser.x": torch.zeros(10**7)}}, last)
    with zipfile.ZipFile(last) as archive, zipfile.ZipFile(tmp_path / "small", "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    shutil.move(tmp_path / "small", last)
    for named in (run, last):
        check_one_line(cli("pack", f"run={named}", f"out={tmp_path}/packed"), "cannot be read as a checkpoint")
    assert not (tmp_path / "packed").exists()


def test_training_goes_on_in_no_folder_with_links_out(
    run_folder: Path, dataset: Path, tmp_path: Path, cli: Cli
) -> None:
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    shutil.move(run / "checkpoints", tmp_path / "outside")
    (run / "checkpoints").symlink_to(tmp_path / "outside")
    before = contents(tmp_path)
    finished = cli("train", f"data_dir={dataset}", f"out={run}", "ckpt_path=last", "trainer.max_epochs=2", *TINY)
    check_one_line(finished, "a link leads out of")
    assert contents(tmp_path) == before


def test_a_vocabulary_does_not_grow_without_end(tmp_path: Path) -> None:
    with gzip.open(tmp_path / VOCABULARY, "wb") as file:
        for _ in range(100):
            file.write(bytes(1 << 20))
    with pytest.raises(InputError, match="cannot be read as CLIP's"):
        read_merges(find_vocabulary(str(tmp_path / VOCABULARY)), 49408)


# Maps of joints

MAPS = {
    "code": {"read": {"_target_": "hydra.utils.get_object", "path": "os.system"}},
    "a call": {"read": {"_target_": "os.system", "command": "touch MARK"}},
    "a call that hydra itself allows": {"read": {"_target_": "numpy.savetxt", "fname": "MARK", "X": [1]}},
    "another class": {"_target_": "os.system", "command": "touch MARK"},
    "positional arguments": {"_args_": ["touch MARK"]},
    "a call in a joint": {"joints": {"pelvis": {"_target_": "os.getcwd"}}},
    "the environment": {"unit": "${oc.env:HOME}"},
    "a text elsewhere": {"texts": "../../secret.tsv"},
    "an absolute text": {"texts": "/etc/passwd"},
}


@pytest.mark.parametrize("name", MAPS)
def test_a_map_of_joints_calls_nothing(name: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "take.npy", np.zeros((60, 22, 3), np.float32))
    told = yaml.safe_dump({"joints": {"pelvis": "hips"}, "fps": 30} | MAPS[name]).replace("MARK", "mark")
    (tmp_path / "map.yaml").write_text(told)
    files = [f"files={tmp_path}/take.npy", f"map={tmp_path}/map.yaml", "out=made", "processes=1"]
    check_one_line(cli("prepare", "source=joints", *files), "map.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.yaml", "take.npy"]


@pytest.mark.parametrize("title", ["a\0b", "a\ud800b", "-y -f null"])
def test_films_of_any_title_in_any_file(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of somebody else's may be called anything; a name that begins with a dash is no option."""
    monkeypatch.chdir(tmp_path)
    write_mp4("-x.mp4", Motion(np.zeros((2, 2, 22, 3), np.float32), texts=Texts.single(title)), (64, 48))
    assert [path.name for path in tmp_path.iterdir()] == ["-x.mp4"]
    assert b"ftyp" in Path("-x.mp4").read_bytes()[:16]
