"""Where less work is done, the numbers are those of the plain way."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from test_models import inputs, network
from torch import Tensor, nn

from in2in.diffusion.guidance import InteractionGuidance, PlainGuidance
from in2in.diffusion.sampler import length_mask
from in2in.evaluation.evaluator import Evaluator
from in2in.models.condition import Condition
from in2in.models.cpu import linear
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser, InterGenDenoiser, others
from in2in.models.mdm import MDMDenoiser
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import foot_contacts, mirror
from in2in.motion.skeleton import FEET, MIRROR


def test_products_and_their_gradients_are_torchs() -> None:
    torch.manual_seed(0)
    given = [torch.randn(3, 2, 7, 20), torch.randn(12, 20), torch.randn(12)]
    outward = torch.randn(3, 2, 7, 12)
    for bias in (True, False):
        found = []
        for product in (linear, F.linear):
            own = [part.clone().requires_grad_() for part in given[: 3 if bias else 2]]
            made = product(*own)
            found.append([made, *torch.autograd.grad(made, own, outward)])
        for ours, plain in zip(*found, strict=True):
            torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-5)
        with torch.no_grad():
            assert torch.equal(linear(*given[: 3 if bias else 2]), found[0][0])
    assert torch.autograd.gradcheck(linear, [part.double().requires_grad_() for part in given])
    frozen = linear(given[0].requires_grad_(), given[1], given[2])
    torch.testing.assert_close(torch.autograd.grad(frozen.sum(), given[0])[0], given[1].sum(0).expand(3, 2, 7, 20))


def test_the_other_person_is_the_one_of_the_general_way() -> None:
    h = torch.randn(2, 2, 5, 4)
    torch.testing.assert_close(others(h), h[:, [1, 0]], atol=0, rtol=0)
    three = torch.randn(2, 3, 5, 4)
    torch.testing.assert_close(others(three)[:, 1], torch.cat([three[:, 0], three[:, 2]], dim=1), atol=0, rtol=0)


@pytest.mark.parametrize("kind", [InteractionDenoiser, InterGenDenoiser, IndividualDenoiser, MDMDenoiser])
def test_no_mask_is_a_mask_of_equal_lengths(kind: Any) -> None:
    model = network(kind)
    x, t, condition = inputs()
    torch.testing.assert_close(
        model(x, t, condition), model(x, t, condition, length_mask([9, 9, 9])), atol=1e-5, rtol=1e-5
    )


class Watched:
    """A network that remembers how many samples it was asked for at once."""

    def __init__(self) -> None:
        self.network = network(InteractionDenoiser)
        self.asked: list[int] = []

    def __call__(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """The network's answer."""
        self.asked.append(len(x))
        return self.network(x, t, condition, mask)


def by_hand(network: Any, x: Tensor, t: Tensor, condition: Condition, weights: tuple[float, float, float]) -> Tensor:
    """in2IN's equation 3, a branch after the other."""
    yes, no = torch.ones(len(x), dtype=torch.bool), torch.zeros(len(x), dtype=torch.bool)
    nothing, both, interaction, individual = (
        network(x, t, condition.drop(one, other)) for one, other in ((yes, yes), (no, no), (no, yes), (yes, no))
    )
    terms = zip(weights, (both, interaction, individual), strict=True)
    return nothing + sum(weight * (branch - nothing) for weight, branch in terms)


@pytest.mark.parametrize(
    ("weights", "branches"),
    [((3.0, 3.0, 1.0), 4), ((1.0, 0.0, 0.0), 1), ((0.5, 0.25, 0.25), 3), ((2.0, 0.0, -1.0), 2), ((3.0, 0.0, 0.0), 2)],
)
def test_branches_that_vanish_are_not_run(weights: tuple[float, float, float], branches: int) -> None:
    x, t, condition = inputs()
    watched = Watched()
    guided = InteractionGuidance(watched, *weights)
    expected = by_hand(watched.network, x, t, condition, weights)
    for _ in range(2):
        torch.testing.assert_close(guided(x, t, condition), expected, atol=1e-4, rtol=1e-5)
    assert watched.asked == [3 * branches] * 2
    # another condition is not taken for the last one
    other = Condition(-condition.interaction, condition.individuals)
    torch.testing.assert_close(
        guided(x, t, other), by_hand(watched.network, x, t, other, weights), atol=1e-4, rtol=1e-5
    )


def test_plain_guidance_of_scale_1_is_the_network_but_where_a_sample_has_no_text() -> None:
    x, t, condition = inputs()
    watched = Watched()
    guided = PlainGuidance(watched, scale=1.0)
    assert torch.equal(guided(x, t, condition), watched.network(x, t, condition))
    silent = condition.drop(torch.tensor([False, True, False]), torch.tensor([False, True, False]))
    torch.testing.assert_close(guided(x, t, silent), watched.network(x, t, silent), atol=1e-5, rtol=1e-5)
    assert watched.asked == [3, 6]


class Counting(nn.Module):
    """A text side that counts what it embeds: each text by its length."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def embed_text(self, tokens: Tensor) -> Tensor:
        """[N, 1]."""
        self.seen += len(tokens)
        return tokens.float()


def test_an_evaluator_embeds_each_text_once() -> None:
    network = Counting()
    lengths = lambda texts: torch.tensor([[len(text)] for text in texts])  # noqa: E731
    evaluator = Evaluator(network, lengths, Normalizer()).eval()  # type: ignore[arg-type]
    asked = [*("a" * (1 + place % 40) for place in range(100)), "", "a"]
    assert evaluator.texts(asked)[:, 0].tolist() == [len(text) for text in asked]
    assert evaluator.texts(asked[::-1])[:, 0].tolist() == [len(text) for text in reversed(asked)]
    assert network.seen == 41
    evaluator.train()  # whose weights may change
    evaluator.texts(["a"])
    assert network.seen == 42


def mirrored_slowly(motion: Motion) -> tuple[Tensor, Tensor]:
    """Joint by joint, as the rule reads."""
    joints, rotations = (part.clone() for part in motion.tensors())
    for joint, other in enumerate(MIRROR):
        joints[:, :, joint] = motion.tensors()[0][:, :, other] * torch.tensor([-1.0, 1.0, 1.0])
        if joint:
            turned = motion.tensors()[1][:, :, other - 1] * torch.tensor([1.0, -1.0, -1.0, 1.0, -1.0, 1.0])
            rotations[:, :, joint - 1] = turned
    return joints, rotations


def test_mirrored_motion_and_contacts_are_to_the_bit_what_the_rule_says(clip: Motion) -> None:
    for ours, slow in zip(mirror(clip).tensors(), mirrored_slowly(clip), strict=True):
        assert torch.equal(ours, slow)
    joints = clip.tensors()[0]
    found = foot_contacts(joints)
    for foot, (joint, height) in enumerate(zip(FEET, (0.12, 0.05, 0.12, 0.05), strict=True)):
        here, there = joints[:, :-1, joint], joints[:, 1:, joint]
        planted = ((there - here).square().sum(-1) < 0.001) & (here[..., 1] < height)
        assert torch.equal(found[..., foot] == 1, planted)
