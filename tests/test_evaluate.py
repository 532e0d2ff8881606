"""in2in-evaluate: the same digits whoever generates and however often it is killed, and bad input in one line."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from killing import files_end_at

from in2in.bench.known_truth import KnownTruth
from in2in.data.cache import MotionCache
from in2in.errors import InputError
from in2in.evaluation.generation import unusable
from in2in.evaluation.protocol import Protocol, plan
from in2in.evaluation.table import latex, markdown
from in2in.kept import missing_samples
from in2in.motion.sample_file import sample_path
from in2in.pipeline import Generator, Motion, Prompt
from in2in.prediction import GeneratorModule
from in2in.runs.folder import read_run

NUMBERS = ["protocol.retrieval=8", "protocol.diversity_pairs=8", "protocol.texts=2", "protocol.samples=3"]
NUMBERS += ["protocol.pairs=2", "repeats=2", "limit=9", "batch_size=4", "sampler=ddim", "sampler.steps=2"]
NUMBERS += ["trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]
FEW = Protocol(retrieval=8, diversity_pairs=8, texts=2, samples=3, pairs=2)


@pytest.fixture(scope="module")
def asked(run_folder: Path, evaluator_run: Path, bench: Path) -> list[str]:
    return [f"run={run_folder}", f"evaluator_run={evaluator_run}", f"data_dir={bench}", *NUMBERS]


@pytest.fixture(scope="module")
def finished(asked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whole evaluation."""
    out = tmp_path_factory.mktemp("evaluated") / "once"
    subprocess_run(asked, out)
    return out


def subprocess_run(arguments: list[str], out: Path, script: str = "", code: int = 0) -> str:
    main = f"import sys; {script}\nfrom in2in.cli.evaluate import main\nmain()"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    program = out.with_suffix(".py")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(main)
    ended = subprocess.run(
        [sys.executable, str(program), *arguments, f"out={out}"],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )
    assert ended.returncode == code, ended.stderr
    return ended.stderr


