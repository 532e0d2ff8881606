"""The three parts of a model as graphs: a text's vector, a denoising step, the motion of features.

Each is traced by torch.export and written as ONNX, with the lengths of texts and motions left open. A step holds the
guidance too (the weighted sum of its branches) and the solver's update, so that a page only has to loop.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.motion.decoding import RotationDecoding, pose
from in2in.motion.representation import decode_joints
from in2in.motion.space import FeatureSpace


class TextVector(nn.Module):
    """Token ids [1, L] of one text -> its vector [1, C]."""

    def __init__(self, network: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.network, self.head = network, head

    def forward(self, ids: Tensor) -> Tensor:
        """See the class."""
        states = self.network(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        end = torch.full_like(ids[:, 0], ids.shape[1] - 1)
        return self.head(states, None, end)


class Step(nn.Module):
    """One step of the sampler: x [1, P, T, D] at one timestep -> the x of the next.

    The branches of the guidance are rows: timestep [B], interaction [B, C], individuals [B, P, C] and weights [B]. The
    solver's update is x0 * take[0] + x * take[1].
    """

    def __init__(self, denoiser: nn.Module) -> None:
        super().__init__()
        self.denoiser = denoiser

    def forward(
        self, x: Tensor, timestep: Tensor, interaction: Tensor, individuals: Tensor, weights: Tensor, take: Tensor
    ) -> Tensor:
        """See the class."""
        rows = x.expand(weights.shape[0], -1, -1, -1)
        x0 = self.denoiser(rows, timestep, Condition(interaction, individuals), None)
        guided = (weights[:, None, None, None] * x0).sum(dim=0, keepdim=True)
        return guided * take[0] + x * take[1]


class Joints(nn.Module):
    """The network's numbers [1, P, T, D] -> joints [P, T, 22, 3] in metres."""

    def __init__(self, space: FeatureSpace, decoding: object) -> None:
        super().__init__()
        self.space, self.decoding = space, decoding

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        features = self.space.decode(x[0])
        if not isinstance(self.decoding, RotationDecoding):
            return decode_joints(features)
        if self.decoding.smoothing:
            features = smooth(features, self.decoding.smoothing)
        return pose(features, torch.tensor(self.decoding.bones))[0]


def smooth(features: Tensor, deviation: float) -> Tensor:
    """A Gaussian over time, [P, T, D], the first and last frame going on for ever: scipy's gaussian_filter1d."""
    reach = int(4 * deviation + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1).double() / deviation).square())
    kernel = (kernel / kernel.sum()).float()[None, None]
    persons, frames, width = features.shape
    rows = F.pad(features.transpose(1, 2).reshape(persons * width, 1, frames), (reach, reach), mode="replicate")
    return F.conv1d(rows, kernel).view(persons, width, frames).transpose(1, 2)
