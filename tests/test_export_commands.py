"""in2in-export, in2in-sample export= and a motion that takes itself away."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pybvh
import pytest
from conftest import Cli
from takes import pushed, sample_of

from in2in.export.formats import FORMATS
from in2in.motion.motion import Motion
from in2in.motion.sample_file import read_sample
from in2in.pipeline import Prompt


@pytest.fixture(scope="module")
def take() -> Motion:
    return pushed()


def test_samples_are_exported_in_all_formats(cli: Cli, take: Motion, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.importorskip("imageio_ffmpeg")
    (tmp_path / "made").mkdir()
    assert take.rotations is not None
    short = take.crop(0, 8)
    for number in range(2):
        sample_of(short, tmp_path / "made" / f"00{number}.npz")
    out = tmp_path / "taken away"
    names = ",".join(FORMATS)
    finished = cli("export", f"files={tmp_path}/made/*.npz", f"to=[{names}]", f"out={out}")
    assert finished.code == 0, finished.err
    assert finished.out.splitlines()[-1] == str(out)
    assert finished.out.count("cm from the joints on average") == 6  # BVH, GLB, SMPL-H
    endings = [".bvh", ".csv", ".gif", ".glb", ".html", ".mp4", ".npz", ".png"]
    assert sorted({path.suffix for path in out.iterdir()}) == endings
    assert len(list(out.iterdir())) == 2 * 10
    assert read_sample(tmp_path / "made" / "000.npz").texts.first_individuals == ("one waves", "")


def test_what_was_exported_before_is_no_sample(cli: Cli, dataset: Path, take: Motion, tmp_path: Path) -> None:
    for name in ("hug", "push"):
        (tmp_path / name).mkdir()
        sample_of(take, tmp_path / name / "000.npz")
    given = f"files={tmp_path}/*/*.npz"
    for _ in range(2):
        finished = cli("export", given, "to=smpl")
        assert finished.code == 0, finished.err
    finished = cli("export", given, "to=csv", f"out={tmp_path}/all")
    assert finished.code == 0, finished.err
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["hug_000.csv", "push_000.csv"]
    finished = cli("evaluate", f"samples={tmp_path}/hug", f"data_dir={dataset}", f"out={tmp_path}/e")
    assert finished.code == 0, finished.err


def test_files_may_be_a_list_of_files_folders_and_patterns(cli: Cli, take: Motion, tmp_path: Path) -> None:
    for name in ("one/000", "two/deep/001", "two/002", "some [x] 3/003", "four/004"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        sample_of(take, tmp_path / f"{name}.npz")
    given = f"['{tmp_path}/one/000.npz',{tmp_path}/two,'{tmp_path}/some [x] 3/003.npz',{tmp_path}/f*/*.npz]"
    finished = cli("export", f"files={given}", "to=csv", f"out={tmp_path}/all")
    assert finished.code == 0, finished.err
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [f"00{n}.csv" for n in range(5)]
    finished = cli("export", f"files=[{tmp_path}/one/000.npz,{tmp_path}/one]", "to=csv", f"out={tmp_path}/once")
    assert [path.name for path in (tmp_path / "once").iterdir()] == ["000.csv"], finished.err
    finished = cli("export", f"files=[{tmp_path}/one,nowhere]", "to=csv", f"out={tmp_path}/none")
    assert "files=nowhere matches no file" in finished.err
    assert not (tmp_path / "none").exists()


def test_clips_are_found_by_ids_that_look_like_numbers(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(dataset, folder)
    names = ["09_000", "10_001", "1e3", "007", "12", "true"]
    for name in names:
        for path in folder.rglob("clip5.*"):
            shutil.copy(path, path.with_stem(name))
    for given in (f"[{','.join(names)}]", "10_001", "12", "['1e3','007']"):
        finished = cli("export", f"data_dir={folder}", f"clips={given}", "to=csv", f"out={tmp_path}/out")
        assert finished.code == 0, finished.err
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == sorted(names)


def test_samples_and_real_clips_share_a_page(cli: Cli, dataset: Path, take: Motion, tmp_path: Path) -> None:
    sample_of(take, tmp_path / "000.npz")
    given = [f"files={tmp_path}/000.npz", f"data_dir={dataset}", "clips=[clip5,clip4]", f"page={tmp_path}/all.html"]
    finished = cli("export", *given)
    assert finished.code == 0, finished.err
    page = (tmp_path / "all.html").read_text()
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    takes = json.loads(found[1])["takes"]
    told = [(take["title"], take["note"], take["frames"]) for take in takes]
    assert told == [
        ("they meet", "seed 4", 39),
        ("the left one leads, take 5", "data: clip5", 41),
        ("the left one leads, take 4", "data: clip4", 39),
    ]
    assert takes[2]["individuals"] == ["turns left 4", "steps right 4"]
    finished = cli("export", f"data_dir={dataset}", "clips=clip5", "to=bvh", f"out={tmp_path}/bvh")
    assert finished.code == 0, finished.err
    assert pybvh.read_bvh_file(tmp_path / "bvh" / "clip5_person2.bvh").frame_count == 41


def damaged(good: Path, path: Path, **changed: np.ndarray) -> None:
    with np.load(good) as data:
        np.savez(path, **{**data, **changed})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["to=bvh"], "files is not given"),
        (["files=GOOD"], "to is not given.*bvh"),
        (["files=none*.npz", "to=bvh"], "files=none.*matches no file"),
        (["files=GOOD", "to=[bvh,fbx]"], "no format 'fbx'; known are html, mp4, gif, png, bvh, glb, smpl, csv"),
        (["files=GOOD", "to=bvh", "out=GOOD/x"], "cannot be written .*choose another folder"),
        (["files=text.npz", "to=bvh"], "text.npz cannot be read as .npz"),
        (["files=shape.npz", "to=bvh"], r"shape.npz: joints are \[persons, frames, 22, 3\], not \[2, 39, 21, 3\]"),
        (["files=features.npz", "to=glb"], "features.npz: features are"),
        (["files=nan.npz", "to=html"], "nan.npz: the joints hold NaN"),
        (["files=empty.npz", "to=mp4"], "empty.npz: there are no frames"),
        (["files=bare.npz", "to=csv"], "bare.npz holds no features"),
        (["files=GOOD", "too=csv"], "too"),
        (["files=[ag]*/*/good.npz", "to=csv", "out=x"], "several files would be called same_good"),
        (["files=array.npz", "to=csv"], "array.npz cannot be read as .npz .it is a single array"),
        (["files=words.npz", "to=csv"], "words.npz: joints and features must be numbers"),
        (["files=rates.npz", "to=csv"], "rates.npz: joints and features must be numbers, and fps a single one"),
        (["files=blend.npz", "to=html"], "blend.npz: its guidance cannot be read .the weights of its blend"),
        (["data_dir=noframes", "clips=a", "to=csv", "out=x"], "a.npy holds no frames"),
        (["clips=7", "to=csv"], "clips=7 is of which data set"),
        (["files=GOOD", "to=glb", "names=maya"], "names=maya is not known: choose smpl, mixamo, humanik"),
        (["files=GOOD", "to=glb", "skeleton=mixamo"], "skeleton=mixamo is not known: leave it out .* or exact"),
        (["files=GOOD", "to=glb", "smplh_model=text.npz"], "smplh_model=text.npz cannot be read"),
    ],
)
def test_bad_input_gets_one_line_and_leaves_nothing(
    cli: Cli, take: Motion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    good = sample_of(take, tmp_path / "good.npz")
    for name in ("again", "given"):
        (tmp_path / name / "same").mkdir(parents=True)
        shutil.copy(good, tmp_path / name / "same" / "good.npz")
    for person in ("person1", "person2"):
        (tmp_path / "noframes" / "motions_processed" / person).mkdir(parents=True)
        np.save(tmp_path / "noframes" / "motions_processed" / person / "a.npy", np.zeros((0, 492)))
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    (tmp_path / "text.npz").write_text("no motion")
    joints, features = np.load(good)["joints"], np.load(good)["features"]
    damaged(good, tmp_path / "shape.npz", joints=joints[:, :, :21])
    damaged(good, tmp_path / "features.npz", features=features[..., :132])
    damaged(good, tmp_path / "nan.npz", joints=np.where(joints > 1.2, np.nan, joints))
    damaged(good, tmp_path / "empty.npz", joints=joints[:, :0], features=features[:, :0])
    damaged(good, tmp_path / "words.npz", joints=np.full(joints.shape, "here"))
    damaged(good, tmp_path / "rates.npz", fps=np.array([30, 30]))
    damaged(good, tmp_path / "blend.npz", guidance=np.array('{"timesteps": [9, 1], "weights": [0.5, 0.5]}'))
    np.savez(tmp_path / "bare.npz", joints=joints, fps=30)
    before = sorted(tmp_path.rglob("*"))
    finished = cli("export", *(argument.replace("GOOD", str(good)) for argument in arguments))
    assert finished.code != 0
    own = [line for line in finished.err.splitlines() if "in2in-export: " in line]
    assert len(own) == 1
    assert re.search(words, own[0])
    assert "Traceback" not in finished.err
    assert sorted(tmp_path.rglob("*")) == before


def test_sampling_exports_what_is_asked_for(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    given = [f"run={run_folder}", "prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2"]
    finished = cli("sample", *given, "export=[csv,bvh]", f"out={tmp_path}/made")
    assert finished.code == 0, finished.err
    names = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert names == ["000.csv", "000.npz", "000_person1.bvh", "000_person2.bvh", "overrides.yaml"]
    finished = cli("sample", *given, "export=[dae]", f"out={tmp_path}/other")
    assert "in2in-sample: export: there is no format 'dae'; known are html" in finished.err
    assert not (tmp_path / "other").exists()


def test_the_generator_takes_a_text_and_motion_takes_itself_away(run_folder: Path, tmp_path: Path) -> None:
    from in2in.pipeline import Generator
    from in2in.runs.folder import read_run

    generator = Generator.from_pretrained(run_folder, sampler={**read_run(run_folder)[0].sampler, "steps": 2})
    motions = generator("two people hug", seconds=0.5, num_samples=2, seed=3)
    assert [motion.prompt.seed for motion in motions] == [3, 4]
    assert motions[0].joints.shape == (2, 15, 22, 3)
    listed = generator([Prompt("two people hug", seconds=0.5, seed=4)])
    np.testing.assert_allclose(listed[0].joints, motions[1].joints, atol=1e-5)
    with pytest.raises(TypeError, match="second"):
        generator("two people hug", second=0.5)
    motions[0].to_html(tmp_path / "hug.html")
    assert "two people hug" in (tmp_path / "hug.html").read_text()
    paths = motions[0].to_bvh(tmp_path / "hug.bvh")
    assert [path.name for path in paths] == ["hug_person1.bvh", "hug_person2.bvh"]
    assert pybvh.read_bvh_file(paths[0]).frame_count == 15
    element = motions[0]._repr_html_()
    found = re.fullmatch(r'<iframe srcdoc="([^"]*)"[^>]*></iframe>', element)
    assert found
    assert "&lt;script" in found[1]
    assert "<" not in found[1]
    assert json.dumps("two people hug") in found[1].replace("&quot;", '"')
