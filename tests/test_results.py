"""The paper in miniature at the smallest budget there is: every row, every table, and nothing is done twice."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Cli

SCRIPT = Path(__file__).parents[1] / "scripts" / "make_results.py"
TINY = ["model.width=16", "model.layers=1", "model.heads=2", "model.feed_forward=16", "head.heads=2"]
TINY += ["head.feed_forward=16", "data.batch_size=2", "callbacks.texts=null", "callbacks.samples=null", "logger=csv"]
TINY += ["trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_results", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_results"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_row_gets_its_figures(
    script: ModuleType, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def in_this_process(command: str, *arguments: str) -> None:
        finished = cli(command, *arguments)
        assert finished.code == 0, finished.err
        ran.append(command)

    monkeypatch.setattr(script, "in2in", in_this_process)
    numbers = {"steps": 2, "prior-steps": 2, "refining-steps": 2, "evaluator-steps": 2, "data-clips": 36}
    numbers |= {"evaluator-clips": 36, "clips": 3}
    numbers |= {"repeats": 2, "solver-steps": 2, "texts": 1, "samples": 2, "interactions": 1, "varied": 2}
    numbers |= {"candidates": 1, "seconds": 10}
    given = [f"--{name}={number}" for name, number in numbers.items()]
    given += ["--work", str(tmp_path / "work"), "--out", str(tmp_path / "results")]
    script.main([*given, *TINY])
    page = (tmp_path / "results.md").read_text()
    for name in ("recorded motion", *script.MODELS, *script.BLENDS, script.BUNDLED_ROW):
        assert f"| {name} |" in page, name
    assert "by chance 100.0%" in page
    assert "as published: prior and other texts" in page
    table = json.loads((tmp_path / "results" / "table.json").read_text())
    assert len(table["rows"]) == 3 + len(script.MODELS) + len(script.BLENDS)
    assert ran.count("train") == len(script.MODELS) + 3

    ran.clear()
    (tmp_path / "results" / "words.md").write_text("## What it says\n\nLittle.\n")
    script.main([*given, *TINY])
    assert set(ran) == {"evaluate"}, "trained, blended or prepared again"
    assert (tmp_path / "results.md").read_text() == page + "\n## What it says\n\nLittle.\n"
