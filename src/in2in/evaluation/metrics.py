"""The metrics of text to motion, as pure functions of InterCLIP embeddings.

N motions with their texts, D the width of the embeddings; everything is computed in double precision. Nothing is drawn
in secret: batches and pairs come as indices, from `retrieval_batches` and `draw_pairs` or from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from in2in.errors import InputError

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

PUBLISHED_SCALE = 6.0
"""FID and diversity are published on embeddings times 6 (InterGen's evaluation)."""


def _embeddings(name: str, values: ArrayLike, dims: int = 2, least: int = 1) -> Array:
    """Embeddings in double precision, once they are known to be usable."""
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != dims:
        raise InputError(f"{name}: embeddings of shape {found.shape}, {dims} dimensions are needed")
    if len(found) < least:
        raise InputError(f"{name}: {len(found)} embeddings are too few, at least {least} are needed")
    bad = len(found) - int(np.isfinite(found).all(axis=tuple(range(1, dims))).sum())
    if bad:
        raise InputError(f"{name}: {bad} of {len(found)} embeddings hold NaN or infinity")
    return found


def _same_shape(what: str, one: Array, two: Array, axis: int | None = None) -> None:
    shapes = (one.shape, two.shape) if axis is None else (one.shape[axis], two.shape[axis])
    if shapes[0] != shapes[1]:
        raise InputError(f"{what}: shapes {one.shape} and {two.shape} do not fit together")


def distances(x: ArrayLike, y: ArrayLike) -> Array:
    """Euclidean distance of every row of x [N, D] to every row of y [M, D]: [N, M]."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return np.stack([np.linalg.norm(b - row, axis=-1) for row in a])


@dataclass(frozen=True)
class RetrievalBatch:
    """One ranking task of R-precision.

    Attributes:
        queries: [Q] indices of the pairs whose text asks.
        candidates: [C] indices of the pairs whose motions are ranked; the queries are among them.
    """

    queries: Indices
    candidates: Indices


def retrieval_batches(pairs: int, rng: np.random.Generator, size: int = 96) -> list[RetrievalBatch]:
    """Shuffle N pairs into batches in which each pair asks exactly once.

    The published loader drops what does not fill a batch. Here the last batch is filled up with candidates from the
    others that do not ask a second time: every pair counts, and every text chooses among as many motions.
    """
    if pairs < size:
        raise InputError(f"R-precision ranks batches of {size} motions, only {pairs} are given: use a smaller batch")
    order = rng.permutation(pairs)
    full = pairs - pairs % size
    batches = [RetrievalBatch(block, block) for block in order[:full].reshape(-1, size)]
    rest = order[full:]
    if len(rest):
        batches.append(RetrievalBatch(rest, np.concatenate([rest, order[: size - len(rest)]])))
    return batches


def r_precision(
    text: ArrayLike, motion: ArrayLike, batches: Sequence[RetrievalBatch], match: ArrayLike | None = None, top: int = 3
) -> Array:
    """Share of texts that have a matching motion among their k nearest (Guo et al., 2022), k = 1 .. top.

    Where motions lie at the same distance as the nearest matching one, the mean over all orders of them is taken: an
    evaluator or a model that gives all motions one embedding is at chance, and not first everywhere.

    Args:
        text: [N, D]; row i belongs to pair i.
        motion: [N, D]; likewise.
        batches: who is ranked against whom.
        match: [N, N] bool, row text i, column motion j: j is an answer to i. The identity where not given; pass which
            texts are identical to count their motions as answers.
        top: largest k.

    Returns:
        [top], each 0 to 1.
    """
    texts, motions = _embeddings("texts", text), _embeddings("motions", motion)
    _same_shape("R-precision", texts, motions)
    answers = np.eye(len(texts), dtype=bool) if match is None else np.asarray(match, dtype=bool)
    if answers.shape != (len(texts), len(texts)):
        raise InputError(f"R-precision: match is {answers.shape}, {len(texts)} x {len(texts)} is needed")
    hits = np.concatenate(
        [
            _chance_of_a_hit(
                distances(texts[batch.queries], motions[batch.candidates]),
                answers[np.ix_(batch.queries, batch.candidates)],
                top,
            )
            for batch in batches
        ]
    )
    return hits.mean(axis=0)


def _chance_of_a_hit(distance: Array, match: NDArray[np.bool_], top: int) -> Array:
    """[Q, top] from distances and matches [Q, C], over all orders of motions at one distance."""
    nearest = np.where(match, distance, np.inf).min(axis=1, keepdims=True)
    tied = (distance == nearest).sum(axis=1, keepdims=True)
    tied_wrong = tied - (match & (distance == nearest)).sum(axis=1, keepdims=True)
    seats = np.arange(1, top + 1) - (distance < nearest).sum(axis=1, keepdims=True)
    # All seats go to wrong ones in C(wrong, seats) of C(tied, seats) draws without putting back.
    some = np.clip(seats, 0, tied_wrong)
    log_miss = gammaln(tied_wrong + 1) - gammaln(tied_wrong - some + 1)
    log_miss = log_miss - gammaln(tied + 1) + gammaln(tied - some + 1)
    return np.where(seats <= 0, 0.0, np.where(seats > tied_wrong, 1.0, 1.0 - np.exp(log_miss)))


def mm_distance(text: ArrayLike, motion: ArrayLike) -> float:
    """Mean Euclidean distance of each text to its own motion, [N, D] both (Guo et al., 2022)."""
    texts, motions = _embeddings("texts", text), _embeddings("motions", motion)
    _same_shape("MM distance", texts, motions)
    return float(np.linalg.norm(texts - motions, axis=1).mean())


def fid(real: ArrayLike, generated: ArrayLike, scale: float = PUBLISHED_SCALE) -> float:
    """Frechet distance of two Gaussians fitted to the embeddings (Heusel et al., 2017).

    |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2), the covariances over N - 1. With S = A'A and A = QR the last trace
    is the sum of the singular values of R1 R2', which stays exact where there are fewer motions than features (then the
    value still depends on how many there are: compare at equal N).

    Args:
        real: [N, D]. generated: [M, D].
        scale: of both, squared in the result.
    """
    sets = _embeddings("real", real, least=2) * scale, _embeddings("generated", generated, least=2) * scale
    _same_shape("FID", *sets, axis=1)
    means = [own.mean(axis=0) for own in sets]
    roots = [np.linalg.qr(own - mean, mode="r") / np.sqrt(len(own) - 1) for own, mean in zip(sets, means, strict=True)]
    cross = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    spread = sum(float((root**2).sum()) for root in roots)
    squared = ((means[0] - means[1]) ** 2).sum() + spread - 2 * cross
    return max(float(squared), 0.0)  # rounding may leave it a little below


def draw_pairs(count: int, pairs: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """First and second [pairs] of random pairs among `count`, as published: each list without repeats.

    The lists are drawn on their own, so about one pair in `count` is something with itself, at distance 0.
    """
    if count < pairs:
        raise InputError(f"{pairs} random pairs need at least {pairs} embeddings, only {count} are given")
    return rng.choice(count, pairs, replace=False), rng.choice(count, pairs, replace=False)


def diversity(embeddings: ArrayLike, first: Indices, second: Indices, scale: float = PUBLISHED_SCALE) -> float:
    """Half the mean distance of random pairs of motions (InterGen's evaluation; elsewhere it is not halved).

    Args:
        embeddings: [N, D].
        first: [pairs] indices, published: 300 of `draw_pairs`.
        second: [pairs] indices of those they are compared with.
        scale: of the embeddings.
    """
    x = _embeddings("diversity", embeddings) * scale
    return float(np.linalg.norm(x[first] - x[second], axis=1).mean() / 2)


def multimodality(embeddings: ArrayLike, first: Indices, second: Indices) -> float:
    """Mean distance of random pairs of motions made for one text, over texts (Guo et al., 2022).

    Args:
        embeddings: [texts, samples, D], published: 100 x 30; not scaled.
        first: [pairs] indices of samples, the same for every text; published: 10 of `draw_pairs`.
        second: [pairs] indices of those they are compared with.
    """
    x = _embeddings("multimodality", embeddings, dims=3)
    return float(np.linalg.norm(x[:, first] - x[:, second], axis=-1).mean())


def entropic_transport(
    x: ArrayLike, y: ArrayLike, epsilon: float = 1e-3, tolerance: float = 1e-5, iterations: int = 500
) -> float:
    """Cost of moving one cloud of embeddings onto another: optimal transport with entropy (Cuturi, 2013).

    Sinkhorn in the log domain on the Euclidean distance C, with a = 1 / N and b = 1 / M: from u = 0, v = epsilon log b,
    u = epsilon (log a - logsumexp((v - C) / epsilon)) over the columns, then v likewise over the rows. At so small an
    epsilon it has not converged after the published 500 iterations: their number belongs to the metric.

    Args:
        x: [N, D]. y: [M, D].
        epsilon: weight of the entropy, in the unit of the distance.
        tolerance: stops once no entry of u and v changes by more.
        iterations: at most.

    Returns:
        The sum of plan times cost, in the unit of the distance.
    """
    one, two = _embeddings("transport, first set", x), _embeddings("transport, second set", y)
    _same_shape("transport", one, two, axis=1)
    cost = distances(one, two)
    log_a, log_b = -np.log(len(one)), -np.log(len(two))
    u, v = np.zeros(len(one)), np.full(len(two), epsilon * log_b)
    for _ in range(iterations):
        before = u, v
        u = epsilon * (log_a - logsumexp((v - cost) / epsilon, axis=1))
        v = epsilon * (log_b - logsumexp((u[:, None] - cost) / epsilon, axis=0))
        if max(np.abs(u - before[0]).max(), np.abs(v - before[1]).max()) <= tolerance:
            break
    return float((np.exp((u[:, None] + v - cost) / epsilon) * cost).sum())


def individual_diversity(interaction: ArrayLike, composed: ArrayLike) -> float:
    """How far individual texts move an interaction: mean transport over interactions (DualMDM).

    Args:
        interaction: [I, S, D], S samples of the interaction model alone for each of I interactions; published 100 x 32.
        composed: [I, S', D], samples of DualMDM for the same interactions.
    """
    alone = _embeddings("individual diversity, interaction model", interaction, dims=3)
    both = _embeddings("individual diversity, DualMDM", composed, dims=3)
    _same_shape("individual diversity", alone, both, axis=0)
    return float(np.mean([entropic_transport(x, y) for x, y in zip(alone, both, strict=True)]))


@dataclass(frozen=True)
class Estimate:
    """A mean over repeats.

    Attributes:
        mean: over the repeats.
        half_width: of its 95 % interval; None where a single repeat says nothing of it.
    """

    mean: float
    half_width: float | None


def interval(repeats: ArrayLike) -> Estimate:
    """Mean and 95 % interval of R repeats: 1.96 std / sqrt(R), the std over R as published."""
    values = np.asarray(repeats, dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise InputError(f"an interval needs finite figures of at least one repeat, found {values.tolist()}")
    half = None if len(values) == 1 else float(1.96 * values.std() / np.sqrt(len(values)))
    return Estimate(float(values.mean()), half)
