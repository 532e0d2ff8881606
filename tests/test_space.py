"""Features relative to the own pelvis: the way there and back, networks that are taken along, losses in both spaces."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from conftest import TINY, Cli
from torch import Tensor

from in2in.bench.people.clip import generate
from in2in.cli.resuming import absorbed
from in2in.data.statistics import statistics
from in2in.diffusion.losses import BodyLoss, InteractionLoss, SimpleLoss
from in2in.models.condition import Condition
from in2in.models.denoiser import InteractionDenoiser
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import POSITIONS, ROTATIONS, VELOCITIES, canonicalise, decode_joints, encode
from in2in.motion.skeleton import LEFT_HIP, bone_lengths
from in2in.motion.space import FeatureSpace, HumanML3DSpace, PelvisSpace, change


@pytest.fixture(scope="module")
def pair() -> Motion:
    """Two generated people, whose rotations are those of their joints."""
    return canonicalise(generate(7, seed=0, kind="hug").motion.crop(0, 41))


def drawn(seed: int) -> Normalizer:
    draw = torch.Generator().manual_seed(seed)
    return Normalizer(torch.randn(262, generator=draw), 0.2 + torch.rand(262, generator=draw))


def test_joints_are_seen_from_the_own_pelvis_and_come_back(pair: Motion) -> None:
    features = encode(pair)
    space = PelvisSpace(Normalizer())
    seen = space.encode(features)
    joints = features[..., POSITIONS].unflatten(-1, (22, 3))
    torch.testing.assert_close(seen[..., :3], joints[..., 0, :])
    torch.testing.assert_close(seen[..., 3:66].unflatten(-1, (21, 3)), joints[..., 1:, :] - joints[..., :1, :])
    torch.testing.assert_close(seen[..., 66:69], features[..., VELOCITIES][..., :3])
    torch.testing.assert_close(seen[..., ROTATIONS.start :], features[..., ROTATIONS.start :])
    away = features.clone()
    away[..., POSITIONS] += torch.tensor([5.0, 0.0, -3.0]).repeat(22)
    torch.testing.assert_close(space.encode(away)[..., 3:], seen[..., 3:], atol=1e-5, rtol=1e-5)
    own = PelvisSpace(drawn(0))
    torch.testing.assert_close(own.decode(own.encode(features)), features, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("other", [FeatureSpace, HumanML3DSpace])
def test_a_network_taken_into_the_space_denoises_as_before(other: type[FeatureSpace], pair: Motion) -> None:
    """Independent of the rewriting: motion and noise go through both spaces by encode and decode alone."""
    torch.manual_seed(0)
    theirs, ours = other(drawn(1)), PelvisSpace(drawn(2))
    for space in (theirs, ours):  # where rotations have other deviations, noise is kept at its size instead
        space.normalizer.mean[ROTATIONS.start :], space.normalizer.std[ROTATIONS.start :] = 0.1, 0.3
    network = InteractionDenoiser(text_dim=8, width=16, layers=1, heads=2, feed_forward=16).eval()
    torch.nn.init.normal_(network.output.weight, std=0.1)
    moved = InteractionDenoiser(text_dim=8, width=16, layers=1, heads=2, feed_forward=16).eval()
    weights = {f"denoiser.{name}": value for name, value in network.state_dict().items()}
    rewritten = absorbed("a run", weights, ours, theirs)
    moved.load_state_dict({name.removeprefix("denoiser."): value for name, value in rewritten.items()})
    features = encode(pair)[None, :, :20]
    condition = Condition(torch.randn(1, 8), torch.randn(1, 2, 8))
    t = torch.tensor([400])
    with torch.no_grad():
        before = theirs.decode(network(theirs.encode(features), t, condition))
        after = ours.decode(moved(ours.encode(features), t, condition))
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)
    matrix, shift = change(ours, theirs)
    numbers = ours.encode(features).double()
    torch.testing.assert_close(numbers @ matrix + shift, theirs.encode(features).double(), atol=1e-4, rtol=1e-4)


def test_statistics_are_fitted_once_on_what_training_sees(bench: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bench, tmp_path / "data"))
    fitted = statistics(folder, "train", PelvisSpace)
    plain = statistics(folder, "train", FeatureSpace)
    torch.testing.assert_close(fitted.mean[:3], plain.mean[:3], atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(fitted.std[:3], plain.std[:3], atol=1e-3, rtol=1e-3)
    hip = slice(3 * LEFT_HIP, 3 * LEFT_HIP + 3)  # means are linear
    torch.testing.assert_close(fitted.mean[hip], plain.mean[hip] - plain.mean[:3], atol=1e-3, rtol=1e-3)
    assert float(fitted.std[hip].max()) < 0.2
    assert float(fitted.std[ROTATIONS].min()) >= 0.05 > float(plain.std[ROTATIONS].min())
    (folder / "cache" / "motions.npy").unlink()
    torch.testing.assert_close(statistics(folder, "train", PelvisSpace).std, fitted.std)  # kept


def trained(pair: Motion) -> tuple[Tensor, Tensor, Tensor, FeatureSpace]:
    """Prediction, target [1, 2, T, 262], mask and their space; the prediction is the target."""
    space = PelvisSpace(drawn(3))
    target = space.encode(encode(pair)[None])
    return target.clone(), target, torch.ones(1, target.shape[2], dtype=torch.bool), space


def test_the_pelvis_counts_as_often_as_its_weight_says(pair: Motion) -> None:
    prediction, target, mask, space = trained(pair)
    prediction[..., 1] += 0.5
    [plain], [heavy] = (SimpleLoss(root)(prediction, target, mask, mask[0, :1], space).values() for root in (1.0, 15.0))
    assert float(plain) == pytest.approx(0.25 / 262, rel=1e-3)
    assert float(heavy) == pytest.approx(15 * 0.25 / 262, rel=1e-3)


def wider(joints: Tensor) -> Tensor:
    across = joints[..., 1, :] - joints[..., 2, :]
    joints[..., 1, :] += 0.02 * across / across.norm(dim=-1, keepdim=True)
    return joints


def along(joints: Tensor) -> Tensor:
    return joints + torch.tensor([0.1, 0.0, 0.0])


@pytest.mark.parametrize(
    ("term", "move", "persons_squares"),
    [
        ("widths", wider, 0.02**2 / 2),  # one of the two widths
        ("posture", along, 0.1**2 / 3),  # one of three axes, all joints
        ("velocity", along, 0.0),
        ("kinematics", along, 0.0),  # the posed joints go along
    ],
)
def test_the_terms_of_bodies_are_what_they_say(
    term: str, move: Callable[[Tensor], Tensor], persons_squares: float, pair: Motion
) -> None:
    """In metres, for both persons, beside the same without the move."""
    prediction, target, mask, space = trained(pair)
    features = space.decode(prediction)
    moved = move(decode_joints(features).clone()).flatten(-2)
    prediction = space.encode(torch.cat([moved, features[..., VELOCITIES.start :]], dim=-1))
    loss = InteractionLoss(velocity=1.0, widths=1.0, posture=1.0, kinematics=1.0)
    t = torch.tensor([100])
    before, after = (loss(given, target, mask, t, space)[term] for given in (target, prediction))
    assert float(after - before) == pytest.approx(2 * persons_squares, abs=1e-6, rel=1e-3)


def test_posed_terms_see_the_rotations_and_not_the_positions(pair: Motion) -> None:
    prediction, target, mask, space = trained(pair)
    features = space.decode(prediction)
    draw = torch.Generator().manual_seed(0)
    trembling = features.clone()
    trembling[..., ROTATIONS] += 0.1 * torch.randn(features[..., ROTATIONS].shape, generator=draw)
    t = torch.tensor([100])
    posed, plain = (BodyLoss(posed=flag)(space.encode(trembling), target, mask, t, space) for flag in (True, False))
    still = BodyLoss(posed=True)(target, target, mask, t, space)
    assert float(plain["velocity"]) < 1e-6
    assert float(posed["velocity"]) > 10 * float(still["velocity"])


def test_a_run_in_the_space_starts_from_one_in_the_other(
    cli: Cli, run_folder: Path, dataset: Path, tmp_path: Path
) -> None:
    given = [f"data_dir={dataset}", *TINY, "callbacks.texts=null", "callbacks.samples=null", "lr_scheduler=null"]
    given += ["trainer.max_steps=1", "optimizer.lr=1e-12"]
    started = cli("train", *given, f"weights_from={run_folder}", "space=pelvis", f"out={tmp_path / 'run'}")
    assert started.code == 0, started.err
    assert "rewritten for this run's features" in started.out
    assert yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())["space"]["_target_"].endswith("PelvisSpace")
    asked = ["prompt=They hug.", "seconds=1", "export=[]", "sampler=ddim", "sampler.steps=1", "guidance=plain"]
    for run in (run_folder, tmp_path / "run"):
        made = cli("sample", *asked, f"run={run}", f"out={tmp_path / 'made' / run.name}")
        assert made.code == 0, made.err
    one, two = (Motion.load(tmp_path / "made" / run / "000.npz").joints for run in (run_folder.name, "run"))
    assert float(np.linalg.norm(one - two, axis=-1).max()) < 5.0  # other noise: no more than finite and of this world
    refused = cli("train", *given, f"stats_from={run_folder}", "space=pelvis", f"out={tmp_path / 'other'}")
    assert "has features in another layout" in refused.err
    bones = bone_lengths(torch.from_numpy(two))
    assert bones.isfinite().all()
