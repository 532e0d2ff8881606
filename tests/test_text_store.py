"""The store of text states: it grows, resumes after a kill, tells its size, and is never deleted by a preparation."""

import fcntl
import hashlib
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from killing import files_end_at

from in2in.errors import InputError
from in2in.text.encoders import MiniLMEncoder
from in2in.text.store import TextStore, build_store

CPU = torch.device("cpu")
TEXTS = ["they hug", "they wave to each other", "one kneels", "both run away from a dog"]


@pytest.fixture(scope="module")
def loaded() -> MiniLMEncoder:
    return MiniLMEncoder()


@pytest.fixture
def encoder(loaded: MiniLMEncoder, monkeypatch: pytest.MonkeyPatch) -> MiniLMEncoder:
    """Notes what it has to encode; after `allowed` texts the process is gone."""
    loaded.encoded, loaded.allowed = [], 1_000  # type: ignore[attr-defined]
    encode = type(loaded).encode

    def noting(texts: list[str]) -> Any:
        if len(loaded.encoded) + len(texts) > loaded.allowed:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        loaded.encoded.extend(texts)  # type: ignore[attr-defined]
        return encode(loaded, texts)

    monkeypatch.setattr(loaded, "encode", noting)
    return loaded


def check(folder: Path, texts: list[str]) -> None:
    """The store holds just these texts, with the states that the encoder gives."""
    store = TextStore(folder)
    assert sorted(store.row) == sorted(texts)
    for text in texts:
        [(states, end)] = MiniLMEncoder.encode(MiniLMEncoder(), [text])
        stored = store.get(text)
        assert stored is not None
        torch.testing.assert_close(stored[0], states, atol=2e-3, rtol=1e-3)
        assert stored[1] == end
    assert store.get("nobody said this") is None


def test_new_texts_are_added_and_old_ones_are_not_encoded_again(encoder, tmp_path: Path) -> None:
    folder = build_store(encoder, [*TEXTS[:2], ""], tmp_path, CPU)
    before = TextStore(folder)
    assert build_store(encoder, TEXTS, tmp_path, CPU) == folder
    assert sorted(encoder.encoded) == sorted(TEXTS), "each once"
    check(folder, TEXTS)
    assert build_store(encoder, TEXTS[:1], tmp_path, CPU) == folder
    check(folder, TEXTS)
    stored = before.get("they hug")
    assert stored is not None, "who read it before still does"
    encoder.store = TextStore(folder)
    states, mask, end = encoder(["they hug", "nobody said this"])
    direct = MiniLMEncoder()(["they hug", "nobody said this"])
    torch.testing.assert_close(states, direct.states, atol=2e-3, rtol=1e-3)
    assert torch.equal(mask, direct.mask)
    assert torch.equal(end, direct.end)
    encoder.store = None


def test_what_was_encoded_before_a_kill_stays(encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("in2in.text.store.CHUNK", 1)
    monkeypatch.setattr("in2in.text.store.KEEP_EVERY", 2)
    encoder.allowed = 3
    with pytest.raises(KeyboardInterrupt):
        build_store(encoder, TEXTS, tmp_path, CPU)
    [folder] = tmp_path.iterdir()
    check(folder, sorted(TEXTS, key=len)[:2])
    with open(folder / "states.f16", "ab") as raw:
        raw.write(b"half a text")  # as SIGKILL leaves it
    check(folder, sorted(TEXTS, key=len)[:2])
    encoder.allowed = 5
    assert build_store(encoder, TEXTS, tmp_path, CPU) == folder
    check(folder, TEXTS)


class Usage(NamedTuple):
    free: int


def test_a_disk_without_room_is_told_before_anything_is_encoded(
    encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    size = 2 * 384 * sum(len(states) for states, _ in MiniLMEncoder.encode(encoder, TEXTS))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(size - 1))
    with pytest.raises(InputError, match="the states of 4 texts take 0.00 GB, but 0.00 GB are free: make room"):
        build_store(encoder, TEXTS, tmp_path, CPU)
    assert not encoder.encoded
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(size))
    folder = build_store(encoder, TEXTS, tmp_path, CPU)
    assert (folder / "states.f16").stat().st_size == size
    assert capsys.readouterr().out == f"4 texts are encoded, once for all runs: 0.00 GB in {folder}\n"


def test_a_disk_that_fills_is_one_line_and_gets_its_room_back(encoder, tmp_path: Path) -> None:
    with files_end_at(10_000), pytest.raises(InputError, match=r"cannot be written \(File too large\): make room"):
        build_store(encoder, TEXTS, tmp_path, CPU)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) == 0
    check(build_store(encoder, TEXTS, tmp_path, CPU), TEXTS)


def test_a_run_that_waited_for_another_finds_all_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoders = [MiniLMEncoder(), MiniLMEncoder()]
    first, waiting, encoded = threading.Event(), threading.Event(), []

    def encode(texts: list[str], encode=encoders[0].encode) -> Any:
        encoded.extend(texts)
        first.set()
        assert waiting.wait(60), "while the other one waits"
        return encode(texts)

    def lock(file: Any, how: int, lock=fcntl.flock) -> None:
        if first.is_set():
            waiting.set()
        lock(file, how)

    def second() -> Path:
        assert first.wait(60)
        return build_store(encoders[1], TEXTS, tmp_path, CPU)

    monkeypatch.setattr(encoders[0], "encode", encode)
    monkeypatch.setattr(encoders[1], "encode", encoded.extend)
    monkeypatch.setattr("in2in.text.store.fcntl.flock", lock)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(build_store, encoders[0], TEXTS, tmp_path, CPU), pool.submit(second)]
        [folder] = {one.result() for one in both}
    assert sorted(encoded) == sorted(TEXTS), "each once"
    check(folder, TEXTS)


@pytest.mark.parametrize("place", ["cache", "texts"])
def test_a_store_of_an_earlier_version_is_taken_over(
    encoder, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = build_store(encoder, TEXTS[:2], tmp_path / "elsewhere", CPU)
    texts = sorted(TEXTS[:2], key=lambda text: (len(text), text))
    told = hashlib.sha256(json.dumps(sorted(texts)).encode())
    for name, weight in encoder.network.state_dict().items():
        told.update(name.encode() + weight.contiguous().numpy().tobytes())
    for name in (f"texts-{told.hexdigest()[:16]}", "texts-ofanotherencoder"):
        shutil.copytree(made, tmp_path / place / name, ignore=shutil.ignore_patterns("lock"))
    with open(tmp_path / place / "texts-ofanotherencoder" / "states.f16", "ab") as raw:
        raw.write(np.zeros(384, np.float16).tobytes())  # the larger one
    encoder.encoded.clear()
    folder = build_store(encoder, TEXTS, tmp_path / "texts", CPU)
    assert sorted(encoder.encoded) == sorted(TEXTS[2:])
    assert "of an earlier version, is now" in capsys.readouterr().out
    check(folder, TEXTS)
    assert (tmp_path / place / "texts-ofanotherencoder" / "states.f16").is_file()