def same_bytes(one: Path, two: Path) -> None:
    for name in ("results.json", "manifest.json", "table.md", "table.tex"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_same_command_gives_the_same_bytes(asked: list[str], finished: Path, cli: Cli, tmp_path: Path) -> None:
    again = cli("evaluate", *asked, f"out={tmp_path / 'again'}")
    assert again.code == 0, again.err
    same_bytes(finished, tmp_path / "again")
    results = json.loads((finished / "results.json").read_text())
    assert list(results["rows"]) == ["recorded motion", "recorded, texts shuffled", "tiny"]
    assert results["clips"] == 9
    assert results["left_out"]["beyond limit=9"] > 0
    assert (finished / "pages" / "tiny.html").is_file()


def test_two_processes_give_the_same_bytes(asked: list[str], finished: Path, tmp_path: Path) -> None:
    subprocess_run([*asked, "trainer.devices=2", "trainer.strategy=ddp"], tmp_path / "two")
    same_bytes(finished, tmp_path / "two")


KILL = """
import os, signal
import numpy
write, written = numpy.savez_compressed, []
def dying(path, **arrays):
    written.append(path)
    write(path, **arrays)
    if len(written) == {at}:
        os.truncate(path, os.path.getsize(path) // 2)
        os.kill(os.getpid(), signal.SIGKILL)
numpy.savez_compressed = dying
"""


@pytest.mark.parametrize("room", [300_000, 600_000])
def test_a_full_disk_loses_nothing(asked: list[str], finished: Path, cli: Cli, tmp_path: Path, room: int) -> None:
    """While motion is kept, and while the tables and pages of an evaluation are written."""
    out = tmp_path / "full"
    with files_end_at(room):
        full = cli("evaluate", *asked, f"out={out}")
    assert full.code == 1
    [line] = [line for line in full.err.splitlines() if line.startswith("in2in-evaluate: ")]
    assert "cannot be written" in line
    assert "make room" in line
    kept = {file: file.stat().st_mtime_ns for file in out.glob("motions/*/*/*.npz")}
    again = cli("evaluate", *asked, f"out={out}")
    assert again.code == 0, again.err
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    same_bytes(finished, out)


def test_killed_while_it_writes_and_started_again(asked: list[str], finished: Path, cli: Cli, tmp_path: Path) -> None:
    out, kept = tmp_path / "killed", {}
    for at in (1, 5):
        subprocess_run(asked, out, KILL.format(at=at), code=-9)
        kept = {
            file: file.stat().st_mtime_ns for file in out.glob("motions/*/*/*.npz") if not file.name.startswith(".")
        }
        assert len(kept) == at - 1
    again = cli("evaluate", *asked, f"out={out}")
    assert again.code == 0, again.err
    same_bytes(finished, out)
    assert all(file.stat().st_mtime_ns == time for file, time in kept.items()), "made twice"


def test_a_finished_evaluation_generates_nothing_again(
    asked: list[str], finished: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file: file.stat().st_mtime_ns for file in finished.glob("motions/*/*/*.npz")}
    assert cli("evaluate", *asked, f"out={finished}").code == 0
    assert before == {file: file.stat().st_mtime_ns for file in finished.glob("motions/*/*/*.npz")}


def test_other_precision_is_another_model_and_what_is_not_used_is_said(
    asked: list[str], finished: Path, cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    shutil.copytree(finished, out)
    [kept] = (out / "motions").iterdir()
    before = {file: file.read_bytes() for file in kept.rglob("*.npz")}
    half = cli("evaluate", *asked, "repeats=1", "trainer.precision=bf16-mixed", f"out={out}")
    assert half.code == 0, half.err
    assert f"{out}/results.json held other figures (repeats, rows): they are kept as results-earlier-1.json" in half.out
    assert (out / "results-earlier-1.json").read_bytes() == (finished / "results.json").read_bytes()
    assert f"{kept}: other weights, other options or an earlier version made these, not used" in half.out
    [other] = set((out / "motions").iterdir()) - {kept}
    told = Motion.load(next(other.glob("*/000.npz"))).provenance
    assert told is not None
    assert told.precision == "bf16-mixed"
    assert {file: file.read_bytes() for file in kept.rglob("*.npz")} == before


def test_a_kept_motion_of_another_origin_is_not_measured(
    asked: list[str], finished: Path, cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    shutil.copytree(finished, out)
    chosen = sorted(out.glob("motions/*/*/008.npz"))[0]
    motion = Motion.load(chosen)
    assert motion.provenance is not None
    replace(motion, provenance=replace(motion.provenance, version="0.0.1")).save(chosen)
    refused = cli("evaluate", *asked, f"out={out}")
    assert refused.code == 1
    assert f"{chosen} was made in another way (version: 0.0.1, now " in refused.err


# ---- protocols


def test_fixed_uses_every_clip_once_with_its_first_words(bench: Path) -> None:
    made = plan(FEW, bench, "train", repeats=2)
    cache = MotionCache(bench)
    assert [item.clip for item in made.repeats[0].items] == cache.split("train")
    assert made.repeats[0].items == made.repeats[1].items
    for item in made.repeats[0].items[:5]:
        assert item.text == cache.texts(item.clip).interaction[0]
        assert item.features(cache).shape == (2, item.frames, 262)
        assert item.prompt(3).frames == item.frames
    seeds = [prompt.seed for repeat in made.repeats for prompt in repeat.prompts()]
    assert len(set(seeds)) == len(seeds)


def test_published_draws_and_drops_but_from_a_seed(bench: Path) -> None:
    published = Protocol(draw=True, drop_rest=True, retrieval=8, diversity_pairs=8, texts=2, samples=3, pairs=2)
    one, two = (plan(published, bench, "train", repeats=2, seed=4) for _ in range(2))
    assert one.manifest() == two.manifest()
    first, second = (repeat.items for repeat in one.repeats)
    assert len(first) == len(MotionCache(bench).split("train")) // 8 * 8
    assert first != second
    assert {item.swapped for item in first} == {False, True}
    cache = MotionCache(bench)
    swapped = next(item for item in first if item.swapped)
    told = cache.texts(swapped.clip)
    line = told.interaction.index(swapped.text)
    assert swapped.individuals == (told.individuals[1][line], told.individuals[0][line])
    other = plan(published, bench, "train", repeats=1, seed=5)
    assert other.repeats[0].items != first


def test_what_the_protocol_leaves_out_is_told(bench: Path) -> None:
    made = plan(Protocol(seconds=4, retrieval=2, diversity_pairs=2, texts=0), bench, "train", 1, limit=4)
    assert len(made.repeats[0].items) == 4
    assert all(item.frames <= 120 for item in made.repeats[0].items)
    assert made.left_out.keys() == {"longer than 4 s", "beyond limit=4"}
    clips = MotionCache(bench).split("train")
    assert sorted([*(item.clip for item in made.repeats[0].items), *chain(*made.left_out.values())]) == sorted(clips)


def test_batches_depend_on_nothing_but_the_prompts(run_folder: Path, tmp_path: Path) -> None:
    generator = Generator.from_pretrained(run_folder)
    prompts = [Prompt("hug", seconds=seconds, seed=k) for k, seconds in enumerate((2, 1, 3, 1))]
    made = GeneratorModule(generator, prompts, tmp_path, batch_size=2)
    assert made.batches() == [[1, 3], [0, 2]]
    for number in (0, 1, 3):
        sample_path(tmp_path, number).touch()
    assert made.batches() == [[1, 3], [0, 2]]
    assert missing_samples(tmp_path, range(4)) == [2]
    assert GeneratorModule(generator, prompts, tmp_path, batch_size=2, first_length=True).batches() == [[0, 1], [2, 3]]


# ---- bad input


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "data_dir is not given"),
        (["data_dir=BENCH", "evaluator_run=RUN"], "is not a run of an evaluator"),
        (["data_dir=BENCH", "evaluator_run=OTHER"], "does not fit what this version reads, two persons with 262"),
        (["data_dir=BENCH", "evaluator_run=EVALUATOR", "limit=7"], "protocol.retrieval=8 needs as many clips, there"),
        (["data_dir=BENCH", "evaluator_run=EVALUATOR", "protocol.diversity_pairs=300"], "set it to 9"),
        (["data_dir=BENCH", "evaluator_run=EVALUATOR", "protocol.pairs=9"], "protocol.pairs=9 random pairs need"),
        (["data_dir=BENCH", "evaluator_run=EVALUATOR", "metric=individual_diversity"], "compares a model with its"),
        (["data_dir=BENCH", "evaluator_run=EVALUATOR", "repeats=0"], "repeats=0 must be 1 or more"),
        (["data_dir=BENCH", "evaluator_run=nowhere"], "evaluator_run=nowhere holds no config.yaml"),
    ],
)
def test_bad_input_is_one_line_before_anything_is_generated(
    cli: Cli, bench: Path, run_folder: Path, evaluator_run: Path, tmp_path: Path, given: list[str], words: str
) -> None:
    other = tmp_path / "other"
    (other / "checkpoints").mkdir(parents=True)
    weights = read_run(evaluator_run)[1]
    weights["evaluator.network.motion.embed.weight"] = torch.zeros(32, 2 * 259)
    torch.save({"state_dict": weights}, other / "checkpoints" / "last.ckpt")
    (other / "config.yaml").write_text((evaluator_run / "config.yaml").read_text())
    places = {"BENCH": bench, "RUN": run_folder, "OTHER": other, "EVALUATOR": evaluator_run}
    named = [
        argument.split("=")[0] + "=" + str(places.get(argument.split("=")[1], argument.split("=")[1]))
        for argument in given
    ]
    kept = [own for own in NUMBERS if own.split("=")[0] not in {argument.split("=")[0] for argument in given}]
    ended = cli("evaluate", f"run={run_folder}", *kept, *named, f"out={tmp_path / 'out'}")
    assert ended.code == 1
    assert words in ended.err
    assert ended.err.strip().splitlines()[-1].startswith("in2in-evaluate: ")
    assert not list(tmp_path.glob("out/**/*.npz"))


