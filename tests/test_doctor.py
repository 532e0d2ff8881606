"""The doctor finds what is planted, calls nothing else by name, and touches no data."""

import hashlib
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from hydra.utils import instantiate
from omegaconf import OmegaConf
from tensors import joints_of

from in2in.bench.people import write_dataset
from in2in.bench.planted_defects import DEFECTS
from in2in.check.dataset import Diagnosis, examine
from in2in.check.finding import Kind
from in2in.check.limits import Limits
from in2in.check.motion import floor_level, longest_run, motion_findings
from in2in.cli.entry import conf_dir
from in2in.data.layout import interaction_path, motion_path, read_split, split_path
from in2in.data.preparation import build_cache
from in2in.motion.motion import Motion
from in2in.text.tokens import TokenCount

LIMITS: Limits = instantiate(OmegaConf.load(conf_dir() / "check" / "check.yaml").limits)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A procedural data set whose training clips are more than there are defects."""
    folder = tmp_path_factory.mktemp("doctor") / "good"
    write_dataset(folder, clips=len(DEFECTS) + 18, seed=2)
    return folder


def copied(folder: Path, out: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            (out / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (out / path.relative_to(folder)).write_bytes(path.read_bytes())
    return out


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def spoiled(good: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The same with each defect in a clip of its own; which clip has which."""
    folder = copied(good, tmp_path_factory.mktemp("doctor") / "spoiled")
    draw = np.random.default_rng(0)
    chosen = dict(zip(read_split(folder, "train"), range(len(DEFECTS)), strict=False))
    assert len(chosen) == len(DEFECTS)
    for clip, number in chosen.items():
        DEFECTS[number].plant(folder, clip, draw)
    return folder, chosen


@pytest.fixture(scope="module")
def diagnosis(spoiled: tuple[Path, dict[str, int]]) -> Diagnosis:
    return examine(spoiled[0], LIMITS, TokenCount(), processes=2)


def test_nothing_is_found_in_a_good_data_set(good: Path) -> None:
    found = examine(good, LIMITS, TokenCount(), processes=1)
    assert found.findings == ()
    assert sum(part.clips for part in found.parts.values()) == len(DEFECTS) + 18
    frames = [len(np.load(path)) for path in (good / "motions_processed" / "person1").iterdir()]
    assert sum(part.hours for part in found.parts.values()) == pytest.approx(sum(frames) / 30 / 3600)
    assert found.with_individual_texts == len(frames)


def test_every_planted_defect_is_found_and_no_other_clip_is_suspected(
    spoiled: tuple[Path, dict[str, int]], diagnosis: Diagnosis
) -> None:
    found = defaultdict(set)
    for finding in diagnosis.findings:
        found[finding.clip.removesuffix("(1)").removeprefix("copy of ")].add(finding.kind)
    missed = [DEFECTS[number] for clip, number in spoiled[1].items() if DEFECTS[number].kind not in found[clip]]
    assert not missed
    assert set(found) == set(spoiled[1])


def test_processes_change_nothing(spoiled: tuple[Path, dict[str, int]], diagnosis: Diagnosis) -> None:
    assert examine(spoiled[0], LIMITS, TokenCount(), processes=1) == diagnosis


def test_real_people_are_not_suspected(raw: Motion) -> None:
    """Two people of InterHuman."""
    assert list(motion_findings("x", joints_of(raw), LIMITS)) == []


def test_real_people_are_suspected_when_they_are_moved(raw: Motion) -> None:
    def kinds(joints: torch.Tensor) -> set[Kind]:
        return {finding.kind for finding in motion_findings("x", joints, LIMITS)}

    away = joints_of(raw).clone()
    away[1, ..., 0] += 20
    assert kinds(away) == {Kind.FAR}
    inside = torch.stack([joints_of(raw)[0], joints_of(raw)[0] + 0.02])
    assert kinds(inside) == {Kind.INSIDE}
    held = joints_of(raw).clone()
    held[0, 50:65] = held[0, 50]
    assert Kind.FROZEN not in kinds(held), "14 steps without motion are less than half a second"
    held[0, 50:67] = held[0, 50]
    assert Kind.FROZEN in kinds(held)


def test_the_floor_is_where_the_lower_person_stands() -> None:
    joints = torch.zeros(2, 20, 22, 3)
    joints[0, ..., 1], joints[1, ..., 1] = 0.3, 0.1
    joints[1, 3:6, :, 1] = -0.5
    assert floor_level(joints) == pytest.approx(0.1)


