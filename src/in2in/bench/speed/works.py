"""What can be timed. Networks have random weights: what they know costs no time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import torch
from diffusers import DDIMScheduler  # type: ignore[attr-defined]
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel

from in2in.bench.speed.pairs import Work, count
from in2in.bench.speed.published import PADDED, PublishedDenoiser, guided, padded
from in2in.data.batch import Batch
from in2in.data.datamodule import EpochBatches
from in2in.diffusion.guidance import InteractionGuidance
from in2in.diffusion.losses import InteractionLoss
from in2in.diffusion.sampler import Sampler, draw_noise, length_mask
from in2in.diffusion.timesteps import UniformTimesteps
from in2in.models.condition import Condition, ConditionDropout, TextConditioner, TextHead
from in2in.models.denoiser import InteractionDenoiser
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import NUM_FEATURES
from in2in.text.encoders import TextEncoder
from in2in.text.store import TextStore, build_store
from in2in.training.module import DenoisingModule

TEXT_DIM, TOKENS = 768, 77
NOISE = {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "sample", "clip_sample": False}


@dataclass(frozen=True)
class Size:
    """How much is computed.

    Attributes:
        width: of the denoiser; published 1024.
        layers: of the denoiser; published 8.
        text_layers: of the frozen text encoder, which is as wide as CLIP's; published 12.
        frames: of a sample.
        batch_size: samples or clips at once.
        steps: of denoising that are timed together, out of 50.
        device: where.
    """

    width: int = 1024
    layers: int = 8
    text_layers: int = 12
    frames: int = 210
    batch_size: int = 1
    steps: int = 1
    device: str = "cpu"

    def network(self) -> InteractionDenoiser:
        """in2IN's, random everywhere, where training starts at zero, too."""
        made = InteractionDenoiser(NUM_FEATURES, TEXT_DIM, self.width, self.layers, feed_forward=2 * self.width)
        for parameter in made.parameters():
            if parameter.device.type != "meta" and not parameter.any():
                nn.init.normal_(parameter, std=0.02)
        return made

    def condition(self) -> Condition:
        """Random vectors for all texts."""
        shapes = (self.batch_size, TEXT_DIM), (self.batch_size, 2, TEXT_DIM)
        return Condition(*(torch.randn(shape, device=self.device) for shape in shapes))


class FewSteps(Sampler):
    """The first steps of DDIM's 50, to time a whole sample's steps by."""

    def __init__(self, steps: int) -> None:
        super().__init__(DDIMScheduler(**NOISE), DDIMScheduler, 50)
        self.few = steps

    def timesteps(self) -> Tensor:
        """See `Sampler.timesteps`."""
        return super().timesteps()[: self.few]


def sample(size: Size) -> list[Work]:
    """Guided steps of DDIM, in2IN's four branches: at the samples' own length, and against samples padded to 300."""
    torch.manual_seed(0)
    network, condition = size.network().eval().requires_grad_(False).to(size.device), size.condition()
    published, ours = PublishedDenoiser(network).eval(), InteractionGuidance(network)
    lengths = [size.frames] * size.batch_size
    x, mask = draw_noise(range(size.batch_size), lengths, 2, NUM_FEATURES).to(size.device), length_mask(lengths)
    times = FewSteps(size.steps).timesteps().to(size.device)
    solver = FewSteps(size.steps).solver
    solver.set_timesteps(50)

    def steps(x: Tensor, mask: Tensor | None, fast: bool) -> Tensor:
        with torch.inference_mode():
            for t in times:
                now = t.expand(len(x))
                x0 = ours(x, now, condition, mask) if fast else guided(published, x, now, condition, mask)
                x = solver.step(x0, t, x).prev_sample
        return x

    long, longer = padded(x, mask.to(size.device), max(PADDED, size.frames))
    made, theirs = steps(x, None, True), steps(long, longer, False)[:, :, : size.frames]
    apart = float((made - theirs).abs().max() / theirs.abs().max())
    flops = size.steps * _guided_flops(size)
    name = f"sample, {size.steps} guided steps, {size.frames} frames, batch {size.batch_size}"
    unit, units = "guided steps", size.steps
    mine = lambda _: steps(x, None, True)  # noqa: E731
    note = f"largest difference of the two ways' numbers {apart:.1e} of the largest number"
    return [
        Work(name, units, unit, mine, lambda _: steps(x, mask.to(size.device), False), flops, note),
        Work(f"{name}, against {PADDED}", units, unit, mine, lambda _: steps(long, longer, False), flops),
    ]


