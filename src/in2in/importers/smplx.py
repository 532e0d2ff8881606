"""SMPL-X parameters of a person from a file, and the joints of the body's own rest pose."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError, SetupError
from in2in.files.arrays import check_numbers, read_npz, word
from in2in.motion.skeleton import NUM_JOINTS, PARENTS

NEEDED = ("pose_body", "root_orient", "trans")

GENDERS = ("neutral", "male", "female")


@dataclass(frozen=True)
class BodyParameters:
    """What a file says of a person, float64.

    Attributes:
        file: it was read from.
        pose_body: [T, 21, 3] axis-angle, radians, of joint k + 1 relative to its parent.
        root_orient: [T, 3] axis-angle, radians.
        trans: [T, 3] metres; the pelvis' rest place is to be added.
        betas: [N] shape.
        gender: "neutral", "male" or "female", or whatever the file says.
    """

    file: Path
    pose_body: np.ndarray
    root_orient: np.ndarray
    trans: np.ndarray
    betas: np.ndarray
    gender: str


def read_parameters(path: Path) -> BodyParameters:
    """Read and check a person's .npz."""
    remedy = "replace it by Inter-X's, or take its id out"
    found = read_npz(path, NEEDED, remedy, ("betas", "gender"))
    frames = len(np.atleast_1d(found["trans"]))
    values = []
    for name, shape in zip(NEEDED, ((frames, NUM_JOINTS - 1, 3), (frames, 3), (frames, 3)), strict=True):
        given = np.asarray(found[name])
        check_numbers(path, name, given, remedy)
        if given.size != np.prod(shape) or len(np.atleast_1d(given)) != frames or frames == 0:
            raise InputError(f"{path}: {name} has shape {list(given.shape)}, expected {list(shape)}")
        values.append(given.reshape(shape).astype(np.float64))
        if not np.isfinite(values[-1]).all():
            raise InputError(f"{path}: {name} holds NaN or infinite numbers: repair it, or take its id out")
    gender = _gender(path, found["gender"]) if "gender" in found else "neutral"
    betas = np.ravel(found.get("betas", np.zeros(0)))
    check_numbers(path, "betas", betas, remedy)
    pose_body, root_orient, trans = values
    return BodyParameters(path, pose_body, root_orient, trans, betas.astype(np.float64), gender)


def _gender(path: Path, told: np.ndarray) -> str:
    """The one word; what is none is told of where it matters, which is not where all have neutral bones."""
    try:
        return word(path, "gender", told, "").lower()
    except InputError:
        return " ".join(str(np.ravel(told)[:3].tolist()).split())


def own_rest(folder: Path, body: BodyParameters) -> Tensor:
    """Each joint of a person's body from its parent at rest [22, 3] metres, the pelvis from the origin.

    The joints are the regressor's of the shaped template (Pavlakos et al., SMPL-X, 2019, section 3.1).

    Args:
        folder: holds SMPLX_NEUTRAL.npz and the like.
        body: whose betas and gender count.

    Raises:
        SetupError: the model is not there or is another one.
        InputError: the person's betas or gender cannot be used.
    """
    if body.gender not in GENDERS:
        raise InputError(f"{body.file}: gender is {body.gender!r}, expected one of {', '.join(GENDERS)}")
    if not np.isfinite(body.betas).all():
        raise InputError(f"{body.file}: betas hold NaN or infinite numbers: repair it, or take its id out")
    path = folder / f"SMPLX_{body.gender.upper()}.npz"
    if not path.is_file():
        raise SetupError(f"{path} is missing: {body.file} is of a {body.gender} body; leave body_model out without it")
    template, shapes, regressor = _model(path)
    shaped = template + shapes[:, :, : len(body.betas)] @ body.betas[: shapes.shape[2]]
    joints = np.asarray(regressor @ shaped, dtype=np.float64)
    offsets = joints.copy()
    offsets[1:] -= joints[list(PARENTS[1:])]
    return torch.from_numpy(offsets)


@lru_cache(maxsize=len(GENDERS))
def _model(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The template [V, 3], shapes [V, 3, N] and the regressor of our joints [22, V] of a body model."""
    anew = "download the SMPL-X model anew"
    try:
        parts = read_npz(path, ("v_template", "shapedirs", "J_regressor"), anew)
        for name, array in parts.items():
            check_numbers(path, name, array, anew)
    except InputError as error:
        raise SetupError(str(error)) from error
    template, shapes, regressor = parts.values()
    count = len(np.atleast_1d(template))
    if (
        template.shape != (count, 3)
        or shapes.ndim != 3
        or shapes.shape[:2] != (count, 3)
        or regressor.ndim != 2
        or regressor.shape[1] != count
        or len(regressor) < NUM_JOINTS
    ):
        raise SetupError(f"{path}: v_template, shapedirs and J_regressor do not fit each other: {anew}")
    return template, shapes, regressor[:NUM_JOINTS]
