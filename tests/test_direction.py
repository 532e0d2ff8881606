"""Scenes: what they ask holds in what is shown, what cannot be is one line, long takes have no seam."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli

from in2in.direction.constraints import Facing, Given, Keyframe, Pose, Route, Touch
from in2in.direction.scene import Scene, Take
from in2in.direction.scene_file import read_scene, schema
from in2in.direction.takes import OVERLAP, Takes
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.prompt import Prompt
from in2in.motion.representation import canonicalise, encode
from in2in.motion.skeleton import INDEX
from in2in.motion.space import FeatureSpace
from in2in.pipeline import Generator
from in2in.runs.folder import BUNDLED

SAMPLER = {
    "_target_": "in2in.diffusion.sampler.Sampler",
    "_partial_": True,
    "solver": {"_target_": "hydra.utils.get_class", "path": "diffusers.DDIMScheduler"},
    "steps": 4,
}

HANDS = Scene("Two people shake hands.", seconds=1.5, seed=3)


@pytest.fixture(scope="module")
def generator() -> Generator:
    """The bundled model in four steps."""
    return Generator.from_pretrained(str(BUNDLED), sampler=SAMPLER)


@pytest.fixture(scope="module")
def made(generator: Generator) -> Motion:
    """What it generates when nothing is asked."""
    [motion] = generator(HANDS)
    return motion


def degrees(joints: np.ndarray) -> np.ndarray:
    """Where hips [..., 22, 3] face, 0 towards +z and 90 towards +x."""
    left, right = joints[..., INDEX["left_hip"], :], joints[..., INDEX["right_hip"], :]
    forward = np.cross([0.0, 1.0, 0.0], right - left)
    return np.degrees(np.arctan2(forward[..., 0], forward[..., 2]))


def palm(joints: np.ndarray, side: str) -> np.ndarray:
    """Eight centimetres from the wrist, away from the elbow."""
    wrist, elbow = joints[..., INDEX[f"{side}_wrist"], :], joints[..., INDEX[f"{side}_elbow"], :]
    return wrist + 0.08 * (wrist - elbow) / np.linalg.norm(wrist - elbow, axis=-1, keepdims=True)


def test_a_scene_without_constraints_is_its_prompt_to_the_byte(generator: Generator, made: Motion) -> None:
    [plain] = generator(Prompt(HANDS.prompt, seconds=1.5, seed=3))
    np.testing.assert_array_equal(made.joints, plain.joints)
    np.testing.assert_array_equal(made.features, plain.features)


def test_joints_are_at_their_places_in_keyframes(generator: Generator) -> None:
    asked = {"right_wrist": (0.2, 1.5, 0.4), "head": (0.0, 1.5, 0.1)}
    [motion] = generator(replace(HANDS, keyframes=(Keyframe(1, 30, asked),)))
    for name, place in asked.items():
        assert np.linalg.norm(motion.joints[0, 30, INDEX[name]] - place) < 0.03


def test_a_whole_pose_is_reached_where_it_was(generator: Generator, made: Motion) -> None:
    [motion] = generator(replace(HANDS, seed=8, poses=(Pose(2, 20, made, of=1, at=40),)))
    assert np.linalg.norm(motion.joints[1, 20] - made.joints[0, 40], axis=-1).max() < 0.03


def test_a_person_walks_its_path_and_faces_along_it(generator: Generator) -> None:
    walk = Route(1, ((0, 1.0, 2.0), (44, 2.0, 2.3)), along=True)
    [motion] = generator(replace(HANDS, paths=(walk,)))
    pelvis = motion.joints[0, :, 0]
    np.testing.assert_allclose(pelvis[[0, 44]][:, [0, 2]], [[1.0, 2.0], [2.0, 2.3]], atol=0.1)
    off = (degrees(motion.joints[0]) - np.degrees(np.arctan2(1.0, 0.3)) + 180) % 360 - 180
    assert np.abs(off).mean() < 10


def test_a_person_turns_as_asked(generator: Generator) -> None:
    [motion] = generator(replace(HANDS, facings=(Facing(2, ((5, 0.0), (40, 90.0))),)))
    np.testing.assert_allclose(degrees(motion.joints[1])[[5, 40]], [0.0, 90.0], atol=10)


def test_hands_rest_on_points_and_on_the_other_person(generator: Generator) -> None:
    point = Touch(1, "left", 10, 20, point=(0.3, 1.2, 0.4))
    shoulder = Touch(2, "right", 25, 35, joint="left_shoulder")
    [motion] = generator(replace(HANDS, touches=(point, shoulder)))
    assert np.linalg.norm(palm(motion.joints[0, 10:21], "left") - np.array([0.3, 1.2, 0.4]), axis=-1).max() < 0.05
    gap = palm(motion.joints[1, 25:36], "right") - motion.joints[0, 25:36, INDEX["left_shoulder"]]
    assert np.linalg.norm(gap, axis=-1).max() < 0.1  # five centimetres from the skin, which is five from the joint


def test_a_loop_ends_where_it_begins(generator: Generator) -> None:
    [motion] = generator(replace(HANDS, loop=True))
    assert np.linalg.norm(motion.joints[:, -1] - motion.joints[:, 0], axis=-1).max() < 0.03


@pytest.mark.parametrize("person", [1, 2])
def test_a_given_person_is_exact_and_the_other_is_generated_to_it(
    generator: Generator, made: Motion, person: int, tmp_path: Path
) -> None:
    moved = replace(made, joints=made.joints + np.array([1.0, 0.0, -2.0], dtype=np.float32))
    moved.save(tmp_path / "000.npz")
    [motion] = generator(replace(HANDS, seed=9, given=Given(person, tmp_path / "000.npz", of=2)))
    np.testing.assert_array_equal(motion.joints[person - 1], moved.joints[1])
    assert motion.bones is not None
    between = np.linalg.norm(motion.joints[0, :, 0] - motion.joints[1, :, 0], axis=-1)
    assert 0.1 < between.mean() < 3.0  # in the given one's world, two metres away from the network's
    assert np.abs(motion.joints[2 - person] - made.joints[0]).max() > 0.05


def test_a_given_person_of_another_size_is_exact_too(generator: Generator, clip: Motion) -> None:
    lead = replace(clip, fps=30)
    [motion] = generator(replace(HANDS, seconds=1.0, given=Given(2, lead, of=1, start=3)))
    np.testing.assert_array_equal(motion.joints[1], lead.joints[0, 3:33])
    assert motion.bones is None  # the two are of different bones


def long_motion(raw: Motion, takes: Takes) -> tuple[torch.Tensor, torch.Tensor]:
    """A recorded motion's features, and those of its windows, each in a frame of its own."""
    motion = canonicalise(raw)
    cut = [motion.crop(window.start, window.end - window.start + 1) for window in takes.windows]
    parts = [encode(canonicalise(part)) for part in cut]
    padded = torch.zeros(len(parts), 2, max(part.shape[1] for part in parts), 262)
    for row, part in zip(padded, parts, strict=True):
        row[:, : part.shape[1]] = part
    return encode(motion), padded


