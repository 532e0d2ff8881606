"""The metrics: published numbers, closed forms, symmetries and other libraries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import torch
from torchmetrics.functional.classification import multiclass_accuracy

from in2in.errors import InputError
from in2in.evaluation import metrics
from in2in.evaluation.metrics import RetrievalBatch

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDEN / "metrics.npz") as data:
        return dict(data)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def whole(count: int) -> list[RetrievalBatch]:
    return [RetrievalBatch(np.arange(count), np.arange(count))]


def test_published_numbers(golden: dict[str, np.ndarray]) -> None:
    text, motion = golden["text"], golden["motion"]
    pairs = golden["diversity_first"], golden["diversity_second"]
    samples = golden["mm_first"], golden["mm_second"]
    ours = {
        "r_precision": metrics.r_precision(text, motion, whole(96)),
        "mm_dist": metrics.mm_distance(text, motion),
        "fid": metrics.fid(golden["real"], golden["generated"]),
        "diversity": metrics.diversity(golden["real"], *pairs),
        "multimodality": metrics.multimodality(golden["multimodality_activations"], *samples),
        "wasserstein": metrics.entropic_transport(golden["wasserstein_x"], golden["wasserstein_y"]),
    }
    for name, value in ours.items():
        np.testing.assert_allclose(value, golden[name], rtol=1e-9, err_msg=name)


def test_the_number_of_sinkhorn_iterations_is_part_of_the_metric(golden: dict[str, np.ndarray]) -> None:
    sets = golden["wasserstein_x"], golden["wasserstein_y"]
    for iterations in (499, 501, 5000):
        value = metrics.entropic_transport(*sets, iterations=iterations)
        assert abs(value / golden["wasserstein"] - 1) > 1e-8


# R-precision


def test_r_precision_of_perfect_and_of_shifted_pairs(rng: np.random.Generator) -> None:
    text = rng.standard_normal((96, 8))
    assert metrics.r_precision(text, text, whole(96)).tolist() == [1, 1, 1]
    line = np.arange(96.0)[:, None]  # six motions of lower number lie nearer than the own one, where there are six
    shifted = metrics.r_precision(line, line + 3.2, whole(96), top=7)
    np.testing.assert_allclose(shifted, [*(np.arange(1, 7) / 96), 1])
    assert metrics.mm_distance(line, line + 3.2) == pytest.approx(3.2)


def test_r_precision_agrees_with_torchmetrics(rng: np.random.Generator) -> None:
    text = rng.standard_normal((60, 4))
    motion = text + 0.5 * rng.standard_normal((60, 4))
    score = -torch.cdist(torch.from_numpy(text), torch.from_numpy(motion))
    ours = metrics.r_precision(text, motion, whole(60))
    for k in (1, 2, 3):
        theirs = multiclass_accuracy(score, torch.arange(60), num_classes=60, top_k=k, average="micro")
        assert ours[k - 1] == pytest.approx(float(theirs))


def test_r_precision_of_one_embedding_for_all_is_chance(rng: np.random.Generator) -> None:
    text, collapsed = rng.standard_normal((96, 8)), np.ones((96, 8))
    np.testing.assert_allclose(metrics.r_precision(text, collapsed, whole(96)), np.arange(1, 4) / 96)
    alike = np.kron(np.eye(24), np.ones((4, 4)))  # four texts of each kind
    misses = [1 - 4 / 96, (92 * 91) / (96 * 95), (92 * 91 * 90) / (96 * 95 * 94)]
    np.testing.assert_allclose(
        metrics.r_precision(text, collapsed, whole(96), match=alike), 1 - np.array(misses), rtol=1e-9
    )


def test_r_precision_of_shuffled_texts_is_chance(rng: np.random.Generator) -> None:
    motion = rng.standard_normal((96 * 40, 8))
    batches = metrics.retrieval_batches(len(motion), rng)
    found = metrics.r_precision(rng.permutation(motion), motion, batches)
    expected = np.arange(1, 4) / 96
    assert (np.abs(found - expected) < 4 * np.sqrt(expected / len(motion))).all()


def test_identical_texts_may_count_as_matches() -> None:
    kinds = np.arange(48).repeat(2)
    text = np.eye(48)[kinds]
    motion = text.copy()
    motion[1::2] *= 1.01  # the second of a kind is a little further from the text than the first
    assert metrics.r_precision(text, motion, whole(96)).tolist() == [0.5, 1, 1]
    match = kinds[:, None] == kinds
    assert metrics.r_precision(text, motion, whole(96), match).tolist() == [1, 1, 1]


@pytest.mark.parametrize("pairs", [96, 97, 200, 288])
def test_every_pair_asks_once_among_equally_many(pairs: int, rng: np.random.Generator) -> None:
    batches = metrics.retrieval_batches(pairs, rng)
    assert sorted(np.concatenate([batch.queries for batch in batches])) == list(range(pairs))
    for batch in batches:
        assert len(set(batch.candidates)) == 96
        assert set(batch.queries) <= set(batch.candidates)
    again = metrics.retrieval_batches(pairs, np.random.default_rng(0))
    assert all((one.candidates == two.candidates).all() for one, two in zip(batches, again, strict=True))


def test_r_precision_and_mm_distance_do_not_depend_on_the_frame_or_the_numbering(rng: np.random.Generator) -> None:
    text, motion = rng.standard_normal((2, 150, 6))
    batches = metrics.retrieval_batches(150, rng)
    turn, shift, order = np.linalg.qr(rng.standard_normal((6, 6)))[0], rng.standard_normal(6), rng.permutation(150)
    number = np.argsort(order)
    renamed = [RetrievalBatch(number[batch.queries], number[batch.candidates]) for batch in batches]
    told, moved = (own[order] @ turn + shift for own in (text, motion))
    np.testing.assert_allclose(metrics.r_precision(told, moved, renamed), metrics.r_precision(text, motion, batches))
    assert metrics.mm_distance(told, moved) == pytest.approx(metrics.mm_distance(text, motion))


# FID


def cloud(count: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """[count, width] whose sample mean is 0 and whose sample covariance is the identity, exactly."""
    x = rng.standard_normal((count, width))
    return np.linalg.qr(x - x.mean(axis=0))[0] * np.sqrt(count - 1)


def test_fid_of_known_gaussians(rng: np.random.Generator) -> None:
    one, two = cloud(400, 5, rng), cloud(300, 5, rng)
    turn = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    s, t, shift = np.array([1.0, 2, 3, 0.5, 0]), np.array([2.0, 2, 1, 0, 0.1]), np.arange(5.0)
    expected = (shift**2).sum() + ((s - t) ** 2).sum()  # |m|^2 + sum (s - t)^2 where the axes agree
    found = metrics.fid(one * s @ turn, two * t @ turn + shift, scale=1)
    assert found == pytest.approx(expected, rel=1e-9)
    assert metrics.fid(one * s @ turn, two * t @ turn + shift) == pytest.approx(36 * expected, rel=1e-9)


def test_fid_agrees_with_the_matrix_square_root(rng: np.random.Generator) -> None:
    mix, other = rng.standard_normal((2, 6, 6))
    x, y = rng.standard_normal((100, 6)) @ mix, rng.standard_normal((80, 6)) @ other + 1
    root: Any = scipy.linalg.sqrtm(np.cov(x.T) @ np.cov(y.T))
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(np.cov(x.T) + np.cov(y.T) - 2 * root.real)
    assert metrics.fid(x, y, scale=1) == pytest.approx(expected, rel=1e-9)
    assert metrics.fid(y, x, scale=1) == pytest.approx(expected, rel=1e-9)


def test_fid_of_a_set_with_itself_is_zero_even_with_fewer_motions_than_features(rng: np.random.Generator) -> None:
    x = rng.standard_normal((50, 200))
    assert abs(metrics.fid(x, rng.permutation(x))) < 1e-9
    assert metrics.fid(x, x + 0.5, scale=1) == pytest.approx(200 * 0.25)
    assert metrics.fid(x, np.zeros((2, 200)), scale=1) == pytest.approx((x.mean(0) ** 2).sum() + x.var(0, ddof=1).sum())


# Diversity, multimodality, transport, intervals


def test_diversity_and_multimodality_in_closed_form(rng: np.random.Generator) -> None:
    corners = np.eye(40) * 3  # any two are 3 sqrt(2) apart
    first = np.arange(20)
    assert metrics.diversity(corners, first, first + 20) == pytest.approx(6 * 3 * np.sqrt(2) / 2)
    assert metrics.diversity(corners, first, first + 20, scale=1) == pytest.approx(3 * np.sqrt(2) / 2)
    texts = np.stack([corners, corners * 2])
    assert metrics.multimodality(texts, first, first + 20) == pytest.approx(np.sqrt(2) * (3 + 6) / 2)
    one_each = rng.standard_normal((5, 1, 7)).repeat(30, axis=1)
    assert metrics.multimodality(one_each, *metrics.draw_pairs(30, 10, rng)) == 0


def test_drawn_pairs_are_without_repeats_and_seeded() -> None:
    draws = [metrics.draw_pairs(300, 300, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert all(sorted(own) == list(range(300)) for own in draws[0])
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_transport_of_a_set_onto_itself_and_onto_its_shift(rng: np.random.Generator) -> None:
    x = rng.standard_normal((20, 16)) * 10
    assert metrics.entropic_transport(x, rng.permutation(x)) < 1e-9
    shift = np.full(16, 0.05)
    assert metrics.entropic_transport(x, x + shift) == pytest.approx(0.2, rel=1e-6)
    assert metrics.individual_diversity([x, x], [x, x + shift]) == pytest.approx(0.1, rel=1e-6)


def test_converged_transport_is_the_best_assignment(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((2, 8, 3))
    cost = metrics.distances(x, y)
    exact = cost[scipy.optimize.linear_sum_assignment(cost)].mean()
    found = metrics.entropic_transport(x, y, epsilon=0.02, tolerance=1e-12, iterations=5000)
    assert exact - 1e-6 < found < exact + 0.02 * np.log(8)


def test_transport_between_sets_of_different_size() -> None:
    x, y = np.array([[0.0], [4.0]]), np.array([[1.0]])
    assert metrics.entropic_transport(x, y) == pytest.approx(2)  # half goes 1, half goes 3


def test_interval() -> None:
    estimate = metrics.interval([1.0, 3.0] * 8)
    assert estimate.mean == 2
    assert estimate.half_width == pytest.approx(1.96 / 4)
    assert metrics.interval([5.0]) == metrics.Estimate(5.0, None)


X = np.ones((10, 4))
NAN = np.where(np.arange(40).reshape(10, 4) == 6, np.nan, 1.0)
PAIRS = np.arange(3), np.arange(3)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: metrics.retrieval_batches(50, np.random.default_rng(0)), "batches of 96 motions, only 50"),
        (lambda: metrics.draw_pairs(200, 300, np.random.default_rng(0)), "at least 300 embeddings, only 200"),
        (lambda: metrics.r_precision(NAN, X, whole(10)), "texts: 1 of 10 embeddings hold NaN"),
        (lambda: metrics.r_precision(X, X, whole(10), match=np.eye(9)), "10 x 10 is needed"),
        (lambda: metrics.r_precision(X, X[:5], whole(5)), r"\(10, 4\) and \(5, 4\)"),
        (lambda: metrics.mm_distance(X, X[:, :3]), r"\(10, 4\) and \(10, 3\)"),
        (lambda: metrics.fid(X, NAN), "generated: 1 of 10"),
        (lambda: metrics.fid(X, X[:1]), "at least 2"),
        (lambda: metrics.fid(X, X[:, :3]), "FID: shapes"),
        (lambda: metrics.diversity(NAN, *PAIRS), "diversity: 1 of 10"),
        (lambda: metrics.multimodality(X, *PAIRS), "3 dimensions"),
        (lambda: metrics.entropic_transport(X, X[:, :2]), "transport: shapes"),
        (lambda: metrics.interval(np.zeros(0)), "at least one repeat"),
    ],
)
def test_bad_input_is_one_clear_line(compute: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        compute()
    assert "\n" not in str(error.value)
