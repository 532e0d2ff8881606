"""How the learning rate changes over training."""

import math
from functools import partial

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def cosine_with_warmup(optimizer: Optimizer, num_warmup_steps: int, num_training_steps: int) -> LambdaLR:
    """The rate rises evenly to the optimizer's, then falls to 0 along half a cosine, and stays there.

    The published schedule, `transformers.get_cosine_schedule_with_warmup`, starts at 0: counted in epochs, the
    first one teaches nothing. Here the first of ten warm-up epochs has a tenth of the rate.

    Args:
        optimizer: whose rate it is.
        num_warmup_steps: epochs or steps of the rise; the last of them has the whole rate.
        num_training_steps: epochs or steps of the whole training, 1 or more.
    """
    return LambdaLR(optimizer, partial(_share, warmup=num_warmup_steps, end=num_training_steps))


def _share(done: int, warmup: int, end: int) -> float:
    """The part of the whole rate after so many epochs or steps."""
    if done < warmup:
        return (done + 1) / warmup
    fallen = min((done - warmup) / max(end - warmup, 1), 1.0)
    return (1 + math.cos(math.pi * fallen)) / 2
