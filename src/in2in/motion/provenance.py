"""What made a motion: kept with every sample, and compared whole before samples are used again beside new ones."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from in2in.errors import InputError

TOLD = "folder"
"""Where a run lies is told but not compared: the same weights in another place are the same origin."""


def own_version() -> str:
    """The version of this package."""
    try:
        return version("in2in")
    except PackageNotFoundError:  # run from its source, never installed
        return "unknown"


@dataclass(frozen=True)
class Origin:
    """A run that motions were sampled from.

    Attributes:
        folder: as it was given, or its name on the hub.
        weights: SHA-256, see `weights_sha256`.
        text_encoder: likewise, of the frozen text encoder.
        configuration: what changes the motion and leaves no trace in the weights: networks, noise, layout of features.
    """

    folder: str
    weights: str
    text_encoder: str
    configuration: Mapping[str, Any]


@dataclass(frozen=True)
class Provenance:
    """All that a motion depends on beside its prompt and the processor.

    Attributes:
        run: the model.
        sampler: solver and steps.
        guidance: of the model, as its configuration has it.
        prior_run: the single-person prior that was blended in, if there was one.
        composition: how: schedule and its weights, the prior's guidance, frame, convert, last_block.
        precision: of the computation, such as 32-true or bf16-mixed.
        version: of this package.
    """

    run: Origin
    sampler: Mapping[str, Any]
    guidance: Mapping[str, Any]
    prior_run: Origin | None = None
    composition: Mapping[str, Any] | None = None
    precision: str = "32-true"
    version: str = field(default_factory=own_version)

    def __str__(self) -> str:
        solver, steps = self.sampler.get("solver"), self.sampler.get("steps")
        runs = " and ".join(f"{own.folder} ({own.weights[:8]})" for own in (self.run, self.prior_run) if own)
        return f"{runs}, {solver} in {steps} steps, {self.precision}, in2in {self.version}"

    def to_json(self) -> str:
        """As a line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Provenance":
        """Read what `to_json` wrote; what a later version tells beside it is passed over.

        Raises:
            ValueError: it is no such line, or lacks something.
        """
        told = json.loads(text)
        try:
            known = {name: told[name] for name in cls.__dataclass_fields__}
            origins = {name: known[name] and Origin(**known[name]) for name in ("run", "prior_run")}
        except (TypeError, KeyError) as error:
            raise ValueError(f"its provenance is incomplete ({error})") from error
        return cls(**{**known, **origins})

    def difference(self, other: "Provenance") -> str | None:
        """The first thing in which another one differs, with both values; None where they are the same origin."""
        ours, theirs = (dict(_leaves(json.loads(own.to_json()))) for own in (self, other))
        for name in ours | theirs:
            if name.rpartition(".")[2] != TOLD and ours.get(name) != theirs.get(name):
                return f"{name}: {_shown(name, ours)}, now {_shown(name, theirs)}"
        return None


def check_same(path: Path, made: Provenance | None, now: Provenance | None) -> None:
    """Before a sample is used beside new ones.

    Args:
        path: of the sample, for the message.
        made: what the sample says of itself.
        now: of the new ones.

    Raises:
        InputError: they are not of one origin, or it is not known.
    """
    if made is None or now is None:
        raise InputError(
            f"{path} is of unknown origin (an earlier version wrote it, or another program), so it is not mixed with "
            "new samples: choose another out="
        )
    if difference := made.difference(now):
        raise InputError(f"{path} was made in another way ({difference}): choose another out=, or give what made it")


def _leaves(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested plain data by dotted names."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, f"{name}.{key}" if name else str(key))
    else:
        yield name, node


def _shown(name: str, leaves: dict[str, Any]) -> str:
    """A value in a message: a hash by its beginning, with the run that has it; long lists cut."""
    value, owner = leaves.get(name), name.rpartition(".")[0]
    if name.endswith(("weights", "text_encoder")) and isinstance(value, str):
        return f"{value[:8]} of {leaves[f'{owner}.{TOLD}']}"
    text = "none" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
