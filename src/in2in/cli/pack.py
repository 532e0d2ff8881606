"""in2in-pack: what a run needs to sample, small enough to give away."""

from dataclasses import dataclass

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.schema import options
from in2in.errors import InputError


@dataclass(frozen=True)
class PackOptions:
    """The plain keys of conf/pack/pack.yaml."""

    run: str | None
    half: bool


@command("pack")
def main(cfg: DictConfig) -> None:
    """Write the weights as safetensors, and of the configuration what sampling reads."""
    chosen = options(PackOptions, cfg)
    if chosen.run is None:
        raise InputError("run is not given: in2in-pack run=RUN out=FOLDER")

    from in2in.runs.folder import pack

    out = output_dir()
    print(f"{pack(chosen.run, out, chosen.half) / 1e6:.1f} M numbers")
    print(out)


if __name__ == "__main__":
    main()
