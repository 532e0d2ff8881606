"""Runs of strangers: whatever their config.yaml asks for, nothing is called, read or written but what a run needs."""

import importlib
import inspect
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import Cli
from hostile_runs import BROKEN, HOSTILE, bundled_conf, call, check_refused, hostile_text, write_run
from hub_server import RUN, hub_of
from hydra import compose, initialize_config_dir
from hydra.utils import get_object
from omegaconf import OmegaConf

from in2in.cli.entry import conf_dir
from in2in.errors import InputError
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR, bundled_evaluator, read_config
from in2in.runs.parts import read_parts
from in2in.runs.trusted import CALLED, PARTS, RENAMED


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is not there; the working folder is empty but for it."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work" / "mark"


@pytest.mark.parametrize("name", [*HOSTILE, *BROKEN])
def test_a_hostile_run_folder_is_refused(name: str, cli: Cli, mark: Path, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", hostile_text(name, mark))
    check_refused(cli("sample", "prompt=they hug", "seconds=0.5", f"run={run}", "out=made", "export=[]"), mark, name)


def test_hostile_runs_of_the_hub_are_refused(
    cli: Cli, mark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    with hub_of(write_run(shared, "")) as hub:
        constants = importlib.import_module("huggingface_hub.constants")
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        address = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + address)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.delenv(proxy, raising=False)
        for name in [*HOSTILE, *BROKEN]:
            (shared / "config.yaml").write_bytes(hostile_text(name, mark).encode(errors="surrogateescape"))
            with pytest.raises(InputError) as refused:
                read_config(RUN)
            assert "to be had from the hub" not in str(refused.value)
            assert "\n" not in str(refused.value)
            assert list(mark.parent.iterdir()) == [], name
        check_refused(cli("sample", "prompt=they hug", f"run={RUN}", "out=made"), mark, "the last one")
        assert len({path for path in hub.asked if path.endswith("/config.yaml")}) >= len(HOSTILE)


def test_every_command_refuses_a_hostile_run(
    cli: Cli, mark: Path, tmp_path: Path, dataset: Path, run_folder: Path
) -> None:
    text = hostile_text("a shell", mark)
    run = write_run(tmp_path / "evil", text)
    (run / "checkpoints").mkdir()
    shutil.copyfile(run_folder / "checkpoints" / "last.ckpt", run / "checkpoints" / "last.ckpt")
    evaluator = bundled_conf(bundled_evaluator())
    evaluator["tokens"]["vocab"] = "/etc/passwd"
    evaluator_run = write_run(tmp_path / "evaluator", yaml.safe_dump(evaluator))
    blended = call(
        "in2in.blend.load", _recursive_=False, run=str(run), prior_run=str(BUNDLED_PRIOR), run_sha256="0" * 64
    )
    blend = write_run(tmp_path / "blend", yaml.safe_dump({"blend": {**blended, "prior_sha256": "0" * 64}}))
    sampling = ("sample", "prompt=they hug", "out=made")
    training = ("train", "experiment=demo", f"data_dir={dataset}", "out=made")
    for command in (
        (*sampling, f"run={run / 'checkpoints' / 'last.ckpt'}"),
        (*sampling, f"run={blend}"),
        (*sampling, "experiment=dualmdm", f"run={run}", f"prior_run={BUNDLED_PRIOR}"),
        (*sampling, "experiment=dualmdm", f"run={BUNDLED}", f"prior_run={run}"),
        ("blend", f"run={run}", f"prior_run={BUNDLED_PRIOR}", "out=made"),
        ("pack", f"run={run}", "out=made"),
        ("recall", f"run={run}", f"data_dir={dataset}", "out=made"),
        ("judge", f"run={run}", f"data_dir={dataset}", "out=made"),
        ("evaluate", f"run={run}", f"data_dir={dataset}", "out=made"),
        ("evaluate", "run=[]", f"evaluator_run={run}", f"data_dir={dataset}", "out=made"),
        ("evaluate", "run=[]", f"evaluator_run={evaluator_run}", f"data_dir={dataset}", "out=made"),
        (*training, f"stats_from={run}"),
        (*training, f"weights_from={run}"),
    ):
        if command[0] != "judge":  # it reads a data set with known truth first
            check_refused(cli(*command), mark, " ".join(command))


def test_the_newest_run_is_looked_at_like_any_other(cli: Cli, mark: Path, tmp_path: Path) -> None:
    text = hostile_text("what a module of ours imports", mark)
    run = write_run(Path("runs") / "evil", text)
    (run / "checkpoints").mkdir()
    (run / "checkpoints" / "last.ckpt").write_bytes(b"")
    finished = cli("sample", "prompt=they hug", f"out={tmp_path / 'made'}")
    assert finished.code == 1
    assert "runs/evil asks for in2in.published.checkpoint.torch.hub.load" in finished.err
    assert "without run= the newest run" in finished.err
    assert not (tmp_path / "made").exists()


def test_what_sampling_does_not_read_is_never_called(cli: Cli, mark: Path, tmp_path: Path) -> None:
    conf = bundled_conf() | {"trainer": call("os.system", command=f"touch {mark}"), "logger": "${oc.env:HOME}"}
    run = write_run(tmp_path / "run", yaml.safe_dump(conf), weights=True)
    made = cli("sample", "prompt=they hug", "seconds=0.5", "sampler.steps=2", "sampler=ddim", f"run={run}", "export=[]")
    assert made.code == 0, made.err
    assert not mark.exists()


def test_sizes_out_of_a_configuration_take_no_memory(cli: Cli, mark: Path, tmp_path: Path) -> None:
    conf = bundled_conf()
    conf["model"].update(width=2**15, feed_forward=2**17, layers=256)  # 10 terabytes of weights
    run = write_run(tmp_path / "run", yaml.safe_dump(conf), weights=True)
    finished = cli("sample", "prompt=they hug", f"run={run}", "out=made")
    assert finished.code == 1
    assert "do not fit its config.yaml (denoiser)" in finished.err.splitlines()[-1]
    conf["model"] = bundled_conf()["model"] | {"heads": 5}
    finished = cli("sample", "prompt=they hug", f"run={write_run(run, yaml.safe_dump(conf), weights=True)}", "out=made")
    assert finished.code == 1
    assert "a network of width 128 cannot have 5 heads" in finished.err.splitlines()[-1]


@pytest.mark.parametrize("name", CALLED)
def test_the_list_names_what_there_is(name: str) -> None:
    """A class that was moved must not stay on the list, nor an argument that it does not have."""
    target = get_object(name)
    assert set(CALLED[name].arguments) <= set(inspect.signature(target).parameters)


def experiments() -> list[tuple[str, ...]]:
    names = sorted(path.stem for path in (conf_dir() / "train" / "experiment").glob("*.yaml"))
    others = {"model": ["mdm"], "text": ["clip"], "noise": ["zero_snr"], "sampler": ["dpm", "unipc"]}
    chosen = [(f"experiment={name}",) for name in names]
    chosen += [("experiment=in2in", f"{group}={name}") for group, own in others.items() for name in own]
    return [*chosen, ("experiment=in2in", "compat/training=published")]


@pytest.mark.parametrize("overrides", experiments(), ids=" ".join)
def test_whatever_can_be_trained_can_be_loaded(overrides: tuple[str, ...], tmp_path: Path) -> None:
    with initialize_config_dir(str(conf_dir() / "train"), version_base="1.3"):
        cfg = compose("train", [*overrides, "data_dir=data", "out=made"])
    OmegaConf.resolve(cfg)
    OmegaConf.save(cfg, tmp_path / "config.yaml")
    parts = read_parts(tmp_path, "mine")
    for key in PARTS:
        if cfg.get(key) is not None:
            assert parts[key] == OmegaConf.to_container(cfg)[key], key  # type: ignore[index]
    assert parts


def test_runs_of_earlier_versions_name_classes_by_their_former_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = bundled_conf()
    conf["model"]["_target_"] = "in2in.old.place.Denoiser"
    run = write_run(tmp_path, yaml.safe_dump(conf))
    with pytest.raises(InputError, match="do not trust it"):
        read_config(run)
    assert not set(RENAMED) & set(CALLED)
    monkeypatch.setattr(
        "in2in.runs.parts.RENAMED", {"in2in.old.place.Denoiser": "in2in.models.denoiser.InterGenDenoiser"}
    )
    assert read_config(run).model._target_ == "in2in.models.denoiser.InterGenDenoiser"


def test_plain_interpolation_stays(tmp_path: Path) -> None:
    conf = bundled_conf()
    conf["model"]["text_dim"] = "${text.dim}"
    conf["head"]["width"] = "${model.text_dim}"
    run = write_run(tmp_path, yaml.safe_dump(conf))
    assert read_config(run).head.width == 384
