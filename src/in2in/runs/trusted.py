"""What a run's configuration may ask for: an exact list of classes and functions, with the arguments each may have.

Runs are exchanged, and a configuration names what is called when a run is loaded. So nothing is called but what stands
here, whether the run comes from the hub or from a folder: by its exact name, with numbers, switches, words out of a
list, and files inside the run's own folder. (A prefix would be no protection: what a module imports can be reached
through it.) What else a trained run's config.yaml holds, as its trainer and data, is not read at all.
"""

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from in2in.errors import InputError
from in2in.files.plain_yaml import interpolated, read_yaml
from in2in.runs.hub import ID

RENAMED: Mapping[str, str] = {}
"""Where classes have gone: name in run folders of earlier versions -> today's. Whoever moves a class that `CALLED`
names adds a line, so that these run folders load as before."""

PUBLISHED_TEXT_MODEL = "openai/clip-vit-large-patch14-336"
"""The one text model that a run may name by its name on the hub."""

TEXT_MODEL, VOCABULARY = "clip", "vocabulary.txt.gz"
"""Where a run folder holds its own text model, and its own byte-pair vocabulary."""


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    Attributes:
        told: what it is, in words that follow on "is not".
        fits: whether a value is one.
    """

    told: str
    fits: Callable[[Any], bool]


def whole(largest: int) -> Kind:
    """A whole number from 1 on."""
    told = f"a whole number from 1 to {largest}"
    return Kind(told, lambda value: type(value) is int and 1 <= value <= largest)


def number(lowest: float, highest: float) -> Kind:
    """A finite number."""

    def fits(value: Any) -> bool:
        return isinstance(value, int | float) and math.isfinite(value) and lowest <= value <= highest

    return Kind(f"a number from {lowest:g} to {highest:g}", fits)


def word(*words: str) -> Kind:
    """One of some words."""
    return Kind(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


FLAG = Kind("true or false", lambda value: isinstance(value, bool))
SHA256 = Kind("a SHA-256", lambda value: isinstance(value, str) and len(value) == 64 and value.isalnum())
RUN = Kind("a run folder or OWNER/NAME", lambda value: isinstance(value, str) and "\0" not in value)
"""One of the two runs of a blend: loaded as any run is, by this same list, and only if its weights have the hash that
the blend names. Where the blend comes from the hub, it lies in the same folder or on the hub, too."""


@dataclass(frozen=True)
class Own:
    """A file or folder inside the run folder, or one published name.

    Attributes:
        name: where in the run folder it is looked for if a run of an earlier version names a place elsewhere.
        published: what may be named instead.
    """

    name: str
    published: str | None = None


@dataclass(frozen=True)
class Node:
    """A node that names what is called.

    Attributes:
        names: any of these.
    """

    names: tuple[str, ...]


@dataclass(frozen=True)
class Called:
    """A class or function and its arguments.

    Attributes:
        arguments: by name; each may be left out or null.
        always: hydra's own keys, and the values that they must have.
    """

    arguments: Mapping[str, "Kind | Own | Node"] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)


WEIGHT, SHARE = number(-1000, 1000), number(0, 1)

TRANSFORMER = {
    **{"width": whole(2**15), "layers": whole(256), "heads": whole(2**10), "feed_forward": whole(2**17)},
    "dropout": SHARE,
}
NETWORK = {**TRANSFORMER, "features": whole(2**12), "text_dim": whole(2**14)}
DENOISERS = (
    "in2in.models.denoiser.InteractionDenoiser",
    "in2in.models.denoiser.InterGenDenoiser",
    "in2in.models.denoiser.IndividualDenoiser",
    "in2in.models.mdm.MDMDenoiser",
)
GUIDANCES = ("in2in.diffusion.guidance.PlainGuidance", "in2in.diffusion.guidance.InteractionGuidance")
ENCODERS = ("in2in.text.encoders.MiniLMEncoder", "in2in.text.encoders.ClipTextEncoder")
SPACES = ("in2in.motion.space.FeatureSpace", "in2in.motion.space.HumanML3DSpace")
FRAMES = ("in2in.diffusion.frames.OwnFrame", "in2in.diffusion.frames.SharedFrame")
SOLVERS = (
    "diffusers.DDIMScheduler",
    "diffusers.DDPMScheduler",
    "diffusers.DEISMultistepScheduler",
    "diffusers.DPMSolverMultistepScheduler",
    "diffusers.DPMSolverSinglestepScheduler",
    "diffusers.UniPCMultistepScheduler",
)
LOOKUP = "hydra.utils.get_class"
SCHEDULES = {
    "in2in.diffusion.schedules.ConstantSchedule": Called({"weight": WEIGHT}),
    "in2in.diffusion.schedules.LinearSchedule": Called(),
    "in2in.diffusion.schedules.ExponentialSchedule": Called({"rate": WEIGHT}),
    "in2in.diffusion.schedules.InverseExponentialSchedule": Called({"rate": WEIGHT}),
    "in2in.diffusion.schedules.CosineSchedule": Called(),
    "in2in.diffusion.schedules.StepSchedule": Called({"switch": WEIGHT}),
}
PERSONS = "in2in.diffusion.schedules.PersonSchedules"
PARTIAL = {"_partial_": True}

CALLED: Mapping[str, Called] = {
    **{name: Called(NETWORK) for name in DENOISERS},
    ENCODERS[0]: Called({"dim": whole(2**14), "remember": whole(10**7)}),
    ENCODERS[1]: Called(
        {"dim": whole(2**14), "remember": whole(10**7), "model": Own(TEXT_MODEL, PUBLISHED_TEXT_MODEL)}
    ),
    "in2in.models.condition.TextHead": Called(TRANSFORMER),
    "diffusers.DDIMScheduler": Called(
        {
            "num_train_timesteps": whole(10_000),
            "beta_start": SHARE,
            "beta_end": SHARE,
            "beta_schedule": word("linear", "scaled_linear", "squaredcos_cap_v2"),
            "clip_sample": FLAG,
            "set_alpha_to_one": FLAG,
            "steps_offset": number(0, 1000),
            "prediction_type": word("sample", "epsilon", "v_prediction"),
            "thresholding": FLAG,
            "dynamic_thresholding_ratio": SHARE,
            "clip_sample_range": number(0, 1000),
            "sample_max_value": number(0, 1000),
            "timestep_spacing": word("leading", "trailing", "linspace"),
            "rescale_betas_zero_snr": FLAG,
        }
    ),
    GUIDANCES[0]: Called({"scale": WEIGHT}, PARTIAL),
    GUIDANCES[1]: Called({"joint": WEIGHT, "interaction": WEIGHT, "individual": WEIGHT}, PARTIAL),
    "in2in.diffusion.sampler.Sampler": Called({"solver": Node((LOOKUP,)), "steps": whole(1000)}, PARTIAL),
    LOOKUP: Called({"path": word(*SOLVERS)}),
    **{name: Called(always=PARTIAL) for name in SPACES},
    "in2in.evaluation.interclip.InterCLIP": Called(
        {
            "motion": Node(("in2in.evaluation.interclip.MotionTower",)),
            "text": Node(("in2in.evaluation.interclip.TextTower",)),
        }
    ),
    "in2in.evaluation.interclip.MotionTower": Called(
        {**TRANSFORMER, "embedding": whole(2**14), "persons": whole(16), "every": whole(300)}
    ),
    "in2in.evaluation.interclip.TextTower": Called(
        {
            **{**TRANSFORMER, "embedding": whole(2**14), "vocabulary": whole(10**6), "context": whole(2**12)},
            "attend_padding": FLAG,
        }
    ),
    "in2in.text.tokens.ClipTokens": Called(
        {"length": whole(2**12), "vocabulary": whole(10**6), "vocab": Own(VOCABULARY)}
    ),
    **SCHEDULES,
    PERSONS: Called({"person1": Node((*SCHEDULES,)), "person2": Node((*SCHEDULES,))}),
    **{name: Called() for name in FRAMES},
    "in2in.blend.load": Called(
        {
            **{"run": RUN, "prior_run": RUN, "run_sha256": SHA256, "prior_sha256": SHA256},
            **{"composition": Node((*SCHEDULES, PERSONS)), "frame": Node(FRAMES)},
            **{"guidance": Node(GUIDANCES), "prior_guidance": Node(GUIDANCES)},
            **{"sampler": Node(("in2in.diffusion.sampler.Sampler",)), "convert": FLAG, "last_block": FLAG},
        },
        {"_recursive_": False},
    ),
}
"""All that may be called."""

PARTS: Mapping[str, Kind | Own | Node] = {
    "model": Node(DENOISERS),
    "text": Node(ENCODERS),
    "head": Node(("in2in.models.condition.TextHead",)),
    "noise": Node(("diffusers.DDIMScheduler",)),
    "guidance": Node(GUIDANCES),
    "sampler": Node(("in2in.diffusion.sampler.Sampler",)),
    "space": Node(SPACES),
    "interclip": Node(("in2in.evaluation.interclip.InterCLIP",)),
    "tokens": Node(("in2in.text.tokens.ClipTokens",)),
    "individuals": SHARE,
    "blend": Node(("in2in.blend.load",)),
}
"""What of a run's config.yaml is read: what describes the model. Paths of the machine it was trained on are not."""


