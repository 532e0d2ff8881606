"""The weighting schedules: closed forms, bad input, and every one of conf/sampling/composition."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf

from in2in.cli.groups import choices
from in2in.diffusion.schedules import (
    ConstantSchedule,
    CosineSchedule,
    ExponentialSchedule,
    InverseExponentialSchedule,
    LinearSchedule,
    PersonSchedules,
    Schedule,
    StepSchedule,
)
from in2in.errors import InputError


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (ConstantSchedule(0.3), [0.3, 0.3, 0.3, 0.3]),
        (LinearSchedule(), [0.0, 0.25, 0.5, 1.0]),
        (ExponentialSchedule(0.002), [np.exp(-2), np.exp(-1.5), np.exp(-1), 1.0]),
        (InverseExponentialSchedule(0.002), [1 - np.exp(-2), 1 - np.exp(-1.5), 1 - np.exp(-1), 0.0]),
        (CosineSchedule(), [0.0, (1 - np.sqrt(0.5)) / 2, 0.5, 1.0]),
        (StepSchedule(500), [0.0, 0.0, 1.0, 1.0]),
    ],
)
def test_schedules_are_their_closed_forms(schedule: Schedule, expected: list[float]) -> None:
    weights = schedule(torch.tensor([0, 250, 500, 1000]))
    torch.testing.assert_close(weights, torch.tensor(expected, dtype=torch.float32), atol=1e-6, rtol=1e-5)


def test_each_person_may_have_a_schedule_of_its_own() -> None:
    t = torch.tensor([100, 900])
    weights = PersonSchedules(LinearSchedule(), ConstantSchedule(0.0))(t)
    torch.testing.assert_close(weights, torch.tensor([[0.1, 0.0], [0.9, 0.0]]))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ConstantSchedule(1.2), "composition.weight=1.2 is outside 0 "),
        (lambda: ConstantSchedule(float("nan")), "composition.weight=nan"),
        (lambda: ExponentialSchedule(0), "composition.rate=0 must be greater than 0"),
        (lambda: InverseExponentialSchedule(float("inf")), "composition.rate=inf"),
        (lambda: StepSchedule(1001), "composition.switch=1001 is outside 0 to 1000"),
    ],
)
def test_bad_schedules_are_one_line(make: Callable[[], Schedule], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", choices("sample", "composition").values(), ids=lambda path: path.stem)
def test_every_composition_yaml_builds(path: Path) -> None:
    node: Any = OmegaConf.load(path)
    for person, choice in (default.split("@")[::-1] for default in node.pop("defaults", [])):
        node[person] = OmegaConf.merge(OmegaConf.load(path.with_name(f"{choice}.yaml")), {})
    if path.stem == "persons":
        node.person2.weight = 0.0
    weights = instantiate(node)(torch.arange(0, 1001, 20))
    assert weights.min() >= 0
    assert weights.max() <= 1
