"""NNN.npz: the file of a sampled motion.

joints        [P, T, 22, 3] float32 metres, y up: what is shown
features      [P, T, 262] float32 in physical units: what the network predicted
fps           frames a second
prompt        the interaction text, "" for none
individual1   a text for each person, "" for none
individual2
seed          that it was generated from
guidance      how the network was guided, JSON
provenance    what made it, JSON
remark        a line on whether the model can know what it was asked for, if there is one
bones         [22] float32 metres, each joint's bone to its parent, and
rotations     [P, T, 21, 6] float32, local rotations: where the joints are these rotations' on bones of constant length

Files of earlier versions have no provenance, and those of other programs may lack all but the first three.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from in2in.errors import InputError
from in2in.files.arrays import read_npz
from in2in.files.whole import whole_file
from in2in.motion.blend_weights import BlendWeights
from in2in.motion.motion import Motion
from in2in.motion.provenance import Provenance
from in2in.motion.representation import NUM_FEATURES, ROTATIONS
from in2in.motion.skeleton import NUM_JOINTS
from in2in.motion.texts import Texts

NEEDED = ("joints", "features", "fps")
TEXTS = ("prompt", "individual1", "individual2")
REMEDY = "delete it or give another"

SMPLH_ENDING = "_smplh.npz"
"""Of the SMPL-H exports' files, which lie beside the samples and are .npz, too."""


def sample_path(folder: Path, number: int) -> Path:
    """Where the sample of prompt number 0, 1, ... lies in a folder of samples."""
    return folder / f"{number:03d}.npz"


def samples_among(paths: Iterable[Path]) -> list[Path]:
    """Those of some .npz files that may be samples, sorted: not this package's SMPL-H exports, nothing unfinished."""
    return sorted(path for path in paths if not path.name.endswith(SMPLH_ENDING) and not path.name.startswith("."))


def write_sample(path: Path, motion: Motion) -> None:
    """Write a motion that a network predicted, whole or not at all."""
    if motion.features is None:
        raise InputError(f"{path}: motion {motion.title!r} was not generated, only samples are kept in such files")
    told = dict(zip(TEXTS, (motion.title, *motion.texts.first_individuals, "", ""), strict=False))
    known: dict[str, Any] = {} if motion.provenance is None else {"provenance": motion.provenance.to_json()}
    if motion.remark:
        known["remark"] = motion.remark
    if motion.bones is not None:
        known |= {"bones": motion.bones, "rotations": motion.rotations}
    with whole_file(path) as unfinished:
        np.savez_compressed(
            unfinished,
            joints=motion.joints,
            features=motion.features,
            fps=motion.fps,
            **told,  # pyright: ignore[reportArgumentType]
            seed=motion.seed or 0,
            guidance=json.dumps(motion.guidance),
            **known,
        )


def read_sample(path: Path) -> Motion:
    """Read a sample; numbers that are not finite are for `Motion.check` to find.

    Raises:
        InputError: it cannot be read, or its arrays do not fit each other.
    """
    data = read_npz(path, NEEDED, REMEDY, (*TEXTS, "seed", "guidance", "provenance", "bones", "rotations", "remark"))
    joints, features, fps = (data[name] for name in NEEDED)
    if any(array.dtype.kind not in "fiu" for array in (joints, features, fps)) or fps.size != 1:
        raise InputError(f"{path}: joints and features must be numbers, and fps a single one: {REMEDY}")
    if joints.ndim != 4 or joints.shape[2:] != (NUM_JOINTS, 3):
        shape = list(joints.shape)
        raise InputError(f"{path}: joints are [persons, frames, {NUM_JOINTS}, 3], not {shape}: {REMEDY}")
    if features.shape != (*joints.shape[:2], NUM_FEATURES):
        raise InputError(
            f"{path}: features are {list(features.shape)} where joints are {list(joints.shape)}, expected "
            f"[persons, frames, {NUM_FEATURES}] and [persons, frames, {NUM_JOINTS}, 3]: {REMEDY}"
        )
    rotations = data.get("rotations", features[..., ROTATIONS].reshape(*features.shape[:2], NUM_JOINTS - 1, 6))
    bones = data.get("bones")
    if rotations.shape != (*joints.shape[:2], NUM_JOINTS - 1, 6) or (
        bones is not None and bones.shape != (NUM_JOINTS,)
    ):
        raise InputError(f"{path}: its bones and rotations do not fit its joints: {REMEDY}")
    told = [str(data.get(key, "")) for key in TEXTS]
    features = np.asarray(features, dtype=np.float32)
    try:
        rate = fps.item()
        return Motion(
            np.asarray(joints, dtype=np.float32),
            np.asarray(rotations, dtype=np.float32),
            int(rate) if rate == int(rate) else float(rate),
            Texts.single(*told if len(joints) == len(told) - 1 else told[:1]),
            seed=int(data["seed"]) if "seed" in data else None,
            features=features,
            guidance=_guidance(path, data),
            provenance=_provenance(data),
            bones=None if bones is None else np.asarray(bones, dtype=np.float32),
            remark=str(data.get("remark", "")),
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InputError(f"{path} is not a sample of in2in-sample ({error}): {REMEDY}") from error


def read_provenance(path: Path) -> Provenance | None:
    """What made a sample; None where its file does not say so."""
    try:
        return _provenance(read_npz(path, (), REMEDY, ("provenance",)))
    except ValueError as error:
        raise InputError(f"{path} is not a sample of in2in-sample ({error}): {REMEDY}") from error


def _guidance(path: Path, data: Mapping[str, np.ndarray]) -> dict[str, Any]:
    try:
        guidance = json.loads(str(data.get("guidance", "{}")))
        BlendWeights.of(guidance)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: its guidance cannot be read ({error}): {REMEDY}") from error
    if not isinstance(guidance, dict):
        raise InputError(f"{path}: its guidance is no JSON object: {REMEDY}")
    return guidance


def _provenance(data: Mapping[str, np.ndarray]) -> Provenance | None:
    return Provenance.from_json(str(data["provenance"])) if "provenance" in data else None
