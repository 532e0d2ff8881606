"""Two people who stand in the T-pose, for tests of pages and pictures."""

import numpy as np
import torch

from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, tpose_offsets


def two_people(frames: int = 60) -> np.ndarray:
    """Two people a metre and a half apart in the T-pose, who walk half a metre along z: [2, T, 22, 3]."""
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS)).numpy()
    pose = np.zeros((22, 3), dtype=np.float32)
    for joint in range(1, 22):
        pose[joint] = pose[PARENTS[joint]] + offsets[joint]
    pose[:, 1] -= pose[:, 1].min()
    joints = np.tile(pose, (2, frames, 1, 1))
    joints[0, ..., 0] -= 1.0
    joints[1, ..., 0] += 1.0
    joints[..., 2] += np.linspace(0, 0.5, frames)[:, None]
    return joints
