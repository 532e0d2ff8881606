"""in2in-schedules: the weighting schedules of DualMDM in one picture."""

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, conf_dir, output_dir


@command("schedules")
def main(cfg: DictConfig) -> None:
    """Draw the weight of the prior over the denoising steps for every yaml in conf/sampling/composition."""
    from in2in.diffusion.schedules import over_time
    from in2in.export.curves import weight_figure
    from in2in.files.whole import whole_file

    nodes = {
        path.stem: OmegaConf.load(path) for path in sorted((conf_dir() / "sampling" / "composition").glob("*.yaml"))
    }
    curves = {name: over_time(instantiate(node)) for name, node in nodes.items() if "defaults" not in node}
    figure = weight_figure(curves)
    picture = output_dir() / "schedules.png"
    with whole_file(picture) as unfinished:
        figure.savefig(unfinished, dpi=150)
    print(picture)


if __name__ == "__main__":
    main()
