"""The wheel in an environment of its own: configurations and viewer inside, commands that run from anywhere."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are borrowed from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    [wheel] = folder.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True)
    [site] = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "env" / "bin"


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)


def test_the_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import in2in.cli.entry as e; print(e.__file__, e.conf_dir())"
    finished = run(tmp_path, installed / "python", "-c", code)
    package, conf = finished.stdout.split()
    assert package.startswith(str(installed.parent))
    assert conf.startswith(str(installed.parent))


def test_commands_run_from_any_folder(installed: Path, run_folder: Path, tmp_path: Path) -> None:
    finished = run(
        tmp_path, installed / "in2in-sample", "+prompt=A bows, B doesn't", "seconds=0.5", f"run={run_folder}"
    )
    assert finished.returncode == 0, finished.stderr
    folder = tmp_path / finished.stdout.splitlines()[-1]
    assert sorted(path.name for path in folder.iterdir()) == ["000.html", "000.npz", "overrides.yaml"]
    finished = run(tmp_path, installed / "in2in-train", "experiment=in2in", "data_dir=nowhere")
    assert finished.returncode == 1
    assert finished.stderr.strip().splitlines()[-1].startswith("in2in-train: data_dir=nowhere is not a folder")
