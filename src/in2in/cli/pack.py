"""in2in-pack: what a run needs to sample, small enough to give away."""

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir


@command("pack")
def main(cfg: DictConfig, run: str, half: bool) -> None:
    """Write the weights as safetensors, and of the configuration what sampling reads."""
    from in2in.runs.folder import pack

    out = output_dir()
    print(f"{pack(run, out, half) / 1e6:.1f} M numbers")
    print(out)


if __name__ == "__main__":
    main()
