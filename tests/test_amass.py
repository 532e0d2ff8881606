"""HumanML3D with AMASS at hand: rotations come from there, at the right instants."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import roma
import torch
from conftest import Cli
from tensors import joints_of, rotations_of
from torch import Tensor

from in2in.data.layout import read_motion
from in2in.importers.amass import AmassRotations
from in2in.motion.motion import Motion
from in2in.motion.representation import mirror
from in2in.motion.rotations import matrix_from_6d
from in2in.motion.skeleton import BONE_LENGTHS, forward_kinematics, tpose_offsets

SECONDS = 3.0
LEADING = {"KIT": 0.0, "TotalCapture": 1.0}
"""What HumanML3D cuts off at the beginning of a subset's files."""

FIRST = 7
"""First frame of the clip at 20 frames a second."""


def turns(seconds: Tensor) -> Tensor:
    """Local rotation vectors [T, 21, 3] of somebody who writhes."""
    phase, size = torch.rand(2, 21, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return 0.4 * size * torch.sin(6 * phase + 2 * seconds[:, None, None])


def frames(rate: float, seconds: float) -> Tensor:
    return torch.arange(round(rate * seconds) + 1, dtype=torch.float64) / rate


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """HumanML3D with a clip of each of two subsets, its mirrored copy and a clip that AMASS lacks; and AMASS."""
    data, amass = tmp_path / "HumanML3D", tmp_path / "AMASS"
    for name in ("new_joints", "texts"):
        (data / name).mkdir(parents=True)
    seconds = frames(20, SECONDS)
    still = torch.eye(3).double().expand(len(seconds), 3, 3)
    local = roma.rotvec_to_rotmat(turns(seconds))
    hips = torch.tensor([0.0, 0.97, 0.0]).double().expand(len(seconds), 3)
    joints = forward_kinematics(local, still, hips, tpose_offsets(torch.tensor(BONE_LENGTHS).double()))
    rows = ["source_path,start_frame,end_frame,new_name"]
    named = {"000000": "KIT/3/kick_poses", "000001": "TotalCapture/s1/walk_poses", "000002": "humanact12/jump"}
    for clip, source in named.items():
        mirrored = joints_of(mirror(Motion.from_tensors(joints[None], torch.zeros(1, len(joints), 21, 6).double())))
        for name, own in ((clip, joints), (f"M{clip}", mirrored[0])):
            np.save(data / "new_joints" / f"{name}.npy", own.numpy().astype(np.float32))
            (data / "texts" / f"{name}.txt").write_text("a man writhes.#a/DET#0.0#0.0\n")
        rows.append(f"./pose_data/{source}.npy,{FIRST},{FIRST + len(seconds)},{clip}.npy")
        if (subset := source.split("/")[0]) in LEADING:
            early = LEADING[subset] + FIRST / 20
            poses = np.zeros((round(120 * (SECONDS + early)) + 10, 156))
            poses[:, 3:66] = turns(torch.arange(len(poses)) / 120 - early).flatten(1).numpy()
            (amass / source).parent.mkdir(parents=True)
            np.savez(amass / f"{source}.npz", poses=poses, mocap_framerate=120.0, gender="neutral")
    (data.parent / "index.csv").write_text("\n".join(rows) + "\n")
    (data / "train.txt").write_text("\n".join(f"{side}{clip}" for clip in named for side in ("", "M")))
    return data, amass


def prepare(cli: Cli, folders: tuple[Path, Path], *more: str):
    data, amass = folders
    given = ["source=humanml3d", f"humanml3d_dir={data}", f"amass_dir={amass}", f"out={data.parent / 'out'}"]
    return cli("prepare", *given, "processes=1", *more)


def test_rotations_are_those_of_amass_where_it_has_them(cli: Cli, folders: tuple[Path, Path]) -> None:
    finished = prepare(cli, folders, "mirrored=true")
    assert finished.code == 0, finished.err
    assert "rotations: of 4 clips from AMASS, of 2 by inverse kinematics" in finished.out
    true = roma.rotvec_to_rotmat(turns(frames(30, SECONDS)))
    out = folders[0].parent / "out"
    for clip in ("000000", "000001"):
        motion = read_motion(out, clip)
        turned = roma.rotmat_geodesic_distance(matrix_from_6d(rotations_of(motion)[0].double()), true)
        assert float(turned.max()) < 2e-4
        copy = mirror(read_motion(out, f"M{clip}"))
        torch.testing.assert_close(rotations_of(copy), rotations_of(motion), atol=1e-6, rtol=0)
        torch.testing.assert_close(joints_of(copy)[..., 1:], joints_of(motion)[..., 1:], atol=1e-5, rtol=0)
    solved = matrix_from_6d(rotations_of(read_motion(out, "000002"))[0].double())
    assert float(roma.rotmat_geodesic_distance(solved, true).max()) > 0.05  # twists cannot be seen in positions


def rewritten(amass: Path, place: str, name: str, **changes: object) -> None:
    """A file of AMASS elsewhere, with other arrays; None leaves one out."""
    path = amass / place
    arrays = {**np.load(path), **changes}
    path.unlink()
    target = path.with_name(name) if "/" not in name else amass / name
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez(target, **{key: value for key, value in arrays.items() if value is not None})


def smplx(amass: Path) -> None:
    """As SMPL-X files have it: names, more joints in poses, body and root on their own, another word for the rate."""
    for place in ("KIT/3/kick_poses.npz", "TotalCapture/s1/walk_poses.npz"):
        poses = np.load(amass / place)["poses"]
        parts = {"root_orient": poses[:, :3], "pose_body": poses[:, 3:66], "mocap_frame_rate": 120.0}
        wide = np.concatenate([poses, np.zeros((len(poses), 9))], axis=1)
        name = place.rsplit("/", 1)[1].replace("_poses", "_stageii")
        rewritten(amass, place, name, poses=wide, mocap_framerate=None, **parts)


def body_alone(amass: Path) -> None:
    smplx(amass)
    rewritten(amass, "KIT/3/kick_stageii.npz", "kick_stageii.npz", poses=None)


FORMS: dict[str, Callable[[Path], None]] = {
    "smplx": smplx,
    "pose_body alone": body_alone,
    "subset twice": lambda amass: rewritten(amass, "KIT/3/kick_poses.npz", "KIT/KIT/3/kick_poses.npz"),
    "rate in a list": lambda amass: rewritten(
        amass, "KIT/3/kick_poses.npz", "kick_poses.npz", mocap_framerate=np.array([120.0])
    ),
    "rate as text": lambda amass: rewritten(
        amass, "KIT/3/kick_poses.npz", "kick_poses.npz", mocap_framerate=np.array(b"120"), gender=np.array([b"f", b"f"])
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_amass_is_found_and_read(cli: Cli, folders: tuple[Path, Path], form: str) -> None:
    FORMS[form](folders[1])
    finished = prepare(cli, folders)
    assert finished.code == 0, finished.err
    assert "rotations: of 2 clips from AMASS, of 1 by inverse kinematics" in finished.out
    true = roma.rotvec_to_rotmat(turns(frames(30, SECONDS)))
    for clip in ("000000", "000001"):
        found = matrix_from_6d(rotations_of(read_motion(folders[0].parent / "out", clip))[0].double())
        assert float(roma.rotmat_geodesic_distance(found, true).max()) < 2e-4


def test_names_of_later_releases_are_found(tmp_path: Path) -> None:
    index = tmp_path / "index.csv"
    rows = ["./pose_data/MPI_HDM05/bk/HDM bk 01-01_poses.npy,0,9,1.npy", "./pose_data/MPI_mosh/5/a_poses.npy,0,9,2.npy"]
    index.write_text("\ufeffsource_path,start_frame,end_frame,new_name\r\n" + "\r\n".join(rows))
    for place in ("HDM05/bk/HDM_bk_01-01_stageii.npz", "MoSh/MoSh/5/a_poses.npz"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()
    amass = AmassRotations(tmp_path, index)
    assert amass.find("1") == tmp_path / "HDM05/bk/HDM_bk_01-01_stageii.npz"
    assert amass.find("2") == tmp_path / "MoSh/MoSh/5/a_poses.npz"
    assert amass.find("3") is None


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data, amass: shorter(data, amass), "kick_poses.npz has 50 frames, index.csv asks for"),
        (lambda data, amass: (amass / "KIT/3/kick_poses.npz").write_text("x"), "kick_poses.npz cannot be read as .npz"),
        (
            lambda data, amass: rewritten(amass, "KIT/3/kick_poses.npz", "kick_poses.npz", mocap_framerate=[1, 2]),
            r"mocap_framerate is \[1, 2\] of shape",
        ),
        (
            lambda data, amass: rewritten(amass, "KIT/3/kick_poses.npz", "kick_poses.npz", poses=np.zeros((400, 6))),
            r"poses has shape \[400, 6\]",
        ),
        (
            lambda data, amass: rewritten(amass, "KIT/3/kick_poses.npz", "kick_poses.npz", poses=np.array("none")),
            "poses holds <U4, expected numbers",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_stops_nothing(
    cli: Cli, folders: tuple[Path, Path], damage: Callable[[Path, Path], object], words: str
) -> None:
    damage(*folders)
    finished = prepare(cli, folders)
    assert finished.code == 0, finished.err
    assert "rotations: of 1 clips from AMASS, of 2 by inverse kinematics" in finished.out
    [line] = [line for line in finished.out.splitlines() if line.startswith("AMASS' files of 1 clips cannot be used")]
    assert re.search(words, line)


def without(name: str):
    return lambda data, amass: (data.parent / name).unlink()


def replace_index(data: Path, before: str, after: str) -> None:
    path = data.parent / "index.csv"
    path.write_text(path.read_text().replace(before, after))


def shorter(data: Path, amass: Path) -> None:
    path = amass / "KIT/3/kick_poses.npz"
    np.savez(path, poses=np.load(path)["poses"][:50], mocap_framerate=120.0)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data, amass: amass.rename(amass.with_name("gone")), "AMASS is not a folder"),
        (without("index.csv"), "index.csv is missing: amass_dir= needs"),
        (lambda data, amass: (data.parent / "index.csv").write_text("a,b\n1,2\n"), "index.csv:2 is not a line of"),
        (
            lambda data, amass: shutil.rmtree(amass / "KIT") or shutil.rmtree(amass / "TotalCapture"),
            "holds no file that",
        ),
        (lambda data, amass: [file.write_text("x") for file in amass.rglob("*.npz")], "no file of amass_dir=.* can be"),
        (lambda data, amass: replace_index(data, "./pose_data/", "./pose_data/../"), "index.csv:2 is not a line of"),
        (lambda data, amass: replace_index(data, ".npy\n", "x.npy\n"), "index.csv names none of the clips"),
        (lambda data, amass: replace_index(data, f",{FIRST},", ",nan,"), "index.csv:2 is not a line of"),
    ],
)
def test_bad_amass_gets_one_line(cli: Cli, folders: tuple[Path, Path], damage, words: str) -> None:
    damage(*folders)
    finished = prepare(cli, folders)
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if "in2in-prepare:" in line]
    assert re.search(words, line)
    assert not (folders[0].parent / "out").exists()
