"""in2in-prepare: make or import a data set, check it, write its cache and statistics."""

from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, conf_dir
from in2in.errors import InputError
from in2in.files.plain_yaml import read_yaml

READERS = ("read_arrays", "read_bandai_namco", "read_sbu_kinect")
"""Functions of `in2in.importers.joint_readers` that a joint map may name; any other one, who imports names himself."""


def read_joint_map(name: str, reader: str | None = None) -> DictConfig:
    """The node of a joint map: a file of conf/prepare/joints by its name, or any yaml file by its path.

    A map may come from others, so it says what joints are, and nothing that would be called or read elsewhere.

    Args:
        name: of the map.
        reader: what reads the files, by its dotted name, in place of the map's own.
    """
    bundled = {path.stem: path for path in (conf_dir() / "prepare" / "joints").glob("*.yaml")}
    path = bundled.get(name, Path(name))
    if not path.is_file():
        raise InputError(f"map={name} is no file: give the path of a yaml file, or one of {', '.join(sorted(bundled))}")
    try:
        node = read_yaml(path)
    except InputError as error:
        raise InputError(f"map={error}".replace("as YAML", "as yaml")) from error
    if not isinstance(node.get("joints"), dict):
        raise InputError(f"map={name} names no joints: write joints: and, below it, our joint: the source's joint")
    own = node.pop("read", None)
    known = [{"_target_": "hydra.utils.get_object", "path": f"in2in.importers.joint_readers.{one}"} for one in READERS]
    if reader is None and own is not None and own not in known:
        told = own.get("path") if isinstance(own, dict) else own
        raise InputError(f"map={name} asks for {told} to be called: if you trust it, add reader={told}")
    if fault := _not_plain(node):
        raise InputError(f"map={name} holds {fault}, which no map needs: do not trust it")
    if node.get("texts") is not None:
        texts = path.parent / str(node["texts"])
        if Path(str(node["texts"])).is_absolute() or ".." in texts.relative_to(path.parent).parts:
            raise InputError(f"map={name}: texts: {node['texts']} lies elsewhere: give it as texts=FILE")
        node["texts"] = str(texts)
    called = own if reader is None else {"_target_": "hydra.utils.get_object", "path": reader}
    target = {"_target_": "in2in.importers.joint_map.JointMap", "_convert_": "all", "file": str(path)}
    return OmegaConf.create({**node, **target, **({} if called is None else {"read": called})})


def _not_plain(node: Any) -> str:
    """What of a node would be called or looked up elsewhere; "" if nothing."""
    if isinstance(node, dict):
        keys = [str(key) for key in node if str(key).startswith("_") or key == "file"]
        return keys[0] if keys else next(filter(None, map(_not_plain, node.values())), "")
    if isinstance(node, list):
        return next(filter(None, map(_not_plain, node)), "")
    return node[:60] if isinstance(node, str) and "${" in node else ""


OmegaConf.register_new_resolver("joint_map", read_joint_map, replace=True)


@command("prepare")
def main(cfg: DictConfig, data_dir: Path | None, out: Path | None, processes: int | None, max_left_out: float) -> None:
    """Write the data set, if the source makes one, then its cache."""
    from in2in.data.cache import MotionCache
    from in2in.data.preparation import build_cache
    from in2in.data.processes import cores
    from in2in.files.whole import whole_folder

    cfg.processes = processes = cores() if processes is None else processes
    if not cfg.source:
        if data_dir is None:
            raise InputError("data_dir is not given: in2in-prepare source=interhuman data_dir=FOLDER")
        cache = build_cache(data_dir, processes, max_left_out)
    elif out is None:
        raise InputError("out is not given: add out=FOLDER for the new data set")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"out={out} exists already: remove it or choose another folder")
    else:
        with whole_folder(out) as unfinished:
            instantiate(cfg.source)(unfinished)
            build_cache(unfinished, processes, max_left_out)
        cache = MotionCache(out)
    print(cache)
    print(cache.folder)


if __name__ == "__main__":
    main()
