"""From where people are seen, in videos and in the page: nobody hides anybody."""

import io
from pathlib import Path

import numpy as np
import pytest
from chromium import chromium, wait
from PIL import Image
from standing import two_people

from in2in.bench.people import KINDS, generate
from in2in.export.camera import Camera, sides
from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.skeleton import PARENTS
from in2in.motion.texts import Texts

SIZE = (1280, 720)
FLESH = 0.07
"""Metres, about half the thickness of a limb."""


def seen(joints: np.ndarray, fps: float = 30) -> np.ndarray:
    """The share of each person's joints that no limb of the other hides, by the video's camera: [2, T]."""
    camera = Camera.following(joints, fps, SIZE)
    shares = np.zeros(joints.shape[:2])
    for frame in range(joints.shape[1]):
        flat = [camera.project(person[frame], frame) for person in joints]
        for one, other in ((0, 1), (1, 0)):
            start, end = flat[other][list(PARENTS[1:])], flat[other][1:]
            along = (end - start)[:, :2]
            off = flat[one][:, None, :2] - start[None, :, :2]
            part = np.clip((off * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9), 0, 1)
            gap = np.linalg.norm(off - part[..., None] * along, axis=-1)
            depth = (start + part[..., None] * (end - start))[..., 2]
            hidden = (gap < FLESH * camera.focal / depth) & (depth < flat[one][:, None, 2])
            shares[one, frame] = 1 - hidden.any(axis=1).mean()
    return shares


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_both_are_in_sight_whatever_they_do(kind: str) -> None:
    shares = seen(generate(1, 1, kind).motion.joints)
    assert (shares.min(axis=0) > 0.5).mean() > 0.95


def test_the_camera_stands_still_unless_the_pair_turns_and_never_crosses_their_line() -> None:
    still = sides(two_people(60), 30)
    assert np.ptp(still) == 0
    turns = np.linspace(0, 4 * np.pi, 240)
    way = np.stack([np.cos(turns), 0 * turns, np.sin(turns)], axis=-1)[:, None]
    circling = np.stack([way, -way])
    angle = sides(np.broadcast_to(circling, (2, 240, 22, 3)), 30)
    across = -2 * way[:, 0]
    view = np.stack([np.sin(angle), np.cos(angle)], axis=-1)  # from the people to the camera, on the floor
    left = across[:, 0] * view[:, 1] - across[:, 2] * view[:, 0]
    assert (left > 0).all() or (left < 0).all()
    assert np.abs(np.diff(angle)).max() < 0.1


def test_the_page_shows_both_when_one_stands_behind_the_other(tmp_path: Path) -> None:
    """Along any line, also where they change places: they stand side by side in the picture."""
    behind = two_people(60)[..., [2, 1, 0]]
    angle = np.linspace(0, np.pi, 60)[None, :, None]
    turned = behind.copy()
    turned[..., 0] = behind[..., 0] * np.cos(angle) + behind[..., 2] * np.sin(angle)
    turned[..., 2] = behind[..., 2] * np.cos(angle) - behind[..., 0] * np.sin(angle)
    for name, joints in (("behind", behind), ("turned", turned)):
        page = tmp_path / f"{name}.html"
        write_page(page, [Motion(joints, texts=Texts.single(name))])
        with chromium(tmp_path / f"profile-{name}", (640, 400)) as browser:
            browser.get(page.as_uri())
            wait(browser, "window.viewer && viewer.frames > 0")
            for frame in (0, 30, 59):
                browser.execute_script(f"viewer.pause(); viewer.seek({frame})")
                browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
                shown = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
                red, green, blue = np.moveaxis(np.asarray(shown, dtype=np.float32) / 255, -1, 0)
                first = np.nonzero((blue - red > 0.25) & (green > red))[1]
                second = np.nonzero((red - blue > 0.35) & (red > green))[1]
                assert abs(np.median(first) - np.median(second)) > 100
