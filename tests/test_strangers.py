"""Data sets, checkpoints and maps of strangers: ids are plain names, links lead nowhere, pickles stay shut."""

import gzip
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from conftest import TINY, Cli, write_small_dataset
from transformers import CLIPTextConfig, CLIPTextModel

from in2in.check.splits import moving_clips
from in2in.data.layout import Texts, write_motion, write_texts
from in2in.data.preparation import build_cache
from in2in.errors import InputError
from in2in.export.take import Take
from in2in.export.video import write_mp4
from in2in.files.inside import check_own, id_fault
from in2in.importers.joint_readers import SBU_JOINTS
from in2in.motion.representation import RawMotion
from in2in.runs.folder import BUNDLED, read_config
from in2in.text.clip_folder import VOCABULARY, find_vocabulary, read_merges

IDS = {
    "above": "../../../x",
    "absolute": "/tmp/x",
    "a folder": "a/b",
    "another system's folder": "a\\b",
    "an option": "-rf",
    "hidden": ".x",
    "here": ".",
    "up": "..",
    "too long": "x" * 300,
    "a NUL": "a\0b",
    "nobody sees it": "a\u200bb",
    "backwards": "a\u202eb",
}


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder; links are not followed."""
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return {str(path): path.read_bytes() for path in sorted(found) if path.is_file()}


@pytest.fixture
def small(tmp_path: Path, raw: RawMotion) -> Path:
    """A data set, not prepared, in a folder of its own that has others above it."""
    return write_small_dataset(tmp_path / "deep" / "er" / "data", raw)


def check_one_line(finished: Any, *told: str) -> None:
    assert finished.code == 1
    assert "Traceback" not in finished.err
    line = finished.err.strip().splitlines()[-1]
    assert all(part in line for part in told), line


@pytest.mark.parametrize("clip", [name for name in IDS.values() if "\0" not in name], ids=lambda name: repr(name)[:20])
def test_ids_of_a_split_are_plain_names(clip: str, small: Path, cli: Cli, tmp_path: Path) -> None:
    with (small / "split" / "train.txt").open("a", encoding="utf-8") as file:
        file.write(f"{clip}\n")
    before = contents(tmp_path)
    for command in (
        ("prepare", "source=interhuman", f"data_dir={small}", "processes=1"),
        ("annotate", f"data_dir={small}", "annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1"),
        ("check", f"data_dir={small}", f"out={tmp_path}/out", "processes=1"),
    ):
        check_one_line(cli(*command), "train.txt", "cannot be an id")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", IDS)
def test_no_writer_takes_such_an_id(name: str, tmp_path: Path, raw: RawMotion) -> None:
    clip, folder = IDS[name], tmp_path / "a" / "b" / "c"
    assert id_fault(clip)
    for write in (
        lambda: write_motion(folder, clip, raw.crop(0, 20)),
        lambda: write_texts(folder, clip, Texts(("they hug",), (("a",), ("b",)))),
    ):
        with pytest.raises(InputError, match="cannot be an id"):
            write()
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("clip", ["hug_01", "000123", "é 1", "a.b", "M000004", "1e5", "今", "x" * 200])
def test_names_that_people_use_are_ids(clip: str) -> None:
    assert id_fault(clip) == ""


def test_names_of_takes_become_plain_ids_or_nothing(cli: Cli, tmp_path: Path) -> None:
    """A packed data set says itself how its takes are called."""
    steps = np.zeros((60, len(SBU_JOINTS), 3), np.int16)
    packed = {"joints_delta": steps, "scale": 0.001, "offsets": [0, 60], "names": SBU_JOINTS, "fps": 30}
    np.savez(tmp_path / "packed.npz", **packed, clips=["dataset-1_../../../../evil_001"])
    (tmp_path / "texts.tsv").write_text("x\tThey walk.\n")
    before = contents(tmp_path)
    texts = f"texts={tmp_path}/texts.tsv"
    finished = cli(
        *("prepare", "source=joints", "map=bandai_namco", f"files={tmp_path}/packed.npz", texts),
        f"out={tmp_path}/made",
    )
    check_one_line(finished, "packed.npz", "cannot be an id")
    assert contents(tmp_path) == before


def test_a_table_of_texts_names_plain_ids(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p1").mkdir()
    (tmp_path / "p1" / "take.bvh").write_text("HIERARCHY\n")
    (tmp_path / "t.tsv").write_text("take\tThey fight.\n../../../x\tThey fight.\n")
    globs = [f"person1={tmp_path}/p1/*", f"person2={tmp_path}/p1/*"]
    finished = cli("prepare", "source=bvh", *globs, f"texts={tmp_path}/t.tsv", f"out={tmp_path}/made")
    check_one_line(finished, "t.tsv", "cannot be an id")
    (tmp_path / "p1" / "take.bvh").rename(tmp_path / "p1" / "-take.bvh")
    finished = cli("prepare", "source=bvh", *globs, f"texts={tmp_path}/t.tsv", f"out={tmp_path}/made")
    check_one_line(finished, "-take.bvh", "cannot be an id")
    assert not (tmp_path / "made").exists()


def test_the_doctor_tells_of_files_that_are_no_clips(cli: Cli, small: Path, tmp_path: Path) -> None:
    path = small / "motions_processed" / "person1"
    shutil.copy(path / "clip0.npy", path / "-rf.npy")
    assert "-rf" in moving_clips(small, ("person1", "person2"))
    finished = cli("check", f"data_dir={small}", f"out={tmp_path}/out", "processes=1")
    assert finished.code == 0, finished.err
    assert "cannot be an id" in finished.out


# Links


@pytest.mark.parametrize("place", ["cache", "cache.partial", "annotation", "annots_individual", "split"])
def test_nothing_is_written_through_a_link_out_of_a_data_set(
    place: str, small: Path, cli: Cli, tmp_path: Path, openai_key: None
) -> None:
    outside = tmp_path / "outside"
    if (small / place).exists():
        shutil.move(small / place, outside)
    else:
        outside.mkdir()
    (small / place).symlink_to(outside)
    if place == "split":
        (outside / "train.txt").open("a").write("gone\n")
    before = contents(tmp_path)
    model = ["annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1", "overwrite=true"]
    command = {
        "annotation": ("annotate", f"data_dir={small}", *model),
        "annots_individual": ("annotate", f"data_dir={small}", *model),
        "split": ("check", f"data_dir={small}", f"out={tmp_path}/out", "write_ignore_list=true", "processes=1"),
    }.get(place, ("prepare", "source=interhuman", f"data_dir={small}", "processes=1"))
    check_one_line(cli(*command), "a link leads out of")
    assert {name: own for name, own in contents(tmp_path).items() if "/out/" not in name} == before


def test_a_planted_journal_does_not_reach_a_file_of_the_users(small: Path, cli: Cli, openai_key: None) -> None:
    mine = small.parents[1] / "mine.txt"
    mine.write_text("without an end of line")
    (small / "annotation").mkdir()
    (small / "annotation" / "journal.jsonl").symlink_to(mine)
    model = ["annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1", "overwrite=true"]
    check_one_line(cli("annotate", f"data_dir={small}", *model), "a link leads out of")
    assert mine.read_text() == "without an end of line"


def test_data_may_lie_behind_links_of_the_users(small: Path, tmp_path: Path) -> None:
    """The data set itself and its motions on another disk: both are read, and the cache goes where the data are."""
    shutil.move(small / "motions_processed", tmp_path / "disk")
    (small / "motions_processed").symlink_to(tmp_path / "disk")
    (tmp_path / "data").symlink_to(small)
    assert len(build_cache(tmp_path / "data").clips) == 6
    assert (small / "cache").is_dir()
    assert check_own(tmp_path / "data" / "cache", tmp_path / "data")


# Runs


@pytest.fixture(scope="module")
def clip_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP text model with a byte-pair vocabulary of letters, as a local folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["!", *letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps({token: place for place, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    config = {"model_max_length": 77, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer", **config}))
    size = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2}
    network = CLIPTextConfig(vocab_size=len(tokens), bos_token_id=53, eos_token_id=54, pad_token_id=54, **size)
    CLIPTextModel(network).save_pretrained(folder)
    return folder


def own_clip_run(folder: Path, clip_model: Path) -> Path:
    """A run that has a text model of its own."""
    shutil.copytree(clip_model, folder / "clip")
    conf = yaml.safe_load((BUNDLED / "config.yaml").read_text())
    conf["text"] = {"_target_": "in2in.text.encoders.ClipTextEncoder", "model": "${run_dir}/clip", "dim": 16}
    (folder / "config.yaml").write_text(yaml.safe_dump(conf))
    shutil.copy(BUNDLED / "model.safetensors", folder)
    return folder


def with_json(name: str, **entries: Any) -> Callable[[Path], None]:
    def change(clip: Path) -> None:
        told = json.loads((clip / name).read_text()) | entries
        (clip / name).write_text(json.dumps(told))

    return change


def pickled(clip: Path) -> None:
    (clip / "model.safetensors").unlink()
    torch.save({}, clip / "pytorch_model.bin")


PLANTED = {
    "code": with_json("config.json", auto_map={"AutoModel": "evil.Model"}),
    "code of the tokenizer": with_json("tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Tokenizer", None]}),
    "a kernel of the hub": with_json("config.json", _attn_implementation="someone/kernel"),
    "another package": with_json("config.json", quantization_config={"quant_method": "bitsandbytes"}),
    "layers without end": with_json("config.json", num_hidden_layers=10**9),
    "another model": lambda clip: (clip / "adapter_config.json").write_text("{}") and None,
    "a module": lambda clip: (clip / "modeling.py").touch(),
    "pickles": pickled,
    "nothing": lambda clip: (clip / "config.json").write_text("[" * 10_000) and None,
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_text_model_inside_a_run_is_weights_and_words(name: str, clip_model: Path, tmp_path: Path, cli: Cli) -> None:
    run = own_clip_run(tmp_path / "run", clip_model)
    read_config(run)
    PLANTED[name](run / "clip")
    check_one_line(cli("sample", "prompt=hug", f"run={run}", f"out={tmp_path}/out"), "the text model in")
    assert not (tmp_path / "out").exists()


def test_a_text_model_of_the_users_comes_into_the_run(
    clip_model: Path, dataset: Path, tmp_path: Path, cli: Cli
) -> None:
    run = tmp_path / "run"
    given = ["text=clip", f"text.model={clip_model}", "text.dim=16", "callbacks.texts=null", "trainer.max_epochs=1"]
    trained = cli("train", f"data_dir={dataset}", f"out={run}", *given, *TINY)
    assert trained.code == 0, trained.err
    assert yaml.safe_load((run / "config.yaml").read_text())["text"]["model"] == "${run_dir}/clip"
    run = run.rename(tmp_path / "moved")
    assert cli("pack", f"run={run}", f"out={tmp_path}/packed").code == 0
    assert str(tmp_path) not in (tmp_path / "packed" / "config.yaml").read_text()
    sampling = ["prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=2", "export=[]"]
    for number, where in enumerate((run, tmp_path / "packed")):
        made = cli("sample", f"run={where}", f"out={tmp_path}/out{number}", *sampling)
        assert made.code == 0, made.err
    one, other = (np.load(tmp_path / f"out{number}" / "000.npz")["joints"] for number in (0, 1))
    np.testing.assert_array_equal(one, other)


def test_a_run_of_an_earlier_version_gets_its_text_model_by_a_copy(clip_model: Path, tmp_path: Path) -> None:
    run = own_clip_run(tmp_path / "run", clip_model)
    conf = (run / "config.yaml").read_text().replace("${run_dir}/clip", str(clip_model))
    (run / "config.yaml").write_text(conf)
    shutil.rmtree(run / "clip")
    with pytest.raises(InputError, match=f"outside of the run folder: if the run is your own, copy it to {run}/clip"):
        read_config(run)
    shutil.copytree(clip_model, run / "clip")
    assert read_config(run).text.model == str(run / "clip")


@pytest.mark.parametrize("name", ["clip", "clip/vocab.json", "vocabulary.txt.gz"])
def test_packing_takes_no_file_from_outside(name: str, clip_model: Path, tmp_path: Path, cli: Cli) -> None:
    run = own_clip_run(tmp_path / "run", clip_model)
    secret = tmp_path / "secret"
    if name == "clip":
        shutil.move(run / "clip", secret)
    else:
        secret.write_text("{}")
        (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(secret)
    check_one_line(cli("pack", f"run={run}", f"out={tmp_path}/packed"), "is a link to")
    assert not (tmp_path / "packed").exists()


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
    write_mp4("-x.mp4", Take(np.zeros((2, 2, 22, 3), np.float32), 30, title), (64, 48))
    assert [path.name for path in tmp_path.iterdir()] == ["-x.mp4"]
    assert b"ftyp" in Path("-x.mp4").read_bytes()[:16]