def test_longest_run() -> None:
    assert longest_run(torch.tensor([1, 0, 1, 1, 0, 1, 1]).bool()) == (2, 2)
    assert longest_run(torch.zeros(4).bool()) == (0, 0)
    assert longest_run(torch.ones(4).bool()) == (0, 4)


def test_defects_of_interhuman_are_known_by_name(good: Path, tmp_path: Path) -> None:
    folder = copied(good, tmp_path / "interhuman")
    with open(split_path(folder, "train"), "a") as file:
        file.write("3945\n4106\n5000\n")
    interaction_path(folder, "38(1)").write_text("they bow\n")
    found = examine(folder, LIMITS, TokenCount(), processes=1).findings
    known = {(finding.clip, finding.kind): bool(finding.known) for finding in found}
    assert known == {
        ("3945", Kind.MISSING): True,
        ("4106", Kind.MISSING): True,
        ("5000", Kind.MISSING): False,
        ("38(1)", Kind.STRAY): True,
    }


def test_the_command_writes_its_reports_and_no_data(
    cli: Cli, spoiled: tuple[Path, dict[str, int]], diagnosis: Diagnosis, tmp_path: Path
) -> None:
    folder = spoiled[0]
    before = hashes(folder)
    finished = cli("check", f"data_dir={folder}", f"out={tmp_path / 'out'}", "processes=1", "page_clips=5")
    assert finished.code == 0, finished.err
    assert finished.out.splitlines()[-1] == str(tmp_path / "out")
    assert hashes(folder) == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["check.html", "check.json", "check.txt"]
    written = json.loads((tmp_path / "out" / "check.json").read_text())
    assert [(own["kind"], own["clip"]) for own in written["findings"]] == [(f.kind, f.clip) for f in diagnosis.findings]
    assert (tmp_path / "out" / "check.txt").read_text().strip() in finished.out
    page = (tmp_path / "out" / "check.html").read_text()
    assert page.count("data-take=") == 5
    assert all(finding.clip in page for finding in diagnosis.findings)


def test_the_ignore_list_lets_preparation_pass(cli: Cli, spoiled: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder = copied(spoiled[0], tmp_path / "data")
    listed = read_split(folder, "test")[0]
    split_path(folder, "ignore_list").write_text(f"{listed}\n")
    before = hashes(folder)
    del before["split/ignore_list.txt"]
    chosen = ["processes=1", "write_ignore_list=true", f"out={tmp_path / 'out'}"]
    finished = cli("check", f"data_dir={folder}", *chosen)
    assert finished.code == 0, finished.err
    after = hashes(folder)
    del after["split/ignore_list.txt"]
    assert after == before, "nothing but the ignore list is written"
    ignored = split_path(folder, "ignore_list").read_text().split()
    fatal = {Kind.MISSING, Kind.UNREADABLE, Kind.UNEQUAL, Kind.NAN, Kind.EMPTY, Kind.FROZEN, Kind.TELEPORT}
    planted = {clip for clip, number in spoiled[1].items() if DEFECTS[number].kind in fatal}
    assert planted | {listed} <= set(ignored)
    assert not set(build_cache(folder).clips) & set(ignored)
    again = cli("check", f"data_dir={folder}", *chosen)
    assert "0 clips were added" in again.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "data_dir is not given"),
        (["data_dir=nowhere"], "data_dir=nowhere has no motions_processed"),
        (["data_dir=GOOD", "ignore=[strange]"], "there is no kind 'strange'"),
        (["data_dir=GOOD", "limits.far=near"], "limits.far='near'"),
        (["data_dir=GOOD", "limits.height=1"], "Could not override 'limits.height'"),
        (["data_dir=GOOD", "processes=0"], "processes=0 must be 1 or more"),
        (["data_dir=GOOD", "tokenizer=nowhere"], "tokenizer=nowhere holds no CLIP tokenizer"),
        (["data_dir=NOSPLIT"], "has no split/train.txt"),
    ],
)
def test_bad_input_gets_one_line(
    cli: Cli, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    motion_path(tmp_path / "nosplit", "person1", "x").parent.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    places = {"GOOD": str(good), "NOSPLIT": "nosplit"}
    finished = cli("check", *(a.replace("GOOD", places["GOOD"]).replace("NOSPLIT", "nosplit") for a in arguments))
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-check: ")]
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before
