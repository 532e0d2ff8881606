"""The user's SMPL-H body over a motion, with a fabricated file of the same layout."""

import base64
import json
import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from chromium import chromium, wait
from conftest import Cli
from glb_reader import Glb
from scipy.spatial.transform import Rotation

from in2in.bench.people import generate
from in2in.errors import InputError
from in2in.export.body_model import BodyModel, read_body_model
from in2in.export.choices import Choices
from in2in.export.glb import write_glb
from in2in.export.html import render_page, write_page
from in2in.export.smpl import write_smpl
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise
from in2in.motion.skeleton import BONE_LENGTHS, NUM_JOINTS, PARENTS, tpose_offsets
from in2in.motion.texts import Texts

ROOT = 2**32 - 1
"""What the real files hold as the parent of the pelvis."""

SMPLH_PARENTS = [ROOT, *PARENTS[1:]]
for wrist in (20, 21):
    for _ in range(5):
        first = len(SMPLH_PARENTS)
        SMPLH_PARENTS += [wrist, first, first + 1]

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * 0.06


def fabricated(path: Path, **changed: np.ndarray) -> Path:
    """A body of a tetrahedron around each of the 52 joints, half moved by its joint and half by the parent."""
    rest = np.zeros((52, 3))
    offsets = tpose_offsets(1.1 * torch.tensor(BONE_LENGTHS)).numpy()
    for joint in range(1, 52):
        side = 1 if joint in (20, *range(22, 37)) else -1
        offset = offsets[joint] if joint < NUM_JOINTS else np.array([side * 0.03, 0.0, 0.01 * (joint % 3)])
        rest[joint] = rest[SMPLH_PARENTS[joint]] + offset
    weights, regressor = np.zeros((208, 52)), np.zeros((52, 208))
    for joint in range(52):
        own = slice(4 * joint, 4 * joint + 4)
        weights[own, joint] += 0.5
        weights[own, SMPLH_PARENTS[joint] if joint else 0] += 0.5
        regressor[joint, own] = 0.25
    faces = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])
    data = {
        "v_template": (rest[:, None] + TETRAHEDRON).reshape(-1, 3),
        "f": (4 * np.arange(52)[:, None, None] + faces).reshape(-1, 3).astype(np.uint32),
        "weights": weights,
        "J_regressor": regressor,
        "kintree_table": np.array([SMPLH_PARENTS, range(52)], dtype=np.uint32),
        "posedirs": np.zeros((208, 3, 459), dtype=np.float32),
        "shapedirs": np.zeros((208, 3, 16), dtype=np.float32),
    }
    np.savez(path, **{**data, **changed})
    return path


def smplh_vertices(model: Path, amass: Path) -> np.ndarray:
    """Linear blend skinning [T, V, 3], y up, of an AMASS file by a model file, with numpy and scipy alone."""
    with np.load(model) as body, np.load(amass) as motion:
        parents, vertices = body["kintree_table"][0].astype(np.int64), body["v_template"]
        rest, weights = body["J_regressor"] @ vertices, body["weights"]
        local = Rotation.from_rotvec(motion["poses"].reshape(-1, 3)).as_matrix().reshape(-1, 52, 3, 3)
        world, places = [local[:, 0]], [motion["trans"] + motion["rest_pelvis"]]
        for joint in range(1, 52):
            parent = parents[joint]
            world.append(world[parent] @ local[:, joint])
            places.append(places[parent] + world[parent] @ (rest[joint] - rest[parent]))
    posed = np.zeros((len(local), len(vertices), 3))
    for joint in range(52):
        moved = (vertices - rest[joint]) @ world[joint].transpose(0, 2, 1) + places[joint][:, None]
        posed += weights[:, joint, None] * moved
    return posed @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]).T


@pytest.fixture(scope="module")
def take() -> Motion:
    motion = canonicalise(generate(3, 0, "push").motion.crop(0, 20))
    return replace(motion, texts=Texts.single("two people"))


