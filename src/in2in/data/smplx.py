"""SMPL-X parameters of a person from a file, and the joints of the body's own rest pose."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.arrays import read_npz
from in2in.errors import InputError
from in2in.motion.skeleton import NUM_JOINTS, PARENTS

NEEDED = ("pose_body", "root_orient", "trans")


@dataclass(frozen=True)
class BodyParameters:
    """What a file says of a person, float64.

    Attributes:
        file: it was read from.
        pose_body: [T, 21, 3] axis-angle, radians, of joint k + 1 relative to its parent.
        root_orient: [T, 3] axis-angle, radians.
        trans: [T, 3] metres; the pelvis' rest place is to be added.
        betas: [N] shape.
        gender: "neutral", "male" or "female".
    """

    file: Path
    pose_body: np.ndarray
    root_orient: np.ndarray
    trans: np.ndarray
    betas: np.ndarray
    gender: str


def read_parameters(path: Path) -> BodyParameters:
    """Read and check a person's .npz."""
    found = read_npz(path, NEEDED, "replace it by Inter-X's, or take its id out", ("betas", "gender"))
    frames = len(found["trans"])
    values = []
    for name, shape in zip(NEEDED, ((frames, NUM_JOINTS - 1, 3), (frames, 3), (frames, 3)), strict=True):
        given = np.asarray(found[name])
        if given.dtype.kind not in "fiu" or given.size != np.prod(shape) or frames == 0:
            raise InputError(f"{path}: {name} has shape {list(given.shape)}, expected {list(shape)}")
        values.append(given.reshape(shape).astype(np.float64))
        if not np.isfinite(values[-1]).all():
            raise InputError(f"{path}: {name} holds NaN or infinite numbers: repair it, or take its id out")
    gender = found.get("gender", np.array("neutral"))
    told = gender.item().decode() if isinstance(gender.item(), bytes) else str(gender.item())
    pose_body, root_orient, trans = values
    betas = np.ravel(found.get("betas", np.zeros(0))).astype(np.float64)
    return BodyParameters(path, pose_body, root_orient, trans, betas, told)


def own_rest(folder: Path, body: BodyParameters) -> Tensor:
    """Each joint of a person's body from its parent at rest [22, 3] metres, the pelvis from the origin.

    The joints are the regressor's of the shaped template (Pavlakos et al., SMPL-X, 2019, section 3.1).

    Args:
        folder: holds SMPLX_NEUTRAL.npz and the like.
        body: whose betas and gender count.
    """
    path = folder / f"SMPLX_{body.gender.upper()}.npz"
    if not path.is_file():
        raise InputError(f"{path} is missing: {body.file} is of a {body.gender} body; leave body_model out without it")
    needed = ("v_template", "shapedirs", "J_regressor")
    template, shapes, regressor = read_npz(path, needed, "download the SMPL-X model anew").values()
    shaped = template + shapes[:, :, : len(body.betas)] @ body.betas[: shapes.shape[2]]
    joints = np.asarray(regressor[:NUM_JOINTS] @ shaped, dtype=np.float64)
    offsets = joints.copy()
    offsets[1:] -= joints[list(PARENTS[1:])]
    return torch.from_numpy(offsets)
