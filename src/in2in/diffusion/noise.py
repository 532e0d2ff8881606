"""Normal noise by a counter: number k of a seed is reckoned from k and the seed alone, the same in any language.

The pair of numbers 2 k and 2 k + 1 is Threefry-2x32 with 20 rounds (Salmon et al., 2011; as in JAX) of the counter
(k, 0) under the key (seed mod 2^32, seed div 2^32), whose two words u and v become, by Box and Muller,
sqrt(-2 ln((u + 1/2) / 2^32)) times cosine and sine of 2 pi (v + 1/2) / 2^32, in double precision, then float32.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA
WORD = 2**32


def threefry(seed: int, count: int) -> np.ndarray:
    """The words [count, 2], uint32, of the counters 0 to count - 1 under a seed of 64 bits."""
    key = [np.uint32(seed % WORD), np.uint32(seed // WORD)]
    key.append(np.uint32(PARITY) ^ key[0] ^ key[1])
    u = np.arange(count, dtype=np.uint32) + key[0]
    v = np.zeros(count, dtype=np.uint32) + key[1]
    for turn in range(5):
        for bits in ROTATIONS[4 * (turn % 2) :][:4]:
            u = u + v
            v = ((v << np.uint32(bits)) | (v >> np.uint32(32 - bits))) ^ u
        u = u + key[(turn + 1) % 3]
        v = v + np.uint32((int(key[(turn + 2) % 3]) + turn + 1) % WORD)
    return np.stack([u, v], axis=1)


def counted_noise(seeds: Sequence[int], lengths: Sequence[int], persons: int, features: int) -> Tensor:
    """As `in2in.diffusion.sampler.draw_noise`, by the counter: what the page of a model draws.

    Args:
        seeds: one a sample.
        lengths: frames of each sample.
        persons: P.
        features: D.

    Returns:
        [B, P, max(lengths), D] standard normal, zero on padding.
    """
    noise = torch.zeros(len(seeds), persons, max(lengths), features)
    for sample, seed, length in zip(noise, seeds, lengths, strict=True):
        size = length * persons * features
        first, second = (threefry(seed, (size + 1) // 2).astype(np.float64) + 0.5).T / WORD
        radius, angle = np.sqrt(-2 * np.log(first)), 2 * np.pi * second
        pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        numbers = torch.from_numpy(pairs.astype(np.float32).reshape(-1)[:size])
        sample[:, :length] = numbers.view(length, persons, features).transpose(0, 1)
    return noise
