"""SMPL-H parameters, a file for each person, as AMASS (Mahmood et al., 2019) writes them: z up, metres, axis-angle.

The shape is the neutral one and the hands are flat: neither is known of a generated motion. So a body that is made
from the file takes the person's pose, but has bone lengths of its own.
"""

from pathlib import Path

import numpy as np
import roma
import torch

from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.sample_file import SMPLH_ENDING

SMPLH_JOINTS = 52
"""The 22 of the body, then 15 for each hand."""

REST_PELVIS = (-0.0022, -0.2408, 0.0286)
"""Metres. Where the neutral body's pelvis lies in its own rest pose: `trans` counts from there, not from the pelvis."""

Z_UP = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""Turns y up to z up."""

NOTE = "betas are zeros: the neutral shape, not this person's; hands are zeros; pelvis = trans + rest_pelvis"


def write_smpl(stem: str | Path, motion: Motion) -> list[Path]:
    """Write STEM_person1_smplh.npz and so on.

    Each holds poses [T, 156], trans [T, 3], betas [16], dmpls [T, 8], gender, mocap_framerate and, beyond AMASS,
    rest_pelvis [3] and a note.

    Args:
        stem: path of the files but for "_personN_smplh.npz".
        motion: with rotations.
    """
    paths = []
    for number, rig in enumerate(motion.rigs, start=1):
        frames = len(rig.root_position)
        turn = torch.tensor(Z_UP).to(rig.root_position)
        body = torch.cat([(turn @ rig.root_rotation)[:, None], rig.local_rotations], dim=1)
        poses = np.zeros((frames, SMPLH_JOINTS, 3))
        poses[:, : body.shape[1]] = roma.rotmat_to_rotvec(body).numpy()
        path = Path(f"{stem}_person{number}{SMPLH_ENDING}")
        with whole_file(path) as unfinished:
            np.savez_compressed(
                unfinished,
                poses=poses.reshape(frames, -1),
                trans=(rig.root_position @ turn.T).numpy() - np.array(REST_PELVIS),
                betas=np.zeros(16),
                dmpls=np.zeros((frames, 8)),
                gender="neutral",
                mocap_framerate=float(motion.fps),
                rest_pelvis=np.array(REST_PELVIS),
                note=NOTE,
            )
        paths.append(path)
    return paths