def test_windows_of_one_motion_become_it_again(raw: Motion) -> None:
    scene = Scene(takes=(Take("They turn.", seconds=2), Take("They bow.", seconds=2), Take("They go.", seconds=1.6)))
    takes = Takes(scene, FeatureSpace(Normalizer()))
    whole, windows = long_motion(raw, takes)
    blended = takes(windows.clone(), True)
    torch.testing.assert_close(blended[..., :258], windows[..., :258], atol=2e-2, rtol=0)  # there is nothing to blend
    torch.testing.assert_close(takes.whole(blended)[..., :66], whole[:, :168, :66], atol=5e-3, rtol=0)


def test_windows_agree_where_they_overlap_once_blended(raw: Motion) -> None:
    takes = Takes(
        Scene(takes=(Take("They turn.", seconds=2), Take("They bow.", seconds=2))), FeatureSpace(Normalizer())
    )
    noise = torch.randn(2, 2, 75, 262, generator=torch.Generator().manual_seed(0))
    shown = takes.whole(takes(noise, True))
    later = takes.whole(takes(takes(noise, False), True))
    torch.testing.assert_close(shown, later, atol=1e-4, rtol=0)  # blending what agrees changes nothing
    assert shown.shape == (2, 120, 262)
    assert OVERLAP == 30


