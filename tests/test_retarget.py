"""Motion on characters of other proportions, read back from their files by other people's readers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pybvh
import pytest
from characters import LONG_ARMED, long_armed, short
from conftest import Cli
from glb_reader import Glb
from takes import as_take, sample_of

from in2in.bench.people import generate
from in2in.cli.export import character_of
from in2in.export.choices import HUMANIK
from in2in.motion.motion import Motion
from in2in.motion.skeleton import INDEX, PALM, SIDES
from in2in.retarget.files import write_retargeted

FEET = ("LeftFoot", "RightFoot", "LeftToeBase", "RightToeBase")
NAMES = dict(zip(HUMANIK, INDEX.values(), strict=True))


@pytest.fixture(scope="module")
def take() -> Motion:
    """Half a second of a handshake while hands touch."""
    whole = as_take(generate(3, 0, "handshake").motion)
    return whole.crop(int(palm_gap(whole.joints[0], whole.joints[1], 1.0).argmin()) - 8, 16)


def palm_gap(one: np.ndarray, two: np.ndarray, scale: float) -> np.ndarray:
    """Metres between the nearest palms of joints [T, 22, 3]."""
    palms = []
    for joints in (one, two):
        elbow, wrist = (joints[:, [INDEX[f"{side}_{joint}"] for side in SIDES]] for joint in ("elbow", "wrist"))
        forearm = wrist - elbow
        palms.append(wrist + scale * PALM * forearm / np.linalg.norm(forearm, axis=-1, keepdims=True))
    return np.linalg.norm(palms[0][:, :, None] - palms[1][:, None], axis=-1).min(axis=(1, 2))


def read_bvh(path: Path) -> dict[str, np.ndarray]:
    file = pybvh.read_bvh_file(path)
    places = file.node_positions()
    return {name: places[:, number] / 100 for name, number in file.node_index.items()}


def read_glb(path: Path) -> dict[str, np.ndarray]:
    glb = Glb(path)
    frames = [glb.world(frame) for frame in range(len(glb.seconds()))]
    names = [name for name in frames[0] if name.startswith("mixamorig:")]
    return {name.removeprefix("mixamorig:"): np.stack([own[name][:3, 3] for own in frames]) for name in names}


@pytest.mark.parametrize(("make", "read", "leg"), [(long_armed, read_bvh, 0.701), (short, read_glb, 0.616)])
def test_hands_meet_and_feet_keep_to_the_floor(
    make: Callable[[Path], Path],
    read: Callable[[Path], dict[str, np.ndarray]],
    leg: float,
    take: Motion,
    tmp_path: Path,
) -> None:
    character = make(tmp_path)
    paths = write_retargeted(tmp_path / "000", take, [character_of(str(character))])
    assert [path.name for path in paths] == [f"000_person{k}_{character.name}" for k in (1, 2)]
    found = [read(path) for path in paths]
    thighs, shins = (np.linalg.norm(take.joints[:, 0, a] - take.joints[:, 0, b], axis=-1) for a, b in ((5, 2), (8, 5)))
    scale = 2 * leg / (thighs + shins).sum()
    ours = []
    for person in found:
        joints = np.zeros_like(take.joints[0])
        for name, place in person.items():
            if name in NAMES:
                joints[:, NAMES[name]] = place
        ours.append(joints)
        lowest = np.min([person[name][:, 1] for name in FEET], axis=0)
        wanted = scale * take.joints[:, :, [7, 8, 10, 11], 1].min(axis=-1)[len(ours) - 1]
        assert np.abs(lowest - wanted).max() < 0.02
        thigh = np.linalg.norm(person["LeftLeg"] - person["LeftUpLeg"], axis=-1)
        assert np.ptp(thigh) < 1e-4  # the character's own bones
    gap, before = palm_gap(ours[0], ours[1], scale), palm_gap(take.joints[0], take.joints[1], 1.0)
    assert before.min() < 0.06
    assert np.abs(gap - scale * before).max() < 0.03
    apart = np.linalg.norm((ours[0] - ours[1])[:, 0], axis=-1)
    expected = scale * np.linalg.norm((take.joints[0] - take.joints[1])[:, 0], axis=-1)
    np.testing.assert_allclose(apart, expected, atol=0.15)


def test_the_character_keeps_its_joints_and_skin(cli: Cli, take: Motion, tmp_path: Path) -> None:
    characters = [long_armed(tmp_path), short(tmp_path)]
    sample = sample_of(take, tmp_path / "000.npz")
    given = ",".join(map(str, characters))
    finished = cli("export", f"files={sample}", f"character=[{given}]", f"out={tmp_path}/on")
    assert finished.code == 0, finished.err
    before, after = (pybvh.read_bvh_file(p) for p in (characters[0], tmp_path / "on" / "000_person1_longarmed.bvh"))
    assert set(before.node_index) == set(after.node_index) >= set(LONG_ARMED)
    rest = [file.rest_pose_positions() for file in (before, after)]
    np.testing.assert_allclose(rest[0] - rest[0][0], rest[1] - rest[1][0], atol=1e-4)
    whole, moved = Glb(characters[1]), Glb(tmp_path / "on" / "000_person2_short.glb")
    assert whole.names == moved.names
    np.testing.assert_allclose(whole.vertices("person1_skin"), moved.vertices("person1_skin"), atol=1e-6)


def test_a_character_that_cannot_be_used_is_one_line(cli: Cli, take: Motion, tmp_path: Path) -> None:
    sample = sample_of(take, tmp_path / "000.npz")
    (tmp_path / "x.glb").write_bytes(b"no")
    (tmp_path / "y.bvh").write_text(long_armed(tmp_path).read_text().replace("LeftUpLeg", "Tail"))
    for name, words in (
        ("x.glb", "cannot be read as GLB"),
        ("y.bvh", "joints of no known skeleton"),
        ("z.fbx", "must be a .bvh or .glb file"),
        (f"[{tmp_path}/longarmed.bvh,{tmp_path}/longarmed.bvh,{tmp_path}/longarmed.bvh]", "names 3 files for 2 people"),
    ):
        given = name if name.startswith("[") else tmp_path / name
        finished = cli("export", f"files={sample}", f"character={given}")
        assert finished.code == 1
        assert words in finished.err
    assert len(list(tmp_path.iterdir())) == 4
