"""Mean and deviation of a prepared data set's features in a network's space."""

from collections.abc import Callable
from pathlib import Path

from in2in.data.cache import MotionCache, cache_folder
from in2in.data.preparation import training_features
from in2in.files.whole import whole_file
from in2in.motion.normalizer import Moments, Normalizer
from in2in.motion.representation import ROTATIONS
from in2in.motion.space import FeatureSpace

FITTED = 2000
"""Clips, evenly over the split, that tell the statistics of a space that preparation does not know."""


def statistics(data_dir: str | Path, split: str, space: Callable[[Normalizer], FeatureSpace]) -> Normalizer:
    """What in2in-prepare wrote for the space; where it wrote none, fitted on the split's clips and kept in the cache.

    Args:
        data_dir: a prepared data set.
        split: that is trained on.
        space: statistics -> what a network's numbers mean.
    """
    blank = space(Normalizer())
    path = cache_folder(Path(data_dir)) / blank.statistics
    if blank.statistics != FeatureSpace.statistics and not path.is_file():
        cache = MotionCache(data_dir)
        clips, moments = cache.split(split), Moments.none()
        for clip in clips[:: -(-len(clips) // FITTED)]:
            for features in training_features(cache.motion(clip)):
                moments.add(blank.encode(features))
        fitted = moments.normalizer()
        fitted.std[ROTATIONS] = fitted.std[ROTATIONS].clamp(min=blank.least_rotation)
        with whole_file(path) as unfinished:
            fitted.save(unfinished)
    return Normalizer.from_file(path)
