"""Runs whose configurations ask for what no run needs."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from in2in.runs.folder import BUNDLED

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
    "a number longer than any float": with_value("model.dropout", 10**400),
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