def test_motions_that_cannot_be_measured_are_counted_and_told(
    asked: list[str], finished: Path, cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "broken"
    shutil.copytree(finished, out)
    chosen = sorted(out.glob("motions/*/*/008.npz"))[0]
    with np.load(chosen) as kept:
        arrays = {name: kept[name].copy() for name in kept}
    arrays["features"][0, 3, 7] = np.nan
    np.savez_compressed(chosen, **arrays)
    given = [own for own in asked if "retrieval" not in own and "diversity_pairs" not in own]
    ended = cli("evaluate", *given, "protocol.retrieval=4", "protocol.diversity_pairs=4", f"out={out}")
    assert ended.code == 0, ended.err
    row = json.loads((out / "results.json").read_text())["rows"]["tiny"]
    assert sum(row["unusable"].values()) == 1
    assert "1 motions not finite" in ended.out


def test_a_model_that_ignores_its_lengths_is_noticed() -> None:
    prompts = [Prompt("hug", seconds=1), Prompt("hug", seconds=1), Prompt("hug", seconds=1)]
    motions = [torch.zeros(2, 30, 262), torch.zeros(2, 31, 262), torch.full((2, 30, 262), torch.nan)]
    assert list(unusable(motions, prompts)) == [(1, "of another length"), (2, "not finite")]


# ---- tables


def test_tables_hold_means_and_intervals() -> None:
    def row(**figures: tuple[float, float | None]) -> dict:
        return {
            "unusable": {},
            "figures": {name.replace("_", " "): {"mean": m, "half_width_95": h} for name, (m, h) in figures.items()},
        }

    rows = {"recorded motion": row(FID=(0.0, None)), "a_b": row(FID=(5.1234, 0.0456), contact_recall=(0.5, 0.01))}
    rows["a_b"]["unusable"] = {"not finite": 2}
    extras = {KnownTruth.title: KnownTruth.columns}
    table = markdown(rows, extras)
    assert "| a_b | 5.123 ± 0.046 |" in table
    assert "| a_b | 50.0 ± 1.0 |" in table
    assert "| recorded motion | 0.000 |" in table
    assert "a_b: 2 motions not finite" in table
    assert r"a\_b & $5.123^{\pm0.046}$ \\" in latex(rows, extras)
    assert r"contact recall, \% $\uparrow$" in latex(rows, extras)


def test_fewer_clips_than_a_batch_are_an_error(bench: Path) -> None:
    with pytest.raises(InputError, match="retrieval=96 needs as many clips"):
        plan(Protocol(), bench, "val", 1)