def _guided_flops(size: Size) -> float:
    with torch.device("meta"):
        network, rows = size.network(), 4 * size.batch_size
        x, t = torch.empty(rows, 2, size.frames, NUM_FEATURES), torch.empty(rows)
        condition = Condition(torch.empty(rows, TEXT_DIM), torch.empty(rows, 2, TEXT_DIM))
        return count(lambda: network(x, t, condition, None))


def interhuman_lengths(clips: int) -> list[int]:
    """Lengths as InterHuman's: 15 to 300 frames, of a logarithmic normal distribution whose mean is about 120."""
    draw = torch.Generator().manual_seed(0)
    drawn = (4.62 + 0.6 * torch.randn(4 * clips, generator=draw)).exp().round().int()
    return drawn[(drawn >= 15) & (drawn <= 300)][:clips].tolist()


class ClipSized(TextEncoder):
    """A frozen encoder of CLIP's size with random weights and random tokens: its time, not its sense."""

    def __init__(self, layers: int) -> None:
        super().__init__(TEXT_DIM)
        shape = CLIPTextConfig(
            hidden_size=TEXT_DIM, intermediate_size=4 * TEXT_DIM, num_attention_heads=12, num_hidden_layers=layers
        )
        self.network = CLIPTextModel(shape).eval().requires_grad_(False)

    def encode(self, texts: list[str]) -> list[tuple[Tensor, int]]:
        """See `TextEncoder.encode`."""
        seeds = [torch.Generator().manual_seed(crc32(text.encode())) for text in texts]
        ids = torch.stack([torch.randint(1000, (TOKENS,), generator=seed) for seed in seeds])
        states = self.network(input_ids=ids.to(self.network.device)).last_hidden_state.cpu()
        return [(own, TOKENS - 1) for own in states]

    def lengths(self, texts: list[str]) -> list[int]:  # type: ignore[override]
        """See `TextEncoder.lengths`."""
        return [TOKENS] * len(texts)

    def anew(self, texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
        """States of texts, computed whatever was computed before."""
        with torch.no_grad():
            states = torch.stack([own for own, _ in self.encode(texts)])
        return states, torch.ones(states.shape[:2], dtype=torch.bool), torch.full((len(texts),), TOKENS - 1)


def _texts(clip: int) -> tuple[str, str, str]:
    return (f"two people, {clip}", f"one person, {clip}", f"another person, {clip}")


@contextmanager
def stored(encoder: ClipSized, clips: int) -> Iterator[ClipSized]:
    """The encoder with the states of so many clips' texts on disk."""
    with TemporaryDirectory() as folder:
        texts = {text for clip in range(clips) for text in _texts(clip)}
        encoder.store = TextStore(build_store(encoder, texts, Path(folder), torch.device("cpu")))
        yield encoder


@contextmanager
def train(size: Size, rounds: int) -> Iterator[list[Work]]:
    """Training steps on batches of InterHuman's lengths: like lengths and stored texts, against 300 and encoding."""
    torch.manual_seed(0)
    lengths = interhuman_lengths(size.batch_size * max(rounds, 8))
    batches = [[clip for clip, _ in batch] for batch in EpochBatches(lengths, size.batch_size, 0)][:rounds]
    network, head = size.network().to(size.device), TextHead(TEXT_DIM).to(size.device)
    optimizer = torch.optim.AdamW([*network.parameters(), *head.parameters()], 1e-4, weight_decay=2e-5)

    def module(denoiser: nn.Module, texts: object) -> DenoisingModule:
        given = Normalizer().to(size.device), DDIMScheduler(**NOISE), UniformTimesteps(), InteractionLoss()
        conditioner = TextConditioner(texts, head)  # type: ignore[arg-type]
        return DenoisingModule(denoiser, conditioner, *given, ConditionDropout(), lambda _: optimizer).to(size.device)

    def step(own: DenoisingModule, number: int, frames: int | None) -> float:
        clips = batches[number % len(batches)]
        mask = length_mask([lengths[clip] for clip in clips])
        features = torch.randn(len(clips), 2, mask.shape[1], NUM_FEATURES) * mask[:, None, :, None]
        if frames is not None:
            features, mask = padded(features, mask, frames)
        told = [_texts(clip) for clip in clips]
        ids, texts = [str(clip) for clip in clips], [text for text, *_ in told]
        batch = Batch(ids, features, mask, texts, [others for _, *others in told]).to(size.device)  # type: ignore[arg-type]
        condition = own.dropout(own.conditioner(batch.interactions, batch.individuals))
        t = own.timesteps(len(batch), batch.mask.device)
        noise = torch.randn(len(clips), 2, PADDED, NUM_FEATURES)[:, :, : mask.shape[1]].to(batch.features)
        terms = own.terms(batch, condition, t, noise)
        loss = torch.stack(list(terms.values())).sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 0.5)
        optimizer.step()
        return loss.item()

    with stored(ClipSized(size.text_layers), len(lengths)) as encoder:
        fast, slow = module(network, encoder), module(PublishedDenoiser(network).train(), encoder.anew)
        shown = [lengths[clip] for batch in batches for clip in batch]
        fed = sum(max(lengths[clip] for clip in batch) * len(batch) for batch in batches)
        name = f"train, batches of {size.batch_size}"
        note = f"clips of {sum(shown) / len(shown):.0f} frames on average, {fed / sum(shown) - 1:.0%} padding"
        ours, theirs = (partial(_call, step, own, frames) for own, frames in ((fast, None), (slow, PADDED)))
        yield [Work(name, size.batch_size, "clips", ours, theirs, note=note)]


