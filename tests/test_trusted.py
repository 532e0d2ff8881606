"""Runs of strangers: whatever their config.yaml asks for, nothing is called, read or written but what a run needs."""

import copy
import importlib
import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Cli
from hub_server import RUN, hub_of
from hydra import compose, initialize_config_dir
from hydra.utils import get_object
from omegaconf import OmegaConf

from in2in.cli.entry import conf_dir
from in2in.errors import InputError
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR, bundled_evaluator, read_config
from in2in.runs.trusted import CALLED, PARTS, RENAMED, read_parts

Change = Callable[[dict[str, Any], Path], None]
"""Changes a run's configuration; the path is a file that appears if a command of the configuration's is run."""


def replaced(part: str, node: dict[str, Any]) -> Change:
    """Another node in place of a part; MARK stands for the file."""

    def filled(value: Any, mark: Path) -> Any:
        if isinstance(value, dict):
            return {key: filled(own, mark) for key, own in value.items()}
        if isinstance(value, list):
            return [filled(own, mark) for own in value]
        return value.replace("MARK", str(mark)) if isinstance(value, str) else value

    def change(conf: dict[str, Any], mark: Path) -> None:
        conf[part] = filled(node, mark)

    return change


def with_value(where: str, value: Any) -> Change:
    """A value set at a dotted place; MARK stands for the file."""

    def change(conf: dict[str, Any], mark: Path) -> None:
        *path, last = where.split(".")
        node = conf
        for key in path:
            node = node.setdefault(key, {})
        node[last] = value.replace("MARK", str(mark)) if isinstance(value, str) else value

    return change


def call(target: str, **arguments: Any) -> dict[str, Any]:
    """A node that calls something."""
    return {"_target_": target, **arguments}


TOUCH = "import pathlib; pathlib.Path('MARK').touch()"

HOSTILE: dict[str, Change] = {
    # what is called
    "a shell": replaced("head", call("os.system", command="touch MARK")),
    "a process": replaced("model", call("subprocess.Popen", args=["touch", "MARK"])),
    "python": replaced("noise", call("builtins.exec", _args_=[TOUCH])),
    "an evaluation": replaced("guidance", call("builtins.eval", _args_=["__import__('os').system('touch MARK')"])),
    "what a module of ours imports": replaced(
        "model", call("in2in.published.checkpoint.torch.hub.load", repo_or_dir="MARK", model="m", source="local")
    ),
    "foreign code of a text model": replaced(
        "text", call("in2in.text.encoders.AutoModel.from_pretrained", _args_=["MARK"], trust_remote_code=True)
    ),
    "a pickle through numpy": replaced("head", call("in2in.motion.statistics.np.load", file="MARK", allow_pickle=True)),
    "a pickle through torch": replaced("model", call("in2in.published.checkpoint.torch.load", f="MARK")),
    "a picture from the web": replaced("noise", call("diffusers.utils.load_image", image="http://127.0.0.1:9/MARK")),
    "another class of diffusers": replaced("noise", call("diffusers.DiffusionPipeline.from_pretrained", _args_=["x"])),
    "a scheduler of the hub": replaced("noise", call("diffusers.DDIMScheduler.from_pretrained", _args_=["x/y"])),
    "a prefix of ours": replaced("model", call("in2in.models.denoiser.InteractionDenoiser.__init__.__globals__")),
    "a name that begins like ours": replaced("noise", call("diffusers_evil.Thing")),
    "a command of ours": replaced("model", call("in2in.cli.sample.main")),
    "another run's loader": replaced("model", call("in2in.blend.load", run="x", prior_run="y")),
    "our file writer": replaced("space", call("in2in.runs.folder.pack", run="x", out="MARK")),
    "a clip's vocabulary in another place": replaced("text", call("in2in.text.tokens.ClipTokens", vocab="/etc/passwd")),
    "a method": replaced("guidance", call("hydra.utils.get_method", path="os.system")),
    "an object": replaced("guidance", call("hydra.utils.get_object", path="os.system")),
    "instantiate in instantiate": replaced("head", call("hydra.utils.instantiate", _args_=[call("os.getcwd")])),
    "a list of calls": replaced("head", [call("os.getcwd")]),  # type: ignore[arg-type]
    "a name that is no text": replaced("head", call(["os", "system"])),  # type: ignore[arg-type]
    "a class that is looked up": replaced(
        "sampler",
        call("in2in.diffusion.sampler.Sampler", _partial_=True, solver=call("hydra.utils.get_class", path="os.system")),
    ),
    "a solver that is called": with_value("sampler.solver", call("os.system", command="touch MARK")),
    "a call in a number's place": with_value("model.width", call("os.system", command="touch MARK")),
    "a call in a new argument": with_value("head.extra", call("os.system", command="touch MARK")),
    # hydra's keys
    "positional arguments": with_value("head._args_", ["touch MARK"]),
    "conversion": with_value("head._convert_", "object"),
    "half a call": with_value("model._partial_", True),
    "a whole call": with_value("guidance._partial_", False),
    "no recursion": with_value("sampler._recursive_", False),
    # arguments
    "an unknown argument": with_value("text.trust_remote_code", True),
    "a text model of another folder": replaced(
        "text", call("in2in.text.encoders.ClipTextEncoder", model="MARK", dim=16)
    ),
    "a text model of the hub": replaced("text", call("in2in.text.encoders.ClipTextEncoder", model="evil/clip", dim=16)),
    "a text model at an address": replaced(
        "text", call("in2in.text.encoders.ClipTextEncoder", model="http://127.0.0.1:9/clip", dim=16)
    ),
    "a text model above the run": replaced(
        "text", call("in2in.text.encoders.ClipTextEncoder", model="${run_dir}/../clip", dim=16)
    ),
    "a number that is a text": with_value("model.width", "128"),
    "a size without end": with_value("model.layers", 10**9),
    "a number that is none": with_value("guidance.scale", float("nan")),
    "no number": with_value("sampler.steps", 0),
    "a schedule of the betas from a file": with_value("noise.trained_betas", ["MARK"]),
    "a word that is none": with_value("noise.beta_schedule", "__import__"),
    # interpolation
    "the environment": with_value("guidance.scale", "${oc.env:HOME}"),
    "the environment in a text": with_value("text.model", "x/${oc.env:HOME}"),
    "a resolver of hydra": with_value("guidance.scale", "${hydra:runtime.cwd}"),
    "a resolver of ours": with_value("guidance.scale", "${joint_map:/etc/passwd}"),
    "a node out of a text": with_value("guidance.scale", "${oc.create:{_target_:os.getcwd}}"),
    "the time": with_value("guidance.scale", "${now:%Y}"),
    "a resolver within": with_value("guidance.scale", "${oc.env:${text.dim}}"),
    "a circle": with_value("guidance.scale", "${guidance.scale}"),
    "nowhere": with_value("guidance.scale", "${trainer.lr}"),
    "a whole node": with_value("guidance.scale", "${model}"),
    # blends
    "a blend that calls": replaced(
        "blend", call("in2in.blend.load", _recursive_=False, composition=call("os.system", command="touch MARK"))
    ),
    "a blend's frame": replaced("blend", call("in2in.blend.load", _recursive_=False, frame=call("os.getcwd"))),
    "a blend of something else": replaced("blend", call("os.system", command="touch MARK")),
    "a blend's device": replaced("blend", call("in2in.blend.load", _recursive_=False, device="cuda")),
    "schedules of schedules": replaced(
        "blend",
        call(
            "in2in.blend.load",
            _recursive_=False,
            composition=call(
                "in2in.diffusion.schedules.PersonSchedules",
                person1=call("in2in.diffusion.schedules.PersonSchedules"),
            ),
        ),
    ),
}

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)) + "model: *a39\n"

