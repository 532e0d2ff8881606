"""in2in-pack: what a run needs to sample, small enough to give away."""

from dataclasses import dataclass

from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, output_dir
from in2in.cli.schema import options
from in2in.errors import InputError

KEPT = ("model", "text", "head", "noise", "guidance", "sampler", "space")
"""What of a run's configuration describes the model; paths of the machine it was trained on are not."""


@dataclass(frozen=True)
class PackOptions:
    """The plain keys of conf/pack.yaml."""

    run: str | None


@command("pack")
def main(cfg: DictConfig) -> None:
    """Write the weights as safetensors, and of the configuration what sampling reads."""
    chosen = options(PackOptions, cfg)
    if chosen.run is None:
        raise InputError("run is not given: in2in-pack run=RUN out=FOLDER")

    from safetensors.torch import save_file

    from in2in.runs import read_run

    conf, weights = read_run(chosen.run)
    out = output_dir()
    if (out / "config.yaml").exists():
        raise InputError(f"out={out} holds a run already: choose another out=")
    OmegaConf.save({key: conf[key] for key in KEPT if key in conf}, out / "config.yaml")
    save_file({name: value.contiguous() for name, value in weights.items()}, out / "model.safetensors")
    print(f"{sum(value.numel() for value in weights.values()) / 1e6:.1f} M numbers")
    print(out)


if __name__ == "__main__":
    main()