def _call(step: object, own: object, frames: int | None, number: int) -> object:
    return step(own, number, frames)  # type: ignore[operator]


@contextmanager
def text(size: Size) -> Iterator[list[Work]]:
    """States of 32 texts: from the disk against encoded."""
    asked = [text for clip in range(11) for text in _texts(clip)][:32]
    with stored(ClipSized(size.text_layers), 11) as encoder:
        yield [Work("texts, stored", 32, "texts", lambda _: encoder(asked), lambda _: encoder.anew(asked))]


def data(data_dir: Path, clips: int = 200) -> list[Work]:
    """Clips of a prepared data set with all augmentation, in this process."""
    from in2in.data.interhuman import InteractionDataset

    dataset = InteractionDataset(data_dir, "train")

    def read(number: int) -> None:
        for clip in range(clips):
            dataset[clip % len(dataset), number * clips + clip]

    return [Work("clips from the cache, augmented", clips, "clips", read)]


def evaluate(data_dir: Path, device: str) -> list[Work]:
    """The bundled evaluator on a split's recorded motion and texts; texts again and again against once."""
    from in2in.data.interhuman import InteractionDataset
    from in2in.evaluation.evaluator import Evaluator
    from in2in.runs.folder import bundled_evaluator

    evaluator = Evaluator.from_pretrained(bundled_evaluator()).to(device)
    dataset = InteractionDataset(data_dir, "train")
    clips = [dataset[number] for number in range(min(96, len(dataset)))]
    motions, texts = [own.features for own in clips], [own.interaction for own in clips]

    def anew(_: int) -> Tensor:
        evaluator.train().eval()
        return evaluator.texts(texts)

    return [
        Work("evaluator, motions", len(clips), "motions", lambda _: evaluator.motions(motions)),
        Work("evaluator, texts of a further repeat", len(clips), "texts", lambda _: evaluator.texts(texts), anew),
    ]


@contextmanager
def export(size: Size) -> Iterator[list[Work]]:
    """The page of one motion."""
    from in2in.bench.people import generate

    motion = generate(0, 0).motion.crop(0, size.frames)
    with TemporaryDirectory() as folder:
        yield [Work("page of a motion", 1, "pages", lambda _: motion.to_html(Path(folder) / "motion.html"))]


@contextmanager
def start() -> Iterator[list[Work]]:
    """Commands as typed: the help, and a sample of one second of the bundled weights."""

    def run(*options: str) -> None:
        subprocess.run([sys.executable, "-m", "in2in.cli.sample", *options], check=True, capture_output=True)

    with TemporaryDirectory() as folder:
        asked = ("prompt=They hug.", "seconds=1", "sampler=ddim", "export=[]")
        given = lambda number, steps: run(*asked, f"sampler.steps={steps}", f"out={folder}/{steps}-{number}")  # noqa: E731
        yield [
            Work("in2in-sample --help", 1, "starts", lambda _: run("--help")),
            Work("in2in-sample, the first step", 1, "starts", lambda number: given(number, 1)),
            Work("in2in-sample, 50 steps", 1, "starts", lambda number: given(number, 50)),
        ]
