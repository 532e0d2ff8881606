"""The page that shows two people, as text."""

import base64
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from standing import two_people

from in2in.errors import InputError
from in2in.export.html import render_page, write_page
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

VIEWER = Path(__file__).parents[1] / "src" / "in2in" / "export" / "viewer"
PROMPT = 'Two people wave </script><b>both</b> & <!-- "quoted" {{title}}'
INDIVIDUALS = ("a person <i>waves</i>", "")


def page_data(page: str) -> dict:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_holds_the_joints_to_half_a_millimetre() -> None:
    joints = two_people() + np.array([20.0, 0.1234, -7.0])
    take = page_data(render_page([Motion(joints, texts=Texts.single(PROMPT, *INDIVIDUALS))]))["takes"][0]
    millimetres = np.frombuffer(base64.b64decode(take["joints"]), "<i2").reshape(2, 60, 22, 3)
    read = (millimetres + np.asarray(take["origin"])) / 1000
    assert np.abs(read - joints).max() <= 0.000501
    assert (take["title"], take["individuals"]) == (PROMPT, list(INDIVIDUALS))


def test_the_whole_range_of_int16_is_used_without_overflow() -> None:
    joints = two_people(2)
    joints[0, 0, 0, 0], joints[0, 0, 1, 0] = -32.768, 32.767
    take = page_data(render_page([Motion(joints, texts=Texts.single("wide"))]))["takes"][0]
    millimetres = np.frombuffer(base64.b64decode(take["joints"]), "<i2").reshape(2, 2, 22, 3)
    assert np.abs((millimetres + np.asarray(take["origin"])) / 1000 - joints).max() <= 0.000501


def test_a_page_of_ten_seconds_is_small_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "page.html"
    for _ in range(2):
        write_page(path, [Motion(two_people(300), texts=Texts.single(PROMPT))])
    assert path.stat().st_size < 1_000_000
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (Motion(np.zeros((2, 5, 21, 3))), "joints are"),
        (Motion(np.zeros((5, 22, 3))), "joints are"),
        (Motion(np.zeros((2, 0, 22, 3))), "no frames"),
        (Motion(np.full((1, 2, 22, 3), np.nan)), "NaN"),
        (Motion(two_people() * 100), "in metres"),
        (Motion(two_people(), fps=0), "fps"),
        (Motion(two_people(), texts=Texts.single("x", "only one")), "individual texts"),
    ],
)
def test_what_cannot_be_shown_is_named_in_one_line(take: Motion, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        write_page(tmp_path / "page.html", [take])
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_page_needs_a_take(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one motion"):
        write_page(tmp_path / "page.html", [])


def test_the_bundle_is_built_from_the_sources(tmp_path: Path) -> None:
    if not (VIEWER / "node_modules").is_dir():
        pytest.skip("needs node and `npm ci` in the viewer's folder")
    built = tmp_path / "viewer.js"
    command = ["npm", "run", "build", "--", f"--outfile={built}", "--allow-overwrite"]
    subprocess.run(command, cwd=VIEWER, check=True, capture_output=True)
    assert built.read_text() == (VIEWER / "viewer.js").read_text(), "run `npm run build` in the viewer's folder"


def test_the_lock_names_no_registry() -> None:
    assert "resolved" not in (VIEWER / "package-lock.json").read_text()
