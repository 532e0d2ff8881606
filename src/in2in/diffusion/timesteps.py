"""How training draws the timestep of each sample."""

import torch
from torch import Tensor


class UniformTimesteps:
    """Every timestep alike (published).

    Args:
        steps: number of timesteps of the noise schedule.
    """

    def __init__(self, steps: int = 1000) -> None:
        self.steps = steps

    def __call__(self, batch: int, device: torch.device) -> Tensor:
        """[B] of 0 to steps - 1."""
        return torch.randint(self.steps, (batch,), device=device)


class TerminalTimesteps(UniformTimesteps):
    """Uniform, but a share of the samples is drawn at the last timestep, where only noise is left.

    With a schedule of zero terminal SNR the last timestep is where sampling starts and where the texts alone decide
    which motion it will be; drawn uniformly, it would be trained once in a thousand samples.

    Args:
        steps: number of timesteps of the noise schedule.
        share: of samples at the last timestep, 0 to 1.
    """

    def __init__(self, steps: int = 1000, share: float = 0.15) -> None:
        super().__init__(steps)
        self.share = share

    def __call__(self, batch: int, device: torch.device) -> Tensor:
        """[B] of 0 to steps - 1."""
        last = torch.rand(batch, device=device) < self.share
        return super().__call__(batch, device).masked_fill(last, self.steps - 1)
