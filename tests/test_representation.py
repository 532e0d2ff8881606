"""The 262 features against published numbers, and the symmetries that they must have."""

from pathlib import Path

import numpy as np
import pytest
import torch

from in2in.data.layout import RAW_POSITIONS, RAW_ROTATIONS, to_y_up
from in2in.motion.representation import RawMotion, canonicalise, encode, mirror

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def raw() -> RawMotion:
    persons = [torch.from_numpy(np.load(GOLDEN / f"raw_person{k}.npy")) for k in (1, 2)]
    joints = torch.stack([to_y_up(p[:, RAW_POSITIONS].unflatten(-1, (22, 3))) for p in persons])
    rotations = torch.stack([p[:, RAW_ROTATIONS].unflatten(-1, (21, 6)) for p in persons])
    return RawMotion(joints, rotations)


@pytest.mark.parametrize("mirrored", [False, True])
def test_features_equal_the_published_ones(raw: RawMotion, mirrored: bool) -> None:
    golden = np.load(GOLDEN / "interhuman_item.npz")
    motion = mirror(raw) if mirrored else raw
    features = encode(canonicalise(motion, shared_floor=False))
    for person in (1, 2):
        expected = torch.from_numpy(golden[f"{'mirrored' if mirrored else 'plain'}_person{person}"])
        torch.testing.assert_close(features[person - 1], expected, atol=1e-5, rtol=0)
