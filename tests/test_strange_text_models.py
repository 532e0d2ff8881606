"""Text models inside of strangers' runs: weights and words, nothing that is called and nothing from outside."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from conftest import TINY, Cli
from strangers import check_one_line
from transformers import CLIPTextConfig, CLIPTextModel

from in2in.errors import InputError
from in2in.runs.folder import BUNDLED, read_config

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