def read_parts(folder: Path, run: str | Path, from_hub: bool = False) -> dict[str, Any]:
    """The checked parts of a run's config.yaml as plain data, interpolations filled in; parts that are null left out.

    Args:
        folder: of the run.
        run: what the user calls it, for messages.
        from_hub: the run was fetched; what it names must be inside it.

    Raises:
        InputError: the file cannot be read, or asks for anything that is not on the list.
    """
    told = read_yaml(folder / "config.yaml")
    root = {key: told[key] for key in PARTS if told.get(key) is not None} | {"run_dir": str(folder)}
    reader = _Reader(folder, run, from_hub)
    parts = {}
    for key, kind in PARTS.items():
        if key in root:
            try:
                node = interpolated(root[key], root)
            except ValueError as error:
                raise InputError(f"run={run}: {key} in its config.yaml: {error}: do not trust it") from error
            parts[key] = reader.checked(node, kind, key)
    return parts


@dataclass(frozen=True)
class _Reader:
    """Checks the nodes of one run; arguments as of `read_parts`."""

    folder: Path
    run: str | Path
    from_hub: bool

    def checked(self, value: Any, kind: Kind | Own | Node, where: str) -> Any:
        """A value as it may be used."""
        if value is None:
            return None
        if isinstance(kind, Node):
            return self._node(value, kind, where)
        if isinstance(kind, Own):
            return self._own(value, kind, where)
        if not kind.fits(value):
            raise self._refused(where, value, f"is not {kind.told}")
        if kind is RUN and self.from_hub and not (ID.fullmatch(value) or self._inside(value)):
            raise self._refused(where, value, "lies outside of the run folder, which no run from the hub needs")
        return value

    def _node(self, node: Any, kind: Node, where: str) -> dict[str, Any]:
        if not isinstance(node, dict):
            raise self._refused(where, node, "is no node with a _target_")
        name = node.get("_target_")
        name = RENAMED.get(name, name) if isinstance(name, str) else name
        if name not in kind.names:
            raise InputError(
                f"run={self.run} asks for {' '.join(str(name).split())[:100]} to be called, which no run needs: "
                f"do not trust it (it stands in {where})"
            )
        called = CALLED[name]
        own = {key: value for key, value in node.items() if key != "_target_" and key not in called.always}
        if strange := [key for key in own if key not in called.arguments]:
            raise self._refused(f"{where}.{strange[0]}", own[strange[0]], f"is no argument that {name} may have")
        for key, value in called.always.items():
            if node.get(key) is not value:
                raise self._refused(f"{where}.{key}", node.get(key), f"must be {str(value).lower()}")
        if name == LOOKUP:  # a class that is looked up may have moved, too
            own = {key: RENAMED.get(path, path) if isinstance(path, str) else path for key, path in own.items()}
        checked = {key: self.checked(value, called.arguments[key], f"{where}.{key}") for key, value in own.items()}
        return {"_target_": name, **called.always, **checked}

    def _own(self, value: Any, kind: Own, where: str) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise self._refused(where, value, "is no path")
        if value == kind.published:
            return value
        path = self._inside(value)
        if path is None:
            path = self.folder / kind.name
            if not path.exists():
                why = f"lies outside of the run folder: if the run is your own, copy it to {path}"
                raise self._refused(where, value, why, "")
        if path.is_dir():
            check_text_model(path, self.run)
        return str(path)

    def _inside(self, value: str) -> Path | None:
        """A path that is spelled as one inside the run folder; None of another. Links may lead on: it is only read."""
        path = Path(os.path.abspath(value))
        return path if path.is_relative_to(os.path.abspath(self.folder)) else None

    def _refused(self, where: str, value: Any, why: str, end: str = ": do not trust it") -> InputError:
        shown = " ".join(str(value).split())
        shown = shown if len(shown) <= 100 else f"{shown[:100]}..."
        return InputError(f"run={self.run}: {where}={shown} in its config.yaml {why}{end}")


