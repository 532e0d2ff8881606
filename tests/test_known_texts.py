"""A model says when a prompt is unlike all that it was trained on: the text's rule, the file, and the way to a page."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli

from in2in.blend import blend
from in2in.data.layout import TRAIN, read_split, read_texts
from in2in.diffusion.schedules import ConstantSchedule
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.pipeline import Generator
from in2in.text.encoders import MiniLMEncoder
from in2in.text.known import FILE, KnownTexts, means, spread_out

TOLD = (
    "two people shake hands",
    "one person pushes the other, who staggers back",
    "a person waves and the other waves back",
    "they hug each other",
    "one person chases the other",
)
FOREIGN = "A surgeon operates on a patient with a scalpel."


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder()


@pytest.fixture(scope="module")
def known(encoder: MiniLMEncoder) -> KnownTexts:
    return KnownTexts.of(encoder, ["", *TOLD, TOLD[0]])


def test_paraphrases_are_known_and_foreign_prompts_are_told_with_the_nearest(
    known: KnownTexts, encoder: MiniLMEncoder
) -> None:
    assert sorted(known.texts) == sorted(TOLD)
    for text in (*TOLD, "Two persons are shaking hands.", "They embrace and hug each other", ""):
        assert known.remark(encoder, text) == "", text
    said = known.remark(encoder, "One person shoots an arrow at a target and the other measures the distance")
    alike = means(encoder, ["One person shoots an arrow at a target and the other measures the distance", *TOLD])
    best = int((alike[1:] @ alike[0]).argmax())
    assert said.startswith("unlike all that the model was trained on")
    assert f"nearest: {TOLD[best]!r} and" in said
    assert known.remark(encoder, FOREIGN)


def test_the_texts_that_are_kept_lie_apart() -> None:
    torch.manual_seed(0)
    groups = torch.nn.functional.normalize(torch.randn(5, 16), dim=-1)
    vectors = torch.nn.functional.normalize(groups.repeat(40, 1) + 0.02 * torch.randn(200, 16), dim=-1)
    assert {number % 5 for number in spread_out(vectors, 5)} == set(range(5))
    assert len(spread_out(vectors, 500)) == 200


def test_the_file_keeps_texts_and_vectors(known: KnownTexts, tmp_path: Path) -> None:
    assert KnownTexts.load(tmp_path, 384) is None
    known.save(tmp_path)
    read = KnownTexts.load(tmp_path, 384)
    assert read is not None
    assert read.texts == known.texts
    torch.testing.assert_close(read.vectors, known.vectors, atol=1e-3, rtol=0)
    with pytest.raises(InputError, match="pack anew"):
        KnownTexts.load(tmp_path, 512)
    np.savez(tmp_path / FILE, texts=np.array(["a"]), vectors=np.array([["x"]]))
    with pytest.raises(InputError, match="pack anew"):
        KnownTexts.load(tmp_path, 384)
    (tmp_path / FILE).write_bytes(b"PK no archive")
    with pytest.raises(InputError, match=FILE):
        KnownTexts.load(tmp_path, 384)


def test_a_packed_run_says_so_wherever_its_samples_go(
    run_folder: Path, prior_run: Path, dataset: Path, cli: Cli, tmp_path: Path
) -> None:
    packed, again = tmp_path / "packed", tmp_path / "again"
    assert "texts are kept" in cli("pack", f"run={run_folder}", f"data_dir={dataset}", f"out={packed}").out
    assert cli("pack", f"run={packed}", f"out={again}").code == 0
    assert (again / FILE).read_bytes() == (packed / FILE).read_bytes()

    [like] = read_texts(dataset, read_split(dataset, TRAIN)[0]).interaction[:1]
    given = [f"run={again}", "seconds=1", "sampler=ddim", "sampler.steps=2", "num_samples=2"]
    said = cli("sample", f"prompt={FOREIGN}", *given, f"out={tmp_path / 'far'}").out
    assert said.count("unlike all that the model was trained on") == 1, "once for all samples of a prompt"
    assert "unlike" not in cli("sample", f'prompt="{like}"', *given, f"out={tmp_path / 'near'}").out
    motion = Motion.load(tmp_path / "far" / "001.npz")
    assert motion.remark.startswith("unlike all")
    assert motion.remark in motion.note, "what pages and the demo show beside the title"
    assert Motion.load(tmp_path / "near" / "001.npz").remark == ""
    assert "unlike all that the model" in (tmp_path / "far" / "000.html").read_text(encoding="utf-8")

    generator = Generator.from_pretrained(again).guided()
    assert generator.remark(FOREIGN) == motion.remark
    blended = blend(generator, Generator.from_pretrained(prior_run), ConstantSchedule(0.5))
    assert blended.remark(FOREIGN) == motion.remark
    assert Generator.from_pretrained(run_folder).remark(FOREIGN) == "", "a run that does not hold its texts"
