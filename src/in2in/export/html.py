"""One self-contained HTML page that shows people moving in 3D; it needs no network.

The page is viewer/template.html with four parts put in: the title, the style sheet, the built script
(viewer.js) and the motions as JSON. Their joints are base64 of int16 little-endian millimetres,
[P, T, 22, 3] in C order, counted from each one's own `origin` (three whole millimetres): exact to half a
millimetre. With a body model, `turns` are the joints' rotations in the world, [P, T, 22, 4] quaternions
(x, y, z, w) in 32767ths.
"""

import base64
import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import roma
import torch

from in2in.errors import InputError
from in2in.export.body_model import BodyModel
from in2in.export.camera import sides
from in2in.export.choices import Choices
from in2in.files.whole import write_text
from in2in.motion.motion import Motion
from in2in.motion.skeleton import JOINTS, PARENTS, t_pose

MILLIMETRES = 1000
INT16 = np.iinfo(np.int16)


def write_page(
    path: str | Path, motions: Sequence[Motion], title: str = "in2in", body_model: BodyModel | None = None
) -> None:
    """Write the page that plays motions side by side, in one step: a reader never finds half a page.

    Args:
        path: the .html file; its folder is made if it is missing.
        motions: one or more; they share one clock and one view.
        title: of the browser's tab.
        body_model: the body that is shown in place of the page's own; the motions need rotations.
    """
    page = render_page(motions, title, body_model)
    write_text(path, page)


def write_motion(path: str | Path, motion: Motion, choices: Choices = Choices()) -> None:  # noqa: B008, frozen
    """Write the page of one motion, called by its title."""
    write_page(path, [motion], motion.title, choices.body_model)


def notebook_view(motions: Sequence[Motion], title: str = "in2in", height: int = 480) -> str:
    """The page as an HTML element that a notebook shows, shut off from it; height in pixels."""
    page = html.escape(render_page(motions, title))
    return (
        f'<iframe srcdoc="{page}" style="width: 100%; height: {height}px; border: 0" sandbox="allow-scripts"></iframe>'
    )


def render_page(motions: Sequence[Motion], title: str = "in2in", body_model: BodyModel | None = None) -> str:
    """The text of the page that `write_page` writes."""
    before, after = page_around(title)
    return before + page_data(motions, body_model) + after


def page_data(motions: Sequence[Motion], body_model: BodyModel | None = None) -> str:
    """The part of the page that differs from page to page: the motions, as JSON."""
    if not motions:
        raise InputError("a page needs at least one motion")
    data: dict[str, object] = {
        "body": skeleton(),
        "takes": [_encode(motion, body_model is not None) for motion in motions],
    }
    if body_model is not None:
        data["model"] = _model(body_model)
    return script_safe_json(data)


def page_around(title: str) -> tuple[str, str]:
    """What comes before and after the motions' JSON in the page."""
    parts = {"title": html.escape(title), "style": asset("style.css"), "script": asset("viewer.js")}
    before, after = asset("template.html").split("{{data}}")
    filled = [re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], part) for part in (before, after)]
    return filled[0], filled[1]


def asset(name: str) -> str:
    """The text of a file of the viewer."""
    return (files("in2in.export") / "viewer" / name).read_text(encoding="utf-8")


def skeleton() -> dict[str, object]:
    """The skeleton that the viewer's bodies are built around: names, parents and T-pose in metres."""
    return {"joints": JOINTS, "parents": PARENTS, "rest": t_pose().numpy().round(4).tolist()}


def _encode(motion: Motion, turned: bool) -> dict[str, object]:
    """A motion for the page; with the turns of its joints where these move a body model's skin."""
    motion.check()
    joints = np.asarray(motion.joints, dtype=np.float64)
    millimetres = np.rint(joints * MILLIMETRES)
    low, high = millimetres.min(axis=(0, 1, 2)), millimetres.max(axis=(0, 1, 2))
    if (high - low).max() > INT16.max - INT16.min:
        raise InputError(f"motion {motion.title!r} spans more than 65 m: are the joints in metres?")
    origin = np.ceil((low + high) / 2)
    persons, frames = joints.shape[:2]
    more: dict[str, object] = {}
    if (blend := motion.blend_weights) is not None:
        weights = blend.weights.T.round(4).tolist()
        more["blend"] = {"timesteps": blend.timesteps.tolist(), "weights": weights}
    if turned:
        turns = torch.stack([rig.world_rotations() for rig in motion.rigs])
        more["turns"] = _packed(roma.rotmat_to_unitquat(turns).numpy() * INT16.max, "<i2")
    return {
        **more,
        "title": motion.title,
        "individuals": motion.texts.first_individuals,
        "note": motion.note,
        "fps": motion.fps,
        "persons": persons,
        "frames": frames,
        "origin": origin.astype(int).tolist(),
        "sides": _sides(joints, motion.fps),
        "joints": _packed(millimetres - origin, "<i2"),
    }


def _sides(joints: np.ndarray, fps: float) -> list[float]:
    """From where the camera looks, radians: a number for each frame, or a single one where it stands still."""
    angles = sides(joints, fps).round(3).tolist()
    return angles if len(set(angles)) > 1 else angles[:1]


def _model(model: BodyModel) -> dict[str, object]:
    """A body model: vertices in tenths of a millimetre, shares in 255ths."""
    return {
        "vertices": _packed(model.vertices * 10 * MILLIMETRES, "<i2"),
        "triangles": _packed(model.triangles, "<u2"),
        "holders": _packed(model.holders, "u1"),
        "shares": _packed(model.shares * 255, "u1"),
        "joints": model.joints.astype(float).round(5).tolist(),
    }


def _packed(values: np.ndarray, kind: str) -> str:
    """Numbers, rounded, as base64 of some type."""
    return base64.b64encode(np.rint(values).astype(kind).tobytes()).decode("ascii")


def script_safe_json(data: object) -> str:
    """JSON that may stand inside <script>: no text in it can close the element or open a comment."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
