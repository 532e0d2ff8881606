"""What an evaluation is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lightning import Trainer

from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.protocol import Plan, Protocol, plan
from in2in.pipeline import Generator


@dataclass(frozen=True)
class Model:
    """A model to be evaluated.

    Attributes:
        name: in tables and of its folder.
        key: what its motions depend on beside the prompts: hash of weights and configuration.
        load: device -> the model.
    """

    name: str
    key: str
    load: Callable[[str], Generator]


@dataclass(frozen=True)
class Setting:
    """Models, an evaluator, data and a protocol.

    Attributes:
        models: any number, of different names.
        evaluator: that reads texts and motions.
        evaluator_key: hash of its weights.
        data_dir, split: recorded motion and its texts.
        texts_dir: a data set whose individual texts are asked for instead; None for the same.
        protocol: how.
        repeats: passes over all clips.
        seed: of all that is drawn.
        limit: clips at most.
        trainer: on whose devices motions are generated.
        batch_size: motions that are generated at once.
        threads: of a process on a CPU.
        out: where motions are kept and results go.
    """

    models: tuple[Model, ...]
    evaluator: Evaluator
    evaluator_key: str
    data_dir: Path
    split: str
    texts_dir: Path | None
    protocol: Protocol
    repeats: int
    seed: int
    limit: int | None
    trainer: Trainer
    batch_size: int
    threads: int
    out: Path

    def plan(self) -> Plan:
        """The protocol applied to the data."""
        return plan(self.protocol, self.data_dir, self.split, self.repeats, self.seed, self.limit)
