"""What is checked, settled and said before a training starts, so that none goes wrong in silence."""

import math
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from in2in.errors import InputError

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

    from in2in.data.datamodule import InteractionDataModule


def settle_bones(cfg: DictConfig) -> list[str]:
    """Give the run's decoding the skeleton of the training data, if it needs one; returns what is to be said."""
    nodes = [cfg.get("decoding"), OmegaConf.select(cfg, "callbacks.samples.decoding")]
    nodes = [node for node in nodes if node is not None and "bones" in node and node.bones is None]
    if not nodes:
        return []

    from in2in.data.bones import median_bones

    bones = median_bones(cfg.data_dir, cfg.data.train_split)
    for node in nodes:
        node.bones = bones
    return [f"shown on the training data's median bones: thigh {bones[4]:.3f} m, upper arm {bones[18]:.3f} m"]


def settle_length(cfg: DictConfig, trainer: "Trainer", data: "InteractionDataModule") -> list[str]:
    """Find the length of training and give it to the learning rate's schedule, if that asks for it.

    Returns:
        What is to be said about it.

    Raises:
        InputError: training would take no step, or its length is unknown and the schedule needs it.
    """
    epochs = math.inf if trainer.max_epochs in (None, -1) else int(trainer.max_epochs or 0)
    steps = math.inf if trainer.max_steps == -1 else trainer.max_steps
    each = steps_an_epoch(trainer, data)
    if not each or not min(epochs, steps):
        raise InputError(
            f"training would take no step (trainer.max_epochs={trainer.max_epochs}, trainer.max_steps="
            f"{trainer.max_steps}, trainer.limit_train_batches={trainer.limit_train_batches}): raise these"  # pyright: ignore
        )
    node = cfg.get("lr_scheduler")
    if node is None or "num_training_steps" not in node:
        return []
    unit = f"{cfg.module.lr_interval}s"
    if node.num_training_steps is None:
        length = min(steps, epochs * each)
        if unit == "epochs":
            length = min(epochs, math.inf if steps == math.inf else math.ceil(steps / each))
        if length == math.inf:
            raise InputError(
                "the learning rate falls over the whole training, whose length is unknown: give trainer.max_epochs= "
                f"or trainer.max_steps=, lr_scheduler.num_training_steps= ({unit}), or lr_scheduler=null for a "
                "constant rate"
            )
        node.num_training_steps = int(length)
    if node.num_training_steps < 1:
        raise InputError(
            f"lr_scheduler.num_training_steps={node.num_training_steps} is no length: give a number of {unit}, or "
            "leave it out for the whole training"
        )
    cfg.module.lr_scheduler = node
    if node.get("num_warmup_steps", 0) > node.num_training_steps:
        return [
            f"the learning rate never rises to optimizer.lr: lr_scheduler.num_warmup_steps={node.num_warmup_steps}, "
            f"and training has {node.num_training_steps} {unit}"
        ]
    return []


def steps_an_epoch(trainer: "Trainer", data: "InteractionDataModule") -> int:
    """Steps of the optimizer in an epoch, of all processes together."""
    batches, limit = data.batches_an_epoch(trainer.world_size), trainer.limit_train_batches  # pyright: ignore
    batches = min(batches, limit) if isinstance(limit, int) else int(batches * limit)
    return math.ceil(batches / trainer.accumulate_grad_batches)


def check_model(module: "LightningModule | Any") -> None:
    """Whether what is trained is a denoiser of the 262 features and of its text's states, where it is to be one."""
    from in2in.models.denoiser import Network
    from in2in.motion.representation import NUM_FEATURES
    from in2in.training.module import DenoisingModule

    if not isinstance(module, DenoisingModule):
        return
    denoiser: Any = module.denoiser
    if not isinstance(denoiser, Network) or denoiser.features != NUM_FEATURES:
        raise InputError(
            f"module.denoiser is no denoiser of {NUM_FEATURES} features: choose model=in2in, intergen, individual or "
            "mdm, and leave model.features as it is"
        )
    conditioner: Any = module.conditioner
    read = denoiser.embed_text.weight.shape[1]  # type: ignore[union-attr,operator,index]
    text, head = conditioner.encoder.dim, len(conditioner.head.norm.weight)
    if not text == head == read:
        raise InputError(
            f"text.dim={text}, head.width={head} and model.text_dim={read} must be the same width: leave the last two"
        )


def check_persons(cfg: DictConfig, module: "LightningModule | Any", data: "InteractionDataModule") -> list[str]:
    """Whether the data are of as many persons as the model needs; what is to be said if they can be used."""
    persons = data.train.cache.persons
    if module.interacts and persons == 1:
        raise InputError(f"data_dir={cfg.data_dir} holds single persons: use experiment=individual")
    if module.interacts or persons == 1:
        return []
    return [
        f"data_dir={cfg.data_dir} holds two people: a single-person prior sees the second one in the first one's "
        "frame, where DualMDM asks it about each person in a frame of its own; data of single persons suit it better"
    ]


def check_texts(cfg: DictConfig, module: "LightningModule | Any", data: "InteractionDataModule") -> list[str]:
    """How many clips have the individual texts that the model reads; what is to be said about it.

    Raises:
        InputError: none has, and it was not said that this is meant.
    """
    if not module.reads_individuals:
        return []
    told, clips = data.train.with_individuals(), len(data.train)
    if not told and not cfg.interaction_texts_alone:
        raise InputError(
            f"none of the {clips} training clips in data_dir={cfg.data_dir} has individual texts, which this model "
            f"reads: write them with in2in-annotate data_dir={cfg.data_dir}, or choose model=intergen, or say "
            "interaction_texts_alone=true"
        )
    if told == clips:
        return []
    left = "the others teach" if told else "all teach"
    return [f"individual texts: {told} of {clips} training clips have them, {left} the interaction text alone"]
