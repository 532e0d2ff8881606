"""in2in-prepare: make or import a data set, check it, write its cache and statistics."""

from dataclasses import dataclass
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from in2in.cli.entry import command, conf_dir
from in2in.cli.schema import check, options
from in2in.errors import InputError


def read_joint_map(name: str) -> DictConfig:
    """The node of a joint map: a file of conf/joints by its name, or any yaml file by its path."""
    shipped = {path.stem: path for path in (conf_dir() / "joints").glob("*.yaml")}
    path = shipped.get(name, Path(name))
    if not path.is_file():
        raise InputError(f"map={name} is no file: give the path of a yaml file, or one of {', '.join(sorted(shipped))}")
    try:
        node = OmegaConf.load(path)
    except (YAMLError, OmegaConfBaseException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"map={name} cannot be read as yaml: {' '.join(str(error).split())}") from error
    if not isinstance(node, DictConfig) or not isinstance(node.get("joints"), DictConfig):
        raise InputError(f"map={name} names no joints: write joints: and, below it, our joint: the source's joint")
    if node.get("texts"):
        node.texts = str(path.parent / node.texts)
    target = {"_target_": "in2in.data.joint_map.JointMap", "_convert_": "all", "file": str(path)}
    return OmegaConf.create({**target, **node})


OmegaConf.register_new_resolver("joint_map", read_joint_map, replace=True)


@dataclass(frozen=True)
class PrepareOptions:
    """The plain keys of conf/prepare.yaml."""

    data_dir: str | None
    out: str | None
    processes: int
    max_left_out: float


@command("prepare")
def main(cfg: DictConfig) -> None:
    """Write the data set, if the source makes one, then its cache."""
    if missing := [key for key in cfg if OmegaConf.is_missing(cfg, key)]:
        raise InputError(f"{missing[0]} is not given: add {missing[0]}=...")

    from in2in.data.cache import MotionCache
    from in2in.data.output import new_dataset
    from in2in.data.preparation import build_cache
    from in2in.data.processes import cores

    if cfg.processes is None:
        cfg.processes = cores()
    OmegaConf.resolve(cfg)
    chosen = options(PrepareOptions, cfg)
    check(cfg)
    if not cfg.source:
        if chosen.data_dir is None:
            raise InputError("data_dir is not given: in2in-prepare source=interhuman data_dir=FOLDER")
        folder = Path(chosen.data_dir)
        cache = build_cache(folder, chosen.processes, chosen.max_left_out)
    elif chosen.out is None:
        raise InputError("out is not given: add out=FOLDER for the new data set")
    else:
        with new_dataset(folder := Path(chosen.out)) as unfinished:
            instantiate(cfg.source)(unfinished)
            build_cache(unfinished, chosen.processes, chosen.max_left_out)
        cache = MotionCache(folder)
    print(cache)
    print(folder)


if __name__ == "__main__":
    main()
