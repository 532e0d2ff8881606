"""Does a model give back clips that it was trained on? The first test of a model and of a data set."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from in2in.data.batch import Example
from in2in.motion.prompt import Prompt
from in2in.motion.representation import FPS, decode_joints
from in2in.pipeline import Generator


@dataclass(frozen=True)
class Recall:
    """What came back.

    Attributes:
        error: [N, S] mean joint distance to the prompted clip, metres, of S samples of each of N prompts; over both
            persons and all frames, in person 1's frame and otherwise unaligned.
        nearest: [N, S] number of the clip that a sample is nearest to.
        between: mean distance between different clips, metres.
        denoised: [N] mean joint distance of the prediction from the clip noised to `timestep`, with its text, metres.
        timestep: of `denoised`.
    """

    error: Tensor
    nearest: Tensor
    between: float
    denoised: Tensor
    timestep: int

    @property
    def found(self) -> int:
        """How many samples are nearest to the clip they were prompted for."""
        return int((self.nearest == torch.arange(len(self.nearest))[:, None]).sum())

    def report(self) -> str:
        """The figures in a few lines."""
        return "\n".join(
            [
                f"nearest clip is the prompted one: {self.found} of {self.nearest.numel()}",
                f"median joint error: {self.error.median() * 100:.1f} cm",
                f"mean distance between different clips: {self.between * 100:.1f} cm",
                f"prediction from t = {self.timestep} with the text: {self.denoised.mean() * 100:.1f} cm",
            ]
        )


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean joint distance of two motions [P, T, 22, 3], in metres, over the frames that both have."""
    frames = min(a.shape[1], b.shape[1])
    return (a[:, :frames] - b[:, :frames]).norm(dim=-1).mean()


def recall(
    generator: Generator, denoiser: nn.Module, clips: Sequence[Example], seeds: int = 4, timestep: int = 900
) -> Recall:
    """Prompt for every clip with several seeds, and denoise every clip.

    Args:
        generator: with its own guidance.
        denoiser: the generator's network without guidance.
        clips: of one length, each with a text of its own.
        seeds: samples a prompt.
        timestep: to noise the clips to.
    """
    truth = [decode_joints(clip.features) for clip in clips]
    between = [distance(a, b) for i, a in enumerate(truth) for j, b in enumerate(truth) if i != j]
    prompts = [
        Prompt(clip.interaction, clip.individuals[0], clip.individuals[1], clip.features.shape[1] / FPS, seed)
        for clip in clips
        for seed in range(seeds)
    ]
    made = [torch.from_numpy(motion.joints) for motion in generator(prompts)]
    distances = torch.stack([torch.stack([distance(own, clip) for clip in truth]) for own in made])
    distances = distances.unflatten(0, (len(clips), seeds))
    return Recall(
        error=distances.diagonal(dim1=0, dim2=2).T,
        nearest=distances.argmin(dim=2),
        between=float(torch.stack(between).mean()) if between else 0.0,
        denoised=_denoise(generator, denoiser, clips, truth, timestep),
        timestep=timestep,
    )


@torch.inference_mode()
def _denoise(
    generator: Generator, denoiser: nn.Module, clips: Sequence[Example], truth: list[Tensor], timestep: int
) -> Tensor:
    errors = []
    for number, (clip, joints) in enumerate(zip(clips, truth, strict=True)):
        x0 = generator.space.encode(clip.features[None])
        noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(number))
        t = torch.tensor([timestep])
        condition = generator.conditioner([clip.interaction], [clip.individuals])
        predicted = denoiser(generator.sampler.solver.add_noise(x0, noise, t), t, condition, None)
        errors.append(distance(decode_joints(generator.space.decode(predicted))[0], joints))
    return torch.stack(errors)
