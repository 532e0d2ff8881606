"""What the tests of the composition share: noise, a sampler, no texts, and a denoiser that knows its data."""

from collections.abc import Sequence

import torch
from diffusers import DDIMScheduler
from tensors import joints_of, rotations_of
from torch import Tensor, nn

from in2in.diffusion.sampler import Sampler
from in2in.models.condition import Condition
from in2in.models.dual import DualCondition
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise, encode
from in2in.motion.rotations import rotate_about_y

NOISE = DDIMScheduler(
    beta_schedule="squaredcos_cap_v2", prediction_type="sample", clip_sample=False, timestep_spacing="leading"
)
SAMPLER = Sampler(NOISE, DDIMScheduler, steps=50)


def moved(clip: Motion, angle: float, shift: Sequence[float]) -> Motion:
    """Person 2 turned about the y axis and shifted, anywhere in the plane."""
    joints = joints_of(clip).clone()
    joints[1] = rotate_about_y(joints[1], torch.tensor(angle)) + torch.tensor(shift)
    return Motion.from_tensors(joints, rotations_of(clip))


def alone(motion: Motion, person: int) -> Tensor:
    """Features of a person as the prior's training data holds it: in its own canonical frame. [T - 1, 262]."""
    joints = joints_of(motion)[person : person + 1]
    own = canonicalise(Motion.from_tensors(joints, rotations_of(motion)[person : person + 1]))
    floor = torch.stack([torch.zeros(()), joints[..., 1].min(), torch.zeros(())])  # the pair's floor is kept
    return encode(Motion.from_tensors(joints_of(own) + floor, rotations_of(own)))[0]


class Perfect(nn.Module):
    """The exact denoiser of a finite data set: the posterior mean over its motions (Karras et al. 2022, eq. 57).

    Args:
        motions: [N, P, T, D]; with P = 1, each person is denoised alone.
    """

    def __init__(self, motions: Tensor) -> None:
        super().__init__()
        self.register_buffer("motions", motions)
        self.calls = 0

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        self.calls += 1
        units = x.unflatten(1, (-1, self.motions.shape[1])).flatten(0, 1)
        a = NOISE.alphas_cumprod[t[0]]
        distance = (units[:, None] - a.sqrt() * self.motions).square().flatten(2).sum(-1)
        posterior = torch.softmax(-distance / (2 * (1 - a)), dim=1)
        return torch.einsum("nk,kptd->nptd", posterior, self.motions).reshape(x.shape)


NOTHING = Condition(torch.zeros(2, 4), torch.zeros(2, 2, 4))
NO_TEXTS = DualCondition(NOTHING.interaction, NOTHING.individuals, NOTHING)
