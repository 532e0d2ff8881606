"""What a run's configuration may ask for: an exact list of classes and functions, with the arguments each may have.

Runs are exchanged, and a configuration names what is called when a run is loaded. So nothing is called but what stands
here, whether the run comes from the hub or from a folder: by its exact name, with numbers, switches, words out of a
list, and files inside the run's own folder. (A prefix would be no protection: what a module imports can be reached
through it.) What else a trained run's config.yaml holds, as its trainer and data, is not read at all.

Sizes have bounds, which no signature tells, and a new argument of a class is allowed only once it is listed: so the
list is written out. `in2in.runs.parts` reads configurations by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
        words: what it is, in words that follow on "is not".
        fits: whether a value is one.
    """

    words: str
    fits: Callable[[Any], bool]


def integer(largest: int) -> Kind:
    """A whole number from 1 on."""
    words = f"a whole number from 1 to {largest}"
    return Kind(words, lambda value: type(value) is int and 1 <= value <= largest)


def number(lowest: float, highest: float) -> Kind:
    """A number between two finite ones; whole numbers may be longer than any float."""

    def fits(value: Any) -> bool:
        return isinstance(value, int | float) and lowest <= value <= highest

    return Kind(f"a number from {lowest:g} to {highest:g}", fits)


def word(*words: str) -> Kind:
    """One of some words."""
    return Kind(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


FLAG = Kind("true or false", lambda value: isinstance(value, bool))
SHA256 = Kind("a SHA-256", lambda value: isinstance(value, str) and len(value) == 64 and value.isalnum())
BONES = Kind(
    "22 lengths in metres",
    lambda value: isinstance(value, list) and len(value) == 22 and all(map(number(0, 10).fits, value)),
)
RUN = Kind("a run folder or OWNER/NAME", lambda value: isinstance(value, str) and "\0" not in value)
"""One of the two runs of a blend: loaded as any run is, by this same list, and only if its weights have the hash that
the blend names. Where the blend comes from the hub, it lies in the same folder or on the hub, too."""


@dataclass(frozen=True)
class RunFile:
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

    arguments: Mapping[str, "Kind | RunFile | Node"] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)


WEIGHT, SHARE = number(-1000, 1000), number(0, 1)

TRANSFORMER = {
    **{"width": integer(2**15), "layers": integer(256), "heads": integer(2**10), "feed_forward": integer(2**17)},
    "dropout": SHARE,
}
NETWORK = {**TRANSFORMER, "features": integer(2**12), "text_dim": integer(2**14)}
DENOISERS = (
    "in2in.models.denoiser.InteractionDenoiser",
    "in2in.models.denoiser.InterGenDenoiser",
    "in2in.models.denoiser.IndividualDenoiser",
    "in2in.models.mdm.MDMDenoiser",
)
GUIDANCES = ("in2in.diffusion.guidance.PlainGuidance", "in2in.diffusion.guidance.InteractionGuidance")
ENCODERS = ("in2in.text.encoders.MiniLMEncoder", "in2in.text.encoders.ClipTextEncoder")
SPACES = tuple(f"in2in.motion.space.{name}" for name in ("FeatureSpace", "PelvisSpace", "HumanML3DSpace"))
DECODINGS = ("in2in.motion.decoding.PositionDecoding", "in2in.motion.decoding.RotationDecoding")
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
    ENCODERS[0]: Called({"dim": integer(2**14), "remember": integer(10**7)}),
    ENCODERS[1]: Called(
        {"dim": integer(2**14), "remember": integer(10**7), "model": RunFile(TEXT_MODEL, PUBLISHED_TEXT_MODEL)}
    ),
    "in2in.models.condition.TextHead": Called({**TRANSFORMER, "mean": FLAG, "hidden": SHARE, "noise": number(0, 100)}),
    "diffusers.DDIMScheduler": Called(
        {
            "num_train_timesteps": integer(10_000),
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
    "in2in.diffusion.sampler.Sampler": Called({"solver": Node((LOOKUP,)), "steps": integer(1000)}, PARTIAL),
    LOOKUP: Called({"path": word(*SOLVERS)}),
    **{name: Called(always=PARTIAL) for name in SPACES},
    DECODINGS[0]: Called(),
    DECODINGS[1]: Called({"bones": BONES, "smoothing": number(0, 100)}),
    "in2in.evaluation.interclip.InterCLIP": Called(
        {
            "motion": Node(("in2in.evaluation.interclip.MotionTower",)),
            "text": Node(("in2in.evaluation.interclip.TextTower",)),
        }
    ),
    "in2in.evaluation.interclip.MotionTower": Called(
        {**TRANSFORMER, "embedding": integer(2**14), "persons": integer(16), "every": integer(300)}
    ),
    "in2in.evaluation.interclip.TextTower": Called(
        {
            **{**TRANSFORMER, "embedding": integer(2**14), "vocabulary": integer(10**6), "context": integer(2**12)},
            "attend_padding": FLAG,
        }
    ),
    "in2in.text.tokens.ClipTokens": Called(
        {"length": integer(2**12), "vocabulary": integer(10**6), "vocab": RunFile(VOCABULARY)}
    ),
    **SCHEDULES,
    PERSONS: Called({"person1": Node((*SCHEDULES,)), "person2": Node((*SCHEDULES,))}),
    **{name: Called() for name in FRAMES},
    "in2in.blend.load": Called(
        {
            **{"run": RUN, "prior_run": RUN, "run_sha256": SHA256, "prior_sha256": SHA256},
            **{"composition": Node((*SCHEDULES, PERSONS)), "frame": Node(FRAMES)},
            **{"guidance": Node(GUIDANCES), "prior_guidance": Node(GUIDANCES)},
            **{"sampler": Node(("in2in.diffusion.sampler.Sampler",)), "decoding": Node(DECODINGS)},
            **{"convert": FLAG, "last_block": FLAG},
        },
        {"_recursive_": False},
    ),
}
"""All that may be called."""

PARTS: Mapping[str, Kind | RunFile | Node] = {
    "model": Node(DENOISERS),
    "text": Node(ENCODERS),
    "head": Node(("in2in.models.condition.TextHead",)),
    "noise": Node(("diffusers.DDIMScheduler",)),
    "guidance": Node(GUIDANCES),
    "sampler": Node(("in2in.diffusion.sampler.Sampler",)),
    "space": Node(SPACES),
    "decoding": Node(DECODINGS),
    "interclip": Node(("in2in.evaluation.interclip.InterCLIP",)),
    "tokens": Node(("in2in.text.tokens.ClipTokens",)),
    "individuals": SHARE,
    "blend": Node(("in2in.blend.load",)),
}
"""What of a run's config.yaml is read: what describes the model. Paths of the machine it was trained on are not."""
