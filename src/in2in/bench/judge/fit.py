"""Fits the usual ranges of every kind and the readings of the tempo on training clips: ranges.json and paces.json.

    python -m in2in.bench.judge.fit

Only clips that the split of a seed of their own gives to training are read, so none of the combinations of kind,
person, hand and style that are kept for test. Each is read as it is and with smooth noise of 2 and of 4 cm, as
generated motion never is as clean as the data.
"""

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from in2in.bench.judge.features import features
from in2in.bench.judge.kinds import Ranges
from in2in.bench.judge.tempo import Paces, rates
from in2in.bench.people import KINDS, generate
from in2in.bench.people.casting import TEMPOS, splits
from in2in.bench.people.kinds import HANDED
from in2in.data.layout import TRAIN
from in2in.motion.signals import Signals

FIT_SEED = 2027
"""Of the clips that are fitted on; no other data should have it."""

CLIPS = 160
"""Of each kind, before those of the other splits are left out."""

NOISE = (0.0, 0.02, 0.04)
"""Metres."""

CHANGE = 2.0
"""Frames over which noise changes: the deviation of the Gaussian that smooths it."""


def trembling(joints: Tensor, deviation: float, rng: np.random.Generator) -> Tensor:
    """Joints [P, T, 22, 3] with noise of a standard deviation in metres that changes over `CHANGE` frames."""
    noise = gaussian_filter1d(rng.normal(size=tuple(joints.shape)), CHANGE, axis=1)
    return joints + torch.from_numpy(noise * (deviation / noise.std())).to(joints)


def main() -> None:
    """Fit and write."""
    measures, rate, number, tempo = [], [], [], []
    for index, split in enumerate(splits(range(CLIPS * len(KINDS)), FIT_SEED, HANDED)):
        if split != TRAIN:
            continue
        clip = generate(index, FIT_SEED, split=split)
        for deviation in NOISE:
            signals = Signals.of(trembling(clip.joints, deviation, np.random.default_rng([FIT_SEED, index])))
            measures.append(features(signals).values())
            rate.append(rates(signals))
            number.append(index % len(KINDS))
            tempo.append(-np.log(TEMPOS[clip.truth.tempo]))
    kinds = tuple(kind.name for kind in KINDS)
    Ranges.fit(kinds, np.array(measures), np.array(number)).save()
    Paces.fit(kinds, np.array(rate), np.array(tempo), np.array(number)).save()


if __name__ == "__main__":
    main()