CODE = ("auto_map", "quantization", "trust_remote_code", "custom_")
"""Parts of names by which a transformers configuration asks for code or for other packages; a kernel is such, too."""

KERNEL = "attn_implementation"


def check_text_model(folder: Path, run: str | Path) -> None:
    """An error if a folder of transformers inside a run holds anything but numbers, words and plain weights."""
    refused = f"run={run}: the text model in {folder}"
    if not (folder / "model.safetensors").is_file():
        raise InputError(f"{refused} has no model.safetensors; pickled weights of a run are not read")
    if odd := [path.name for path in sorted(folder.iterdir()) if path.name.endswith((".py", "adapter_config.json"))]:
        raise InputError(f"{refused} holds {odd[0]}, which no run needs: do not trust it")
    for name in ("config.json", "tokenizer_config.json", "generation_config.json"):
        path = folder / name
        if not path.is_file():
            continue
        try:
            if path.stat().st_size > 2**20:
                raise ValueError("it is larger than 1 MB")
            fault = _code_in(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(
                f"{refused}: {name} cannot be read ({str(error)[:100] or type(error).__name__})"
            ) from error
        if fault:
            raise InputError(f"{refused}: {name} {fault}: do not trust it")


def _code_in(node: Any) -> str:
    """Why a transformers configuration is refused; "" if it is not."""
    if isinstance(node, list):
        return next(filter(None, map(_code_in, node)), "")
    if isinstance(node, dict):
        asked = [key for key, value in node.items() if value and any(part in key for part in CODE)]
        asked += [key for key, value in node.items() if KERNEL in key and not str(value).isidentifier()]
        if asked:
            return f"asks for {asked[0]}, which no run needs"
        if type(layers := node.get("num_hidden_layers", 1)) is not int or not 1 <= layers <= 256:
            return f"has num_hidden_layers={str(layers)[:20]}, expected 1 to 256"
        return next(filter(None, map(_code_in, node.values())), "")
    return ""