def test_takes_are_one_motion_of_their_length_without_jumps(generator: Generator) -> None:
    scene = Scene(takes=(Take("Two people shake hands.", seconds=2.5), Take("They hug.", seconds=13.0)), seed=1)
    [motion] = generator(scene)
    assert len(motion) == round(15.5 * 30)
    assert motion.title == "Two people shake hands. They hug."
    step = np.linalg.norm(np.diff(motion.joints, axis=1), axis=-1).max()
    assert step < 0.5  # windows cut and set together at their own places differ by metres
    assert motion.guidance["scene"]["takes"][1]["seconds"] == 13.0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"keyframes": (Keyframe(1, 45, {"head": (0, 1, 0)}),)}, "frame 45 is outside the motion's 0 to 44"),
        ({"keyframes": (Keyframe(1, 5, {"nose": (0, 1, 0)}),)}, "there is no joint 'nose'"),
        ({"keyframes": (Keyframe(1, 5, {"head": (0, 1, 0), "left_foot": (0, 1, 4)}),)}, "4.00 m apart"),
        (
            {"keyframes": (Keyframe(1, 5, {"head": (0, 1, 0)}), Keyframe(1, 5, {"head": (0, 1.2, 0)}))},
            r"keyframes\[0\] and keyframes\[1\] want person 1's head at two places in frame 5",
        ),
        (
            {"keyframes": (Keyframe(1, 5, {"head": (0, 1, 0)}), Keyframe(1, 6, {"head": (0, 1, 1)}))},
            "faster than a person",
        ),
        ({"paths": (Route(1, ((0, 0, 0), (30, 0, 40))),)}, r"paths\[0\].* m/s .*faster than a person"),
        ({"paths": (Route(1, ((5, 0, 0), (5, 0, 1))),)}, "its frames must go up"),
        (
            {"paths": (Route(2, ((0, 0, 0), (30, 0, 1)), along=True),), "facings": (Facing(2, ((20, 90.0),)),)},
            r"paths\[0\] and facings\[0\] want person 2 to face two ways in frame 20",
        ),
        (
            {"paths": (Route(1, ((0, 0, 0), (30, 0, 1))),), "keyframes": (Keyframe(1, 30, {"pelvis": (0, 1, 2)}),)},
            "person 1's pelvis at two places in frame 30",
        ),
        ({"touches": (Touch(1, "left", 9, 8, point=(0, 1, 0)),)}, "first=9 is after last=8"),
        ({"touches": (Touch(1, "left", 8, 9),)}, "give either point or joint"),
        ({"touches": (Touch(1, "left", 8, 9, joint="ear"),)}, "there is no joint 'ear'"),
        (
            {"touches": (Touch(1, "left", 8, 9, joint="head"), Touch(1, "left", 9, 12, point=(0, 1, 0)))},
            "left hand at two places in frame 9",
        ),
        ({"takes": (Take("They hug."),)}, "takes have their own texts"),
        ({"seconds": 11.0}, "seconds=11 is outside"),
    ],
)
def test_what_cannot_be_is_one_line_before_sampling(generator: Generator, asked: dict, told: str) -> None:
    steps: list[int] = []
    with pytest.raises(InputError, match=told):
        generator(replace(HANDS, **asked), on_step=lambda done, total: steps.append(done))
    assert not steps


