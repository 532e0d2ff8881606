"""Before training: the token states of all texts, from disk or computed once and put there."""

from pathlib import Path

from lightning import Callback, LightningModule, Trainer

from in2in.data.datamodule import InteractionDataModule
from in2in.files.inside import check_own
from in2in.text.encoders import TextEncoder
from in2in.text.store import TextStore, build_store, store_folder
from in2in.training.module import DenoisingModule


class StoreTextStates(Callback):
    """Computes the states of texts that are not stored yet in the first process of every machine; all processes read.

    Args:
        folder: where stores lie, one an encoder; it gets the texts that it does not hold yet.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Build the store if need be, and hand it to the encoder."""
        data: InteractionDataModule = trainer.datamodule  # type: ignore[attr-defined]
        if stage != "fit" or trainer.fast_dev_run:  # type: ignore[attr-defined]
            return
        assert isinstance(pl_module, DenoisingModule)
        encoder = pl_module.conditioner.encoder
        assert isinstance(encoder, TextEncoder)
        if self.folder.is_relative_to(data.data_dir):  # another place is the user's own choice
            check_own(self.folder, Path(data.data_dir))
        texts = data.train.texts() | data.val.texts()
        if trainer.local_rank == 0:
            build_store(encoder, texts, self.folder, trainer.strategy.root_device)
        trainer.strategy.barrier("texts")
        encoder.store = TextStore(store_folder(encoder, self.folder))
