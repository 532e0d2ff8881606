"""in2in-schedules: the weighting schedules of DualMDM in one picture."""

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command, conf_dir, output_dir


@command("schedules")
def main(cfg: DictConfig) -> None:
    """Draw the weight of the prior over the denoising steps for every yaml in conf/composition."""
    import torch
    from matplotlib.figure import Figure

    t = torch.arange(1000, -1, -1)
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.add_subplot(xlabel="timestep (noise to motion)", ylabel="weight of the prior", xlim=(1000, 0))
    for path in sorted((conf_dir() / "composition").glob("*.yaml")):
        node = OmegaConf.load(path)
        if "defaults" not in node:
            axes.plot(t, instantiate(node)(t), label=path.stem)
    axes.legend()
    picture = output_dir() / "schedules.png"
    figure.savefig(picture, dpi=150)
    print(picture)


if __name__ == "__main__":
    main()
