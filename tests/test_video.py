"""Videos and the picture strip: what is where in the pictures, and that they keep time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from takes import pushed

from in2in.errors import InputError
from in2in.export.camera import Camera
from in2in.export.render import render
from in2in.export.strip import write_strip
from in2in.export.video import write_gif, write_mp4
from in2in.motion.motion import Motion
from in2in.motion.skeleton import JOINTS, PARENTS, tpose_offsets
from in2in.motion.texts import Texts


@pytest.fixture(scope="module")
def take() -> Motion:
    return pushed()


def test_mp4_has_every_frame_at_its_rate(take: Motion, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    pytest.importorskip("imageio_ffmpeg")
    write_mp4(tmp_path / "x.mp4", take, (320, 180))
    with av.open(tmp_path / "x.mp4") as film:
        [stream] = film.streams.video
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        assert (stream.average_rate, stream.codec_context.name) == (30, "h264")
        assert (stream.width, stream.height, len(pictures)) == (320, 180, 40)
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert film.metadata["title"] == take.title
    drawn = list(render(take, (320, 180)))
    assert np.abs(pictures[25].astype(int) - drawn[25]).mean() < 3


def test_gif_keeps_time(take: Motion, tmp_path: Path) -> None:
    write_gif(tmp_path / "x.gif", take, (160, 90))
    with Image.open(tmp_path / "x.gif") as film:
        shown = 0
        for number in range(film.n_frames):
            film.seek(number)
            shown += film.info["duration"]
        assert film.size == (160, 90)
    assert shown == pytest.approx(40 / 30 * 1000, abs=10)


def blue(picture: np.ndarray) -> np.ndarray:
    return picture[..., 2].astype(int) - picture[..., 0] > 60


def orange(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0].astype(int) - picture[..., 2] > 80


def standing(*places: tuple[float, float]) -> Motion:
    """People in the T-pose at x, z."""
    offsets = tpose_offsets(torch.tensor([0.0, *[0.25] * 21])).numpy()
    pose = np.zeros((22, 3), dtype=np.float32)
    for joint in range(1, 22):
        pose[joint] = pose[PARENTS[joint]] + offsets[joint]
    pose[:, 1] -= pose[:, 1].min()
    return Motion(np.stack([[pose + np.array([x, 0, z], dtype=np.float32)] for x, z in places]))


def test_a_person_is_drawn_where_the_camera_sees_the_joints() -> None:
    take = standing((-1.0, 0.0), (1.0, 0.0))
    camera = Camera.following(take.joints, 30, (640, 360))
    [picture] = render(take, (640, 360))
    for person, mask in ((0, blue(picture)), (1, orange(picture))):
        seen = camera.project(take.joints[person, 0], 0)
        for x, y, _ in seen:
            assert np.abs(picture[int(y), int(x)] - np.array([230.0, 233.0, 237.0])).max() > 80
        rows, columns = np.nonzero(mask)
        assert columns.min() > seen[:, 0].min() - 40
        assert columns.max() < seen[:, 0].max() + 40
        assert rows.max() < seen[:, 1].max() + 20


def test_who_stands_in_front_hides_who_stands_behind() -> None:
    """Seen along the line between the two: the nearer covers the other's chest."""
    for first, second in (((0.0, 0.0), (0.3, 0.6)), ((0.3, 0.6), (0.0, 0.0))):
        take = standing(first, second)
        camera = Camera.following(take.joints, 30, (640, 360))
        [picture] = render(take, (640, 360))
        chests = camera.project(take.joints[:, 0, JOINTS.index("spine2")], 0)
        near = int(chests[:, 2].argmin())
        x, y = chests[near, :2].astype(int)
        assert (blue, orange)[near](picture)[y, x]


def test_the_camera_follows() -> None:
    still = standing((-0.5, 0.0), (0.5, 0.0))
    away = np.linspace(0, 6, 60)[None, :, None, None] * np.array([1.0, 0.0, 0.5])
    take = Motion((still.joints + away).astype(np.float32))
    for picture in render(take, (320, 180), range(0, 60, 20)):
        for mask in (blue(picture), orange(picture)):
            rows, columns = np.nonzero(mask)
            assert 20 < columns.mean() < 300
            assert len(rows) > 200


@pytest.mark.parametrize("apart", [1.0, 4.0, 20.0])
@pytest.mark.parametrize("size", [(1280, 720), (330, 400)])
def test_everyone_is_in_every_picture(apart: float, size: tuple[int, int]) -> None:
    """Two who circle each other, one of them a metre in the air."""
    angle = np.linspace(0, 2 * np.pi, 40)
    way = apart / 2 * np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=-1)[:, None]
    pose = standing((0.0, 0.0)).joints[0]
    joints = np.stack([pose + way, pose - way + (0.0, 1.0, 0.0)])
    camera = Camera.following(joints, 30, size)
    for frame in range(40):
        seen = camera.project(joints[:, frame].reshape(-1, 3), frame)
        assert (seen[:, :2] > 0).all()
        assert (seen[:, :2] < size).all()


def test_texts_stay_in_the_picture(take: Motion) -> None:
    title = "ДВА ЧЕЛОВЕКА МЕДЛЕННО ИДУТ НАВСТРЕЧУ ДРУГ ДРУГУ И ОБНИМАЮТСЯ " * 4
    for size in ((1280, 720), (320, 180)):
        bare = replace(take, texts=Texts(), seed=None)
        [told], [plain] = (list(render(shown, size, [0])) for shown in (replace(bare, texts=Texts.single(title)), bare))
        columns = np.nonzero((told != plain).any(axis=(0, 2)))[0]
        assert size[0] / 2 < columns.max() < size[0] - size[1] / 25


def test_a_film_that_cannot_be_encoded_leaves_nothing(take: Motion, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    with pytest.raises(InputError, match=r"x.mp4: a film of 321 x 180 pixels cannot be encoded"):
        write_mp4(tmp_path / "x.mp4", take, (321, 180))
    with pytest.raises(InputError, match=r"x.mp4 cannot be written"):
        write_mp4(tmp_path / "x.mp4", replace(take, fps=1e-9), (320, 180))  # the encoder refuses this rate
    assert not list(tmp_path.iterdir())


def test_the_strip_shows_moments_side_by_side(take: Motion, tmp_path: Path) -> None:
    write_strip(tmp_path / "x.png", take)
    with Image.open(tmp_path / "x.png") as file:
        pictures = np.split(np.asarray(file.convert("RGB")), 6, axis=1)
    for picture in pictures:
        assert blue(picture).sum() > 500
        assert orange(picture).sum() > 500
    [first] = render(replace(take, texts=Texts(), seed=None), (pictures[0].shape[1], pictures[0].shape[0]), [0])
    np.testing.assert_array_equal(pictures[0], first)