@pytest.fixture(scope="module")
def folder(take: Motion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file, a GLB, a page and AMASS files of one take."""
    folder = tmp_path_factory.mktemp("model")
    model = read_body_model(fabricated(folder / "model.npz"))
    write_glb(folder / "x.glb", take, Choices(model))
    write_page(folder / "x.html", [take], "x", model)
    write_smpl(folder / "x", take)
    return folder


def expected(folder: Path, person: int) -> np.ndarray:
    return smplh_vertices(folder / "model.npz", folder / f"x_person{person}_smplh.npz")


@pytest.mark.parametrize("person", [1, 2])
def test_the_glb_s_skin_is_smplh_posed_by_the_amass_file(folder: Path, person: int) -> None:
    for frame in (0, 7, 19):
        np.testing.assert_allclose(
            Glb(folder / "x.glb").vertices(f"person{person}_skin", frame), expected(folder, person)[frame], atol=1e-4
        )


def test_the_glb_with_a_skin_is_loaded_by_trimesh(folder: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(folder / "x.glb")
    assert len(scene.geometry) == 2
    assert all(len(mesh.vertices) == 208 and mesh.is_winding_consistent for mesh in scene.geometry.values())


def test_the_page_bends_the_skin_as_smplh_does(folder: Path, tmp_path: Path) -> None:
    bent = """
        viewer.pause(); viewer.seek(7);
        const done = arguments[0];
        requestAnimationFrame(() => requestAnimationFrame(() => done(viewer.skins().map((skin) => [...skin]))));
    """
    with chromium(tmp_path / "profile") as browser:
        browser.get((folder / "x.html").as_uri())
        wait(browser, "window.viewer && !document.getElementById('model').hidden", 120)
        skins = np.array(browser.execute_async_script(bent)).reshape(2, -1, 3)
        assert browser.get_log("browser") == []
    for person, skin in enumerate(skins, start=1):
        np.testing.assert_allclose(skin, expected(folder, person)[7], atol=2e-3)  # the page holds whole millimetres


def test_a_model_of_real_size_leaves_the_page_small(take: Motion) -> None:
    count = 6890
    rng = np.random.default_rng(0)
    shares = np.full((count, 4), 0.25, dtype=np.float32)
    body = BodyModel(
        rng.normal(0, 0.5, (count, 3)).astype(np.float32),
        rng.integers(0, count, (13776, 3)),
        rng.integers(0, NUM_JOINTS, (count, 4)),
        shares,
        rng.normal(0, 0.5, (NUM_JOINTS, 3)).astype(np.float32),
    )
    assert take.rotations is not None
    long = [np.tile(part, (1, 15, 1, 1)) for part in (take.joints, take.rotations)]
    page = render_page([Motion(*long, texts=Texts.single("ten seconds"))], body_model=body)
    assert len(page) < 2_000_000


def test_exporting_takes_a_model(cli: Cli, take: Motion, tmp_path: Path) -> None:
    assert take.rotations is not None
    rotations = take.rotations.reshape(2, 20, -1)
    features = np.concatenate(
        [take.joints.reshape(2, 20, -1), np.zeros((2, 20, 66)), rotations, np.zeros((2, 20, 4))], -1
    )
    Motion(take.joints, texts=Texts.single("they meet", "", ""), features=features.astype(np.float32)).save(
        tmp_path / "000.npz"
    )
    model = fabricated(tmp_path / "model with space.npz")
    finished = cli("export", f"files={tmp_path}/000.npz", "to=[glb,html]", f"smplh_model={model}")
    assert finished.code == 0, finished.err
    assert "person2_skin" in (tmp_path / "000.glb").read_bytes().decode("latin1")
    page = (tmp_path / "000.html").read_text()
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    assert len(base64.b64decode(json.loads(found[1])["model"]["vertices"])) == 208 * 3 * 2


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("exploded"),))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"weights": np.zeros((208, 24))}, r"weights is \[208, 24\], expected \[any, 52\]"),
        ({"v_template": np.full((208, 3), np.nan)}, "v_template holds nothing, or what is no finite number"),
        ({"v_template": np.zeros((100, 3))}, "of different bodies"),
        ({"f": np.full((1, 3), 300)}, "vertices that are not there"),
        ({"kintree_table": np.zeros((2, 52))}, "hang together in another way"),
        (
            {"weights": np.array([Bomb()], dtype=object)},
            "weights cannot be read .it is an array of Python objects, which are never opened",
        ),
    ],
)
def test_other_files_are_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, np.ndarray], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=words) as caught:
        read_body_model(fabricated(tmp_path / "model.npz", **changed))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "exploded").exists()


def test_pickles_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SMPLH_MALE.pkl").write_bytes(pickle.dumps(Bomb()))
    (tmp_path / "renamed.npz").write_bytes(pickle.dumps(Bomb()))
    for name, words in (("SMPLH_MALE.pkl", "never opened"), ("renamed.npz", "cannot be read"), ("no.npz", "cannot be")):
        with pytest.raises(InputError, match=words):
            read_body_model(tmp_path / name)
    assert not (tmp_path / "exploded").exists()
