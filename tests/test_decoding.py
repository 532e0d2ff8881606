"""Features shown by their rotations: bodies of constant, symmetric bones, wherever the network puts the joints."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from conftest import TINY, Cli

from in2in.bench.people.clip import generate
from in2in.errors import InputError
from in2in.motion.decoding import RotationDecoding
from in2in.motion.motion import Motion
from in2in.motion.representation import POSITIONS, canonicalise, encode, shown_features
from in2in.motion.skeleton import LEFT_HIP, MIRROR, RIGHT_HIP, bone_lengths


@pytest.fixture(scope="module")
def hug() -> Motion:
    """Two people of one size, as they are generated."""
    return canonicalise(generate(7, seed=0, kind="hug").motion.crop(0, 60))


def own_bones(motion: Motion, person: int) -> list[float]:
    lengths = bone_lengths(torch.from_numpy(motion.joints[person, 0]))
    return ((lengths + lengths[list(MIRROR)]) / 2).tolist()


def test_a_persons_own_bones_give_back_its_joints(hug: Motion) -> None:
    for person in (0, 1):
        features = encode(hug)[person : person + 1]
        shown = RotationDecoding(own_bones(hug, person), smoothing=0)(features)
        np.testing.assert_allclose(shown.joints[0], hug.joints[person, :-1], atol=2e-3)
        np.testing.assert_array_equal(shown.features, features.numpy())


def test_bones_are_constant_and_alike_on_both_sides_whatever_is_predicted() -> None:
    features = torch.randn(2, 30, 262, generator=torch.Generator().manual_seed(0))
    shown = RotationDecoding()(features)
    lengths = bone_lengths(torch.from_numpy(shown.joints))
    assert float((lengths - lengths[0, 0]).abs().max()) < 1e-5
    assert float((lengths - lengths[..., list(MIRROR)]).abs().max()) < 1e-5
    assert shown.bones is not None
    np.testing.assert_allclose(lengths[0, 0], shown.bones, atol=1e-5)
    reached = Motion(shown.joints, shown.rotations).rigs[0].joints().numpy()
    np.testing.assert_allclose(reached, shown.joints[0], atol=1e-3)  # its rotations are those of its joints


def test_hips_that_are_predicted_crossed_do_not_turn_the_body(hug: Motion) -> None:
    features = encode(hug)
    crossed = features.clone()
    joints = crossed[..., POSITIONS].unflatten(-1, (22, 3))
    joints[:, :, [LEFT_HIP, RIGHT_HIP]] = joints[:, :, [RIGHT_HIP, LEFT_HIP]]
    crossed[..., POSITIONS] = joints.flatten(-2)
    right, wrong = (RotationDecoding()(own).joints for own in (features, crossed))
    assert float(np.linalg.norm(right - wrong, axis=-1).max()) < 0.05


def test_smoothing_takes_trembling_away_and_keeps_the_way(hug: Motion) -> None:
    noise = torch.randn(encode(hug).shape, generator=torch.Generator().manual_seed(0))
    rough, smooth = (RotationDecoding(smoothing=s)(encode(hug) + 0.02 * noise).joints for s in (0, 1.5))
    jerk = [float(np.abs(np.diff(joints, n=3, axis=1)).mean()) for joints in (rough, smooth)]
    assert jerk[1] < jerk[0] / 5
    assert float(np.linalg.norm(smooth - hug.joints[:, :-1], axis=-1).mean()) < 0.06


def test_evaluation_reads_what_is_shown(hug: Motion) -> None:
    features = encode(hug)
    shown = RotationDecoding(smoothing=0)(features)
    told = shown_features(shown)
    np.testing.assert_array_equal(told[..., POSITIONS].unflatten(-1, (22, 3)), shown.joints)
    np.testing.assert_array_equal(shown_features(replace(shown, bones=None)), features)


def test_a_run_keeps_its_skeleton_and_every_sample_has_it(cli: Cli, bench: Path, tmp_path: Path) -> None:
    trained = cli(
        *("train", "experiment=demo", f"data_dir={bench}", f"out={tmp_path / 'run'}", *TINY),
        *("trainer.max_steps=1", "callbacks.texts=null", "callbacks.samples=null", "lr_scheduler=null"),
    )
    assert trained.code == 0, trained.err
    assert "median bones" in trained.out
    kept = yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())["decoding"]["bones"]
    asked = ["sample", f"run={tmp_path / 'run'}", "prompt=They hug.", "seconds=1", "export=[]", "sampler=ddim"]
    asked += ["sampler.steps=2"]
    for seed in (0, 1):
        assert cli(*asked, f"seed={seed}", f"out={tmp_path / str(seed)}").code == 0
        motion = Motion.load(tmp_path / str(seed) / "000.npz")
        assert motion.bones is not None
        np.testing.assert_allclose(motion.bones, kept, atol=1e-6)
        lengths = bone_lengths(torch.from_numpy(motion.joints))
        assert float((lengths - torch.tensor(kept)).abs().max()) < 1e-5
    assert cli(*asked, "decoding=positions", f"out={tmp_path / 'free'}").code == 0
    free = Motion.load(tmp_path / "free" / "000.npz")
    assert free.bones is None
    assert free.features is not None
    np.testing.assert_array_equal(free.joints, free.features[..., POSITIONS].reshape(free.joints.shape))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"bones": [0.1] * 21}, "22 lengths"),
        ({"bones": [0.0] * 22}, "greater than 0"),
        ({"bones": [0.0, *np.linspace(0.1, 0.3, 21)]}, "alike on both sides"),
        ({"smoothing": -1.0}, "no number of frames"),
    ],
)
def test_a_skeleton_that_is_none_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        RotationDecoding(**wrong)