BROKEN = {
    "billions by aliases": LAUGHS,
    "one alias": "text: &t {_target_: in2in.text.encoders.MiniLMEncoder}\nhead: *t\n",
    "no end of nesting": "model: " + "[" * 5000,
    "nesting in blocks": "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    "too large": "model: {}\n" + "# padding\n" * 20_000,
    "python's own tags": "model: !!python/object/apply:os.system ['touch MARK']\n",
    "no mapping": "- model\n",
    "no text": "\udcff\udcfe\x00",
    "a tab": "model:\n\t_target_: x\n",
}


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is not there; the working folder is empty but for it."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work" / "mark"


def bundled_conf(run: Path = BUNDLED) -> dict[str, Any]:
    return copy.deepcopy(yaml.safe_load((run / "config.yaml").read_text()))


def write_run(folder: Path, text: str, weights: bool = False) -> Path:
    """A run with a configuration, and with the bundled weights or with none that could be read."""
    folder.mkdir(parents=True, exist_ok=True)
    if weights:
        shutil.copyfile(BUNDLED / "model.safetensors", folder / "model.safetensors")
    else:
        (folder / "model.safetensors").touch()
    (folder / "config.yaml").write_bytes(text.encode(errors="surrogateescape"))
    return folder


def hostile_text(name: str, mark: Path) -> str:
    if name in BROKEN:
        return BROKEN[name].replace("MARK", str(mark))
    conf = bundled_conf()
    if "blend" in name:
        conf = {}
    HOSTILE[name](conf, mark)
    return yaml.safe_dump(conf, allow_unicode=True)


def check_refused(finished: Any, mark: Path, name: str) -> None:
    """One line that speaks of the run; nothing was called, nothing was written."""
    assert finished.code == 1, name
    line = finished.err.strip().splitlines()[-1]
    assert "Traceback" not in finished.err, finished.err
    assert "run" in line, line
    assert "config.yaml" in line or "do not trust it" in line, line
    assert not mark.exists(), name
    assert list(mark.parent.iterdir()) == [], name


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
        "in2in.runs.trusted.RENAMED", {"in2in.old.place.Denoiser": "in2in.models.denoiser.InterGenDenoiser"}
    )
    assert read_config(run).model._target_ == "in2in.models.denoiser.InterGenDenoiser"


def test_plain_interpolation_stays(tmp_path: Path) -> None:
    conf = bundled_conf()
    conf["model"]["text_dim"] = "${text.dim}"
    conf["head"]["width"] = "${model.text_dim}"
    run = write_run(tmp_path, yaml.safe_dump(conf))
    assert read_config(run).head.width == 384
