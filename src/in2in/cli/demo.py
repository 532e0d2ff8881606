"""in2in-demo: a page in the browser that generates motion."""

from importlib.util import find_spec
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from in2in.cli.entry import command
from in2in.cli.generator import chosen_device, chosen_run, node
from in2in.errors import InputError


@command("demo")
def main(cfg: DictConfig, prior_run: str | None, device: str, host: str, port: int) -> None:
    """Load the run, and the prior if there is one, and serve the page until it is interrupted."""
    if find_spec("gradio") is None:
        raise InputError("the demo needs a package that is not installed: pip install 'in2in[demo]'")
    limits = instantiate(cfg.limits)

    from in2in.demo.app import App
    from in2in.demo.service import Service
    from in2in.pipeline import Generator
    from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR

    run, device = chosen_run(cfg), chosen_device(device)
    if prior_run is None and Path(run).resolve() == BUNDLED.resolve():
        prior_run = str(BUNDLED_PRIOR)
    print(f"using run={run} on {device}")
    interaction = Generator.from_pretrained(run, node(cfg, "guidance"), node(cfg, "sampler"), device)
    prior = None
    if prior_run is not None:
        print(f"to be blended with prior_run={prior_run}")
        prior = Generator.from_pretrained(prior_run, node(cfg, "prior_guidance"), node(cfg, "sampler"), device)
    app = App(Service(interaction, prior, limits))
    print(f"open {app.launch(host, port)} in a browser; Ctrl-C ends", flush=True)
    app.wait()


if __name__ == "__main__":
    main()