def test_a_given_person_is_asked_nothing_else(generator: Generator, made: Motion) -> None:
    given = Given(1, made)
    for asked, told in (
        ({"keyframes": (Keyframe(1, 5, {"head": (0, 1, 0)}),)}, "person 1, who is given whole"),
        ({"loop": True}, "who is given whole"),
        ({"given": Given(1, made, start=1)}, "the motion has 45 frames, frame 45 is asked for"),
        ({"given": Given(1, made, of=3)}, "no person 3"),
        ({"given": Given(1, replace(made, fps=25))}, "25 frames a second"),
    ):
        with pytest.raises(InputError, match=told):
            generator(replace(HANDS, **{"given": given} | asked))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prompt: hug\nkeyframe: []", "keyframe"),
        ("prompt: hug\nkeyframes: [{person: 3, frame: 1, joints: {head: [0, 1, 0]}}]", r"keyframes\[0\].person=3"),
        ("prompt: hug\nkeyframes: [{person: 1, frame: 1.5, joints: {head: [0, 1, 0]}}]", r"keyframes\[0\].frame=1.5"),
        ("prompt: hug\nkeyframes: [{person: 1, frame: 1, joints: {head: [0, 1]}}]", r"keyframes\[0\].joints.head\[2\]"),
        ("prompt: hug\npaths: [{person: 1, points: [[0, .nan, 1], [9, 0, 1]]}]", r"paths\[0\].points\[0\]\[1\]"),
        ("prompt: hug\ntouches: [{person: 1, hand: both, first: 1, last: 2, point: [0, 1, 0]}]", r"touches\[0\].hand"),
        ("prompt: hug\ngiven: {person: 1, file: none.npz}", "none.npz"),
        ("prompt: hug\nkeyframes: [{person: 1, frame: 900, joints: {head: [0, 1, 0]}}]", "outside the motion"),
        ("takes: [{prompt: hug, seconds: 1}]", r"takes\[0\].seconds=1"),
        ("takes: []", "the prompt is empty"),
        ("- hug", "no mapping"),
    ],
)
def test_scene_files_are_read_strictly(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "scene.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as raised:
        read_scene(path)
    assert "\n" not in str(raised.value)


def test_the_command_generates_a_scene_file(cli: Cli, made: Motion, tmp_path: Path) -> None:
    made.save(tmp_path / "lead.npz")
    (tmp_path / "scene.yaml").write_text(
        "prompt: They shake hands.\nseconds: 1\ngiven: {person: 2, file: lead.npz}\n"
        "touches: [{person: 1, hand: right, first: 5, last: 9, joint: right_wrist}]\n"
    )
    options = (f"scene={tmp_path / 'scene.yaml'}", f"run={BUNDLED}", "sampler=ddim", "sampler.steps=3", "device=cpu")
    result = cli("sample", *options, f"out={tmp_path / 'out'}", "seed=4")
    assert result.code == 0, result.err
    motion = Motion.load(tmp_path / "out" / "000.npz")
    np.testing.assert_array_equal(motion.joints[1], made.joints[0, :30])
    assert motion.seed == 4
    assert motion.guidance["scene"]["touches"][0]["joint"] == "right_wrist"
    again = cli("sample", *options, f"out={tmp_path / 'out'}")
    assert "scenes are not resumed" in again.err
    both = cli("sample", *options, "prompt=They hug.")
    assert "leave prompt= out" in both.err


def test_the_schema_in_the_docs_is_that_of_scene_files() -> None:
    written = json.loads((Path(__file__).parents[1] / "docs" / "scene.schema.json").read_text(encoding="utf-8"))
    assert written == schema()  # python -m in2in.direction.scene_file > docs/scene.schema.json
    assert set(written["properties"]) == set(Scene.__dataclass_fields__)
