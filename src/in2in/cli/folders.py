"""Folders that a command makes for its results go again if nothing was put into them; those of the user stay."""

from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

_made: list[Path] = []


class NewFolders(Callback):
    """Remembers which folders are not there yet; hydra calls it before it makes them."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Before a single job."""
        _remember(config, "run")

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Before a sweep."""
        _remember(config, "sweep")


def _remember(config: DictConfig, kind: str) -> None:
    HydraConfig.instance().set_config(config)  # hydra does so later, but the folder's name may tell of its choices
    folder = Path(config.hydra[kind].dir).absolute()
    _made[:] = [path for path in (folder, *folder.parents) if not path.exists()]


def is_new(folder: Path) -> bool:
    """Whether a job's folder was not there before this command."""
    return any(folder.absolute().is_relative_to(made) for made in _made)


def remove_empty(folder: Path) -> None:
    """Remove a job's folder and those above it, as far as they are empty and were not there before the command."""
    for path in (folder, *folder.parents):
        if not is_new(path) or not path.is_dir() or any(path.iterdir()):
            return
        path.rmdir()
