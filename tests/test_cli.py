"""The commands as people type them: prompts in any script, wrong options, and what lands in the folder."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import Cli
from hydra.core.override_parser.overrides_parser import OverridesParser

from in2in.cli.entry import quote_free_text
from in2in.runs.folder import BUNDLED, newest_run

TYPED = [
    "two people hug",
    "A bows, then B waves back; both smile",
    "they don't stop, it's a dance",
    'one says "hello" and waves',
    "'quoted' from the start",
    '"both" quoted',
    "[they] hug",
    "push (hard) = fall",
    "a {b} ${c} $d \\ back\\",
    "二人が握手する — обнимаются ❤",
    "100% sure? #1 @home | a & b: c; d!",
]


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("key", ["prompt", "+prompt", "+individual1"])
def test_what_people_type_reaches_the_prompt(text: str, key: str) -> None:
    from omegaconf import OmegaConf

    [override] = OverridesParser.create().parse_overrides([quote_free_text(f"{key}={text}")])
    value = OmegaConf.create({"text": override.value()}).text
    hydra_s_own = text[0] in "['\"" and text[-1] in "]'\""
    assert value == (text if not hydra_s_own else value)
    if not hydra_s_own:
        assert isinstance(value, str)


def test_options_that_are_not_text_are_left_alone() -> None:
    for argument in ("seconds=3", "guidance=plain", "-m", "run=a,b", "trainer.max_epochs=2", "hydra/launcher=joblib"):
        assert quote_free_text(argument) in (argument, argument.replace("run=a,b", "run='a,b'"))
    assert quote_free_text("run=a,b") == "run=a,b"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["out=FILE/x"], "in2in-sample: out=FILE/x cannot be made (Not a directory): choose another folder"),
        (["device=gpu7", "out=x"], "in2in-sample: device=gpu7 cannot be used here"),
        (["device=meta", "out=x"], "in2in-sample: device=meta cannot be used here"),
        (["num_samples=1e9", "out=x"], "in2in-sample: num_samples=1000000000: 1000000000 samples, at most 100000 are"),
        (["export=[html,fbx]", "out=x"], "in2in-sample: export: there is no format 'fbx'"),
    ],
)
def test_what_this_machine_cannot_do_is_one_line(
    cli: Cli, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (file := tmp_path / "file").touch()
    told = [option.replace("FILE", str(file)) for option in given]
    finished = cli("sample", "prompt=they hug", f"run={run_folder}", *told)
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if "in2in-sample" in line]
    assert words.replace("FILE", str(file)) in line
    assert "Traceback" not in finished.err
    assert list(tmp_path.iterdir()) == [file]


def sampled(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder) as data:
        return dict(data)


def test_a_sample_keeps_the_contract(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    prompt = 'A bows, B says "I\'m (fine)" = {ok}'
    given = [f"+prompt={prompt}", "+individual1=bows low", "seconds=1.5", "num_samples=2", "seed=7"]
    finished = cli("sample", f"run={run_folder}", f"out={tmp_path / 'made'}", *given)
    assert finished.code == 0, finished.err
    assert finished.out.splitlines()[-1] == str(tmp_path / "made")
    assert f"run={run_folder}" in finished.out
    assert sorted(p.name for p in (tmp_path / "made").iterdir()) == [
        "000.html",
        "000.npz",
        "001.html",
        "001.npz",
        "overrides.yaml",
    ]
    sample = sampled(tmp_path / "made" / "001.npz")
    assert sample["joints"].shape == (2, 45, 22, 3)
    assert sample["joints"].dtype == np.float32
    assert sample["features"].shape == (2, 45, 262)
    np.testing.assert_array_equal(sample["joints"], sample["features"][..., :66].reshape(2, 45, 22, 3))
    said = [str(sample[key]) for key in ("prompt", "individual1", "individual2")]
    assert said == [prompt, "bows low", ""]
    assert (int(sample["fps"]), int(sample["seed"])) == (30, 8)
    assert json.loads(str(sample["guidance"]))["joint"] == 3.0
    assert "B says" in (tmp_path / "made" / "001.html").read_text()


def test_the_same_seed_is_the_same_motion_alone_and_in_a_mixed_batch(
    cli: Cli, run_folder: Path, tmp_path: Path
) -> None:
    lines = [
        {"prompt": "they hug", "seconds": 2, "seed": 3},
        {"prompt": "they dance", "individual2": "spins", "seconds": 4.2, "seed": 4},
        {"prompt": "they wave", "seconds": 1, "seed": 3},
    ]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert cli("sample", f"run={run_folder}", f"prompts={tmp_path}/p.jsonl", f"out={tmp_path}/all").code == 0
    alone = ["prompt=they dance", "individual2=spins", "seconds=4.2", "seed=4"]
    assert cli("sample", f"run={run_folder}", f"out={tmp_path}/one", *alone).code == 0
    together, single = sampled(tmp_path / "all" / "001.npz"), sampled(tmp_path / "one" / "000.npz")
    assert together["joints"].shape == (2, 126, 22, 3)
    assert np.abs(together["joints"] - single["joints"]).max() < 1e-4


def test_other_solvers_and_guidance_by_name(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    chosen = ["sampler=dpm", "sampler.steps=5", "guidance=plain", "guidance.scale=2", "prompt=hug", "seconds=1"]
    finished = cli("sample", f"run={run_folder}", f"out={tmp_path}/made", *chosen)
    assert finished.code == 0, finished.err
    guidance = json.loads(str(sampled(tmp_path / "made" / "000.npz")["guidance"]))
    assert guidance == {"_target_": "in2in.diffusion.guidance.PlainGuidance", "scale": 2}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("sample", ["prompt=   ", "run=RUN"], "the prompt is empty"),
        ("sample", ["run=RUN"], "the prompt is empty"),
        ("sample", ["prompt=hug", "seconds=0", "run=RUN"], "seconds=0 is outside 0.5 to 10"),
        ("sample", ["prompt=hug", "seconds=1000", "run=RUN"], "seconds=1000 is outside"),
        ("sample", ["prompt=hug", "seconds=soon", "run=RUN"], "seconds='soon'"),
        ("sample", ["prompt=hug", "num_samples=0", "run=RUN"], "num_samples=0"),
        ("sample", ["prompt=hug", "sampler=ddim", "sampler.steps=1001", "run=RUN"], "sampler.steps=1001 must be 1 to"),
        ("sample", ["prompt=hug", "seed=-1", "run=RUN"], "seed=-1 is outside 0 to"),
        ("sample", ["prompt=hug", "run=nowhere"], "run=nowhere holds no config.yaml"),
        ("sample", ["prompt=hug", "run=UNTRAINED"], "holds no checkpoint"),
        ("sample", ["prompt=hug", "run=CUT"], "last.ckpt cannot be read as a checkpoint"),
        ("sample", ["prompt=hug", "sedonds=3", "run=RUN"], "sedonds is not an option: did you mean seconds?"),
        (
            "sample",
            ["prompt=hug", "+individal1=hugs", "run=RUN"],
            "individal1 is not an option: did you mean individual1?",
        ),
        ("sample", ["prompt=hug", "guidance=strong", "run=RUN"], "there is no guidance=strong: choose from"),
        ("sample", ["prompt=hug", "guidance=plain", "+guidance.power=1", "run=RUN"], "guidance.power is not an option"),
        ("sample", ["prompts=nothing.jsonl", "run=RUN"], "prompts=nothing.jsonl is not a file"),
        ("sample", ["prompts=BADLINES", "run=RUN"], "bad.jsonl:2 is not JSON"),
        ("sample", ["prompts=TOOLONG", "run=RUN"], "long.jsonl:1: seconds=99 is outside 0.5 to 10"),
        ("sample", ["prompts=NOTEXT", "run=RUN"], "nul.jsonl:1: the text 'a\\x00b' holds a character that is no text"),
        ("sample", ["prompts=BINARY", "run=RUN"], "binary.txt holds NUL bytes, which is no text"),
        ("sample", ["prompts=MIXED", "run=RUN"], "mixed.txt:2 looks like JSON among plain prompts"),
        ("sample", ["prompts=DEEP", "run=RUN"], "deep.jsonl:1 cannot be read as JSON"),
        ("sample", ["prompt=hug", "run=RUN", "+="], "the options cannot be read"),
        ("sample", ["prompt=hug", "run=RUN", "sampler=0.0"], "the options cannot be read (Config group override must"),
        ("sample", ["prompt=hug", "seconds=99", "run=RUN", "out=mine/results/new"], "seconds=99 is outside"),
        ("train", ["experiment=in2in"], "data_dir is not given"),
        ("train", ["data_dir=nowhere"], "data_dir=nowhere is not a folder"),
        ("train", ["data_dir=DATA", "model.wide=3"], "Could not override 'model.wide'"),
        ("train", ["data_dir=DATA", "model.width=wide"], "model.width='wide'"),
        ("train", ["data_dir=DATA", "ckpt_path=last"], "ckpt_path=last: there is no"),
        ("train", ["data_dir=DATA", "text=clip", "text.model=nowhere"], "text.model=nowhere"),
        ("prepare", ["source=interhuman"], "data_dir is not given"),
        ("prepare", ["source=bvh", "out=x"], "person1 is not given"),
        ("prepare", ["source=synthetic"], "out is not given"),
        ("recall", ["run=RUN"], "data_dir is not given"),
        ("evaluate", ["samples=nowhere", "data_dir=DATA"], "samples=nowhere holds no sample"),
    ],
)
def test_bad_input_gets_one_line_and_leaves_nothing(
    cli: Cli, run_folder: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name, arguments, words
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    shutil.copytree(run_folder, tmp_path / "untrained", ignore=shutil.ignore_patterns("*.ckpt"))
    shutil.copytree(run_folder, tmp_path / "cut")
    checkpoint = tmp_path / "cut" / "checkpoints" / "last.ckpt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    (tmp_path / "bad.jsonl").write_text('{"prompt": "hug"}\nhug\n')
    (tmp_path / "long.jsonl").write_text('{"prompt": "hug", "seconds": 99}\n')
    (tmp_path / "nul.jsonl").write_text('{"prompt": "a\\u0000b"}\n')
    (tmp_path / "binary.txt").write_bytes(b"hug\n\0\1\2")
    (tmp_path / "mixed.txt").write_text('two people hug\n{"prompt": "hug"}\n')
    (tmp_path / "deep.jsonl").write_text('{"prompt": ' + "[" * 200_000 + "\n")
    (tmp_path / "mine" / "results").mkdir(parents=True)
    places = {"TOOLONG": "long.jsonl", "NOTEXT": "nul.jsonl", "BINARY": "binary.txt", "MIXED": "mixed.txt"}
    places |= {"DEEP": "deep.jsonl"}
    places |= {"RUN": run_folder, "UNTRAINED": "untrained", "CUT": "cut", "DATA": dataset, "BADLINES": "bad.jsonl"}
    arguments = [re.sub(r"=([A-Z]{3,})$", lambda found: f"={places[found[1]]}", a) for a in arguments]
    before = sorted(tmp_path.rglob("*"))
    finished = cli(name, *arguments)
    assert finished.code != 0
    lines = [line for line in finished.err.splitlines() if line.strip() and "it/s" not in line]
    own = [line for line in lines if line.startswith(f"in2in-{name}: ")]
    assert len(own) == 1
    assert words in own[0]
    assert "Traceback" not in finished.err
    assert sorted(tmp_path.rglob("*")) == before


def test_the_newest_run_is_taken_and_said(
    cli: Cli, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = cli("sample", "prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2")
    assert bundled.code == 0, bundled.err
    assert f"run={BUNDLED}" in bundled.out
    shutil.rmtree(tmp_path / "samples")
    shutil.copytree(run_folder, tmp_path / "runs" / "demo" / "one")
    finished = cli("sample", "prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2")
    assert finished.code == 0, finished.err
    assert "run=runs/demo/one" in finished.out
    assert finished.out.splitlines()[-1].endswith(str(next((tmp_path / "samples").iterdir()).name))
    for later in ("prior", "evaluator", "broken"):
        folder = tmp_path / "runs" / later
        (folder / "checkpoints").mkdir(parents=True)
        (folder / "checkpoints" / "last.ckpt").touch()
    shutil.copy(BUNDLED.with_name("individual") / "config.yaml", tmp_path / "runs" / "prior")
    shutil.copy(BUNDLED.with_name("interclip") / "config.yaml", tmp_path / "runs" / "evaluator")
    assert newest_run(Path("runs")) == Path("runs/demo/one")


def test_recall_and_evaluate_report_their_figures(cli: Cli, run_folder: Path, dataset: Path, tmp_path: Path) -> None:
    given = [f"run={run_folder}", f"data_dir={dataset}", "clips=2", "seeds=1", f"out={tmp_path}/r"]
    finished = cli("recall", *given, "sampler=ddim", "sampler.steps=2")
    assert finished.code == 0, finished.err
    assert re.search(r"prompted one: \d of 2", finished.out)
    figures = json.loads((tmp_path / "r" / "recall.json").read_text())
    assert len(figures["error_cm"]) == 2
    assert cli("sample", f"run={run_folder}", "prompt=hug", "seconds=1", f"out={tmp_path}/s").code == 0
    finished = cli("evaluate", f"samples={tmp_path}/s", f"data_dir={dataset}", f"out={tmp_path}/e")
    assert finished.code == 0, finished.err
    quality = json.loads((tmp_path / "e" / "quality.json").read_text())
    assert quality["data"]["bone_drift"] < 0.01
    assert quality["samples"].keys() == quality["data"].keys() >= {"foot_sliding", "bone_drift", "jitter"}


def test_a_packed_run_samples_as_the_run_itself(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    assert cli("pack", f"run={run_folder}", f"out={packed}").code == 0
    assert str(tmp_path) not in (packed / "config.yaml").read_text()
    modes = {path.stat().st_mode for path in packed.iterdir()}
    assert len(modes) == 1, "somebody who may read config.yaml may not read the weights, or the other way round"
    for name, run in (("one", run_folder), ("two", packed)):
        given = ["prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2", f"run={run}"]
        assert cli("sample", *given, f"out={tmp_path / name}").code == 0
    one, two = (np.load(tmp_path / name / "000.npz")["joints"] for name in ("one", "two"))
    np.testing.assert_array_equal(one, two)
    assert "holds a run already" in cli("pack", f"run={run_folder}", f"out={packed}").err


def test_the_schedules_are_drawn(cli: Cli, tmp_path: Path) -> None:
    assert cli("schedules", f"out={tmp_path}").code == 0
    assert (tmp_path / "schedules.png").read_bytes().startswith(b"\x89PNG")


def test_a_sweep_makes_a_folder_for_each(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    out = [f"out={tmp_path}/sweep", "prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2"]
    finished = cli("sample", "-m", f"run={run_folder}", *out, "guidance=plain", "guidance.scale=1,2")
    assert finished.code == 0, finished.err
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.npz")) == [
        "sweep/0/000.npz",
        "sweep/1/000.npz",
    ]
    page = (tmp_path / "sweep" / "index.html").read_text()
    assert "0: guidance.scale=1" in page
    assert "1: guidance.scale=2" in page
    assert "seconds=0.5" not in page, "only what sets the jobs apart is told"
