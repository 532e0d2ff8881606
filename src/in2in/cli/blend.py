"""in2in-blend: a run folder of DualMDM, which names the two runs that it blends, or holds them."""

from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import blend_parts, chosen_prior, chosen_run
from in2in.errors import InputError


@command("blend")
def main(cfg: DictConfig, pack: bool) -> None:
    """Load the blend once, to see that the two fit; then write what it is made of."""
    run, prior = chosen_run(cfg), chosen_prior(cfg)
    if prior is None:
        raise InputError("composition is not given: in2in-blend run=RUN prior_run=RUN composition=exp out=FOLDER")
    out = output_dir()
    if (out / "config.yaml").exists():
        raise InputError(f"out={out} holds a run already: choose another out=")

    from in2in import blend

    parts = blend_parts(cfg, run, prior)
    blend.load(**parts)
    blend.save(parts, out, pack)
    print(OmegaConf.to_yaml({key: parts[key] for key in ("run", "run_sha256", "prior_run", "prior_sha256")}), end="")
    print(out)


if __name__ == "__main__":
    main()
