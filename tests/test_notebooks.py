"""The notebooks run from top to bottom, at tiny size."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

TINY: dict[str, dict[str, Any]] = {
    "quick_start": {},
    "dualmdm_schedules": {"interaction_run": "runs/interaction", "prior_run": "runs/prior", "seconds": 0.5},
    "bring_your_own_motion": {"clips": 4, "steps": 2},
}
"""By notebook, what stands in place of the cell of parameters."""


def run(notebook: Path, cli: Cli, **changed: Any) -> dict[str, Any]:
    """Run all cells of code, commands in this process; returns the names that they define."""

    def in2in(command: str, *options: str) -> None:
        finished = cli(command, *options)
        assert finished.code == 0, finished.err

    names: dict[str, Any] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
            names |= {"in2in": in2in} if "in2in" in names else {}
            if "parameters" in cell["metadata"].get("tags", ()):
                assert changed.keys() <= names.keys()
                names.update(changed)
    return names


def test_every_notebook_is_run() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == set(TINY)


@pytest.fixture
def here(run_folder: Path, prior_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run of an interaction model and one of a prior, to work in."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(prior_run, tmp_path / "runs" / "prior")
    shutil.copytree(run_folder, tmp_path / "runs" / "interaction")
    (tmp_path / "runs" / "interaction" / "checkpoints" / "last.ckpt").touch()  # the newest one
    return tmp_path


def test_quick_start(here: Path, cli: Cli) -> None:
    names = run(NOTEBOOKS / "quick_start.ipynb", cli, **TINY["quick_start"])
    assert str(names["run"]) == "runs/interaction"
    assert names["motions"][0].joints.shape == (2, 90, 22, 3)
    assert names["strict"]._repr_html_().startswith("<iframe")
    assert {path.name for path in here.glob("quick_start*")} == {
        *("quick_start.html", "quick_start_person1.bvh", "quick_start_person2.bvh")
    }


def test_what_the_schedule_does(here: Path, cli: Cli) -> None:
    names = run(NOTEBOOKS / "dualmdm_schedules.ipynb", cli, **TINY["dualmdm_schedules"])
    [axes] = names["figure"].axes
    labels = {text.get_text() for text in axes.texts}
    assert labels == set(names["schedules"])
    assert names["line"][-1] > 0
    assert len((here / "dualmdm_schedules.html").read_text().split('"blend":')) == 1 + len(labels)


def test_bring_your_own_motion(here: Path, cli: Cli) -> None:
    run(NOTEBOOKS / "bring_your_own_motion.ipynb", cli, **TINY["bring_your_own_motion"])
    made = {path.name for path in here.glob("mine*")}
    assert made == {"mine.npz", "mine.html", "mine.glb", "mine_person1.bvh", "mine_person2.bvh"}
    assert (here / "my_clips.html").is_file()
    assert (here / "runs" / "mine" / "checkpoints" / "last.ckpt").is_file()
