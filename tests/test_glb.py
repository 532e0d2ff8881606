"""GLB as animation programs take it: one skeleton and one skin a person, read with other people's readers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pybvh
import pytest
import torch
from glb_reader import Glb
from takes import as_take, pushed

from in2in.bench.people import generate
from in2in.export.body import LIMBS, POINTS, body_points
from in2in.export.bvh import write_bvh
from in2in.export.choices import HUMANIK, NAMES, Choices
from in2in.export.formats import fitting_error
from in2in.export.glb import write_glb
from in2in.motion.decoding import RotationDecoding
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise, decode, encode
from in2in.motion.skeleton import BONE_LENGTHS, JOINTS, MIRROR, PARENTS
from in2in.motion.texts import Texts

EXACT = Choices(exact=True)


@pytest.fixture(scope="module")
def take() -> Motion:
    return pushed()


@pytest.fixture(scope="module")
def drifting(take: Motion) -> Motion:
    """Bones that change their length and rotations that hardly fit, as a network makes them."""
    rng = np.random.default_rng(0)
    slow = np.cumsum(rng.normal(0, 0.004, take.joints.shape), axis=1).astype(np.float32)
    assert take.rotations is not None
    rotations = take.rotations + rng.normal(0, 0.1, take.rotations.shape).astype(np.float32)
    return Motion(take.joints + slow, rotations, texts=Texts.single("drifting"))


@pytest.fixture
def glb(drifting: Motion, tmp_path: Path) -> Glb:
    write_glb(tmp_path / "x.glb", drifting, EXACT)
    return Glb(tmp_path / "x.glb")


def test_the_joints_of_each_person_are_one_tree_that_a_skin_names(glb: Glb) -> None:
    assert len(glb.file.skins) == 2
    for person in ("person1", "person2"):
        joints, _ = glb.skin(f"{person}_skin")
        assert joints == [f"{person}_{name}" for name in JOINTS]
        numbers = [glb.names.index(joint) for joint in joints]
        assert glb.names[glb.parent[numbers[0]]] == person
        assert [glb.parent[number] for number in numbers[1:]] == [numbers[parent] for parent in PARENTS[1:]]
    assert len(set(glb.names)) == len(glb.names)


@pytest.mark.parametrize("rotations", ["given", "none"])
def test_joints_are_where_the_motion_has_them(rotations: str, drifting: Motion, tmp_path: Path) -> None:
    given = drifting.rotations if rotations == "given" else None
    write_glb(tmp_path / "x.glb", Motion(drifting.joints, given), EXACT)
    glb = Glb(tmp_path / "x.glb")
    np.testing.assert_allclose(glb.seconds(), np.arange(40) / 30, atol=1e-6)
    for frame in (0, 17, 39):
        world = glb.world(frame)
        for person, joints in enumerate(drifting.joints, start=1):
            found = np.stack([world[f"person{person}_{name}"][:3, 3] for name in JOINTS])
            np.testing.assert_allclose(found, joints[frame], atol=1e-5)


def test_at_rest_it_is_a_t_pose_on_the_floor_that_the_inverse_bind_matrices_undo(glb: Glb, drifting: Motion) -> None:
    world = glb.world()
    for person, joints in enumerate(drifting.joints, start=1):
        names, unbind = glb.skin(f"person{person}_skin")
        rest = np.stack([world[name] for name in names])
        np.testing.assert_allclose(rest @ unbind, np.tile(np.eye(4), (22, 1, 1)), atol=1e-6)
        place = dict(zip(JOINTS, rest[:, :3, 3], strict=True))
        np.testing.assert_allclose(place["pelvis"][[0, 2]], joints[0, 0, [0, 2]], atol=1e-6)
        arms = place["left_wrist"] - place["right_wrist"]
        assert arms[0] > 10 * np.abs(arms[1:]).max()  # the left is at +x of who faces +z
        skin = glb.vertices(f"person{person}_skin")
        assert abs(skin[:, 1].min()) < 0.02
        assert 0.1 < skin[:, 1].max() - place["head"][1] < 0.25


def test_bones_keep_their_length_where_exact_joints_are_not_asked_for(drifting: Motion, tmp_path: Path) -> None:
    write_glb(tmp_path / "x.glb", drifting)
    glb = Glb(tmp_path / "x.glb")
    lengths = []
    for frame in (0, 13, 39):
        world = glb.world(frame)
        place = np.stack([world[f"person2_{name}"][:3, 3] for name in JOINTS])
        lengths.append(np.linalg.norm(place[1:] - place[list(PARENTS[1:])], axis=-1))
        np.testing.assert_allclose(place, drifting.rigs[1].joints()[frame], atol=1e-5)
    np.testing.assert_allclose(lengths[1:], lengths[:1] * 2, atol=1e-5)


def test_generated_people_have_one_skeleton_whatever_was_predicted(tmp_path: Path) -> None:
    """Posed by the rotations, on their own bones where these are known; left and right alike."""
    rests = []
    for seed in range(2):
        motion = as_take(generate(1, seed).motion)
        raw = canonicalise(generate(1, seed).motion)
        predicted = encode(raw)
        predicted[..., :66] += 0.05 * torch.randn(predicted[..., :66].shape, generator=torch.manual_seed(seed))
        shown = replace(decode(predicted), texts=motion.texts)
        write_glb(tmp_path / "x.glb", shown)
        rests.append(Glb(tmp_path / "x.glb").world())
        bones = np.array(BONE_LENGTHS) * 1.1
        posed = RotationDecoding(bones.tolist())(predicted)
        assert fitting_error(posed)[1] < 0.001
        for rig in posed.rigs:
            np.testing.assert_allclose(np.linalg.norm(rig.offsets, axis=-1), bones, atol=1e-6)
    for joint, other_side in enumerate(MIRROR):
        places = [world[f"person1_{JOINTS[joint]}"][:3, 3] - world["person1_pelvis"][:3, 3] for world in rests]
        np.testing.assert_allclose(*places, atol=1e-5)
        other = rests[1][f"person2_{JOINTS[other_side]}"][:3, 3] - rests[1]["person2_pelvis"][:3, 3]
        np.testing.assert_allclose(places[0] * [-1, 1, 1], other, atol=1e-5)


@pytest.mark.parametrize(
    ("names", "first", "second"),
    [("mixamo", "mixamorig:Hips", "mixamorig1:Hips"), ("humanik", "Character1_Hips", "Character2_Hips")],
)
def test_names_are_those_that_other_programs_know(
    names: str, first: str, second: str, take: Motion, tmp_path: Path
) -> None:
    write_glb(tmp_path / "x.glb", take, Choices(names=NAMES[names]))
    glb = Glb(tmp_path / "x.glb")
    assert glb.skin("person1_skin")[0] == [first.replace("Hips", name) for name in HUMANIK]
    assert glb.skin("person2_skin")[0][0] == second
    for path in write_bvh(tmp_path / "x", take, Choices(names=NAMES[names])):
        assert set(NAMES[names].of()) <= set(pybvh.read_bvh_file(path).node_index)


def test_limbs_follow_the_joints(glb: Glb, drifting: Motion) -> None:
    """The skin by an independent linear blend skinning lies around the limbs of the motion, as they are thick."""
    points = body_points(drifting.joints)
    bones = [limb for limb in LIMBS if limb.end < 22 and PARENTS[limb.end] == limb.start]
    for person in range(2):
        for frame in (0, 21, 39):
            skin, joints = glb.vertices(f"person{person + 1}_skin", frame), points[person, frame]
            for limb in bones:
                start, end = joints[limb.start], joints[limb.end]
                along = (end - start) / np.linalg.norm(end - start)
                middle = (start + end) / 2
                around = skin[np.abs((skin - middle) @ along) < 0.15 * np.linalg.norm(end - start)]
                away = np.linalg.norm(np.cross(around - middle, along), axis=1)
                thick = (limb.radius_start + limb.radius_end) / 2
                assert (np.abs(away - thick) < 0.012).sum() >= 4, f"{POINTS[limb.start]} to {POINTS[limb.end]}"
            ball = np.linalg.norm(skin - joints[JOINTS.index("left_knee")], axis=1)
            assert np.abs(ball - 0.058).min() < 0.002


def test_trimesh_loads_both_people_upright_and_facing_outwards(take: Motion, tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    write_glb(tmp_path / "x.glb", take)
    scene = trimesh.load(tmp_path / "x.glb")
    low, high = scene.bounds
    assert -0.05 < low[1] < 0.05
    assert 1.4 < high[1] < 2
    assert scene.graph.transforms.parents["person1_left_knee"] == "person1_left_hip"
    assert len(scene.geometry) == 2 * len({limb.tint for limb in LIMBS})
    for mesh in scene.geometry.values():
        for piece in mesh.split(only_watertight=False):
            outward = np.einsum("ij,ij->i", piece.face_normals, piece.triangles_center - piece.vertices.mean(axis=0))
            assert (outward > 0).mean() > 0.95
