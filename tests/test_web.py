"""A model as a page: its graphs against PyTorch, and the page in a real browser that knows no host but this machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch
from chromium import chromium, resize, wait

from in2in.diffusion.guidance import InteractionGuidance
from in2in.diffusion.noise import counted_noise, threefry
from in2in.errors import InputError
from in2in.models.condition import Condition
from in2in.motion.inverse_kinematics import fit_rotation, fit_rotation_by_squares
from in2in.motion.prompt import Prompt
from in2in.pipeline import Generator
from in2in.runs.folder import BUNDLED

SAMPLER = {
    "_target_": "in2in.diffusion.sampler.Sampler",
    "_partial_": True,
    "solver": {"_target_": "hydra.utils.get_class", "path": "diffusers.DDIMScheduler"},
    "steps": 6,
}
PROMPT = Prompt("Two people hug <b>each</b> other.", "A person waves.", seconds=1.5, seed=2**40 + 11)


@pytest.fixture(scope="module")
def generator() -> Generator:
    """The bundled model in six steps, with noise by the counter."""
    return Generator.from_pretrained(BUNDLED, sampler=SAMPLER).counted()


@pytest.fixture(scope="module")
def folder(generator: Generator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that model."""
    pytest.importorskip("onnxscript")
    from in2in.web.folder import write_web

    out = tmp_path_factory.mktemp("web") / "page"
    write_web(out, generator)
    return out


def run(folder: Path, name: str, **inputs: np.ndarray) -> np.ndarray:
    session = pytest.importorskip("onnxruntime").InferenceSession(folder / f"{name}.onnx")
    return session.run(None, inputs)[0]


def off(found: np.ndarray, wanted: torch.Tensor) -> float:
    """The largest difference, in parts of the largest number."""
    return float(np.abs(found - wanted.numpy()).max() / wanted.abs().max())


def test_noise_by_the_counter_is_threefry_and_normal() -> None:
    # the known answers that come with Random123, for key and counter of zeros and for pi's digits
    assert threefry(0, 1).tolist() == [[0x6B200159, 0x99BA4EFE]]
    [noise] = counted_noise([2**63 - 1], [200], 2, 262)
    assert abs(float(noise.mean())) < 0.01
    assert abs(float(noise.std()) - 1) < 0.01
    assert abs(float((noise > 1.96).float().mean()) - 0.025) < 0.003
    two = counted_noise([5, 2**63 - 1], [7, 20], 2, 262)
    torch.testing.assert_close(two[1], noise[:, :20], rtol=0, atol=0)
    assert not two[0, :, 7:].any()


def test_the_rotation_by_squares_is_the_best_one() -> None:
    torch.manual_seed(0)
    rest, bones = torch.randn(50, 22, 3), torch.randn(50, 22, 3)
    torch.testing.assert_close(fit_rotation_by_squares(rest, bones), fit_rotation(rest, bones), rtol=0, atol=1e-4)


def test_every_graph_is_its_part_of_the_model(folder: Path, generator: Generator) -> None:
    torch.manual_seed(0)
    conditioner: Any = generator.conditioner
    for text in ("hug", "One person slowly walks around the other, who (still seated) looks up & waves!"):
        ids = np.array([conditioner.encoder.tokenizer(text)["input_ids"]])
        wanted = conditioner([text], [("", "")]).interaction.detach()
        assert off(run(folder, "text", ids=ids), wanted) < 2e-3
    for rows, frames in ((1, 15), (2, 47), (4, 90)):
        x, weights = torch.randn(1, 2, frames, 262), torch.randn(rows)
        condition = Condition(torch.randn(rows, 384), torch.randn(rows, 2, 384))
        timestep = torch.full((rows,), 500)
        inputs = {"x": x, "timestep": timestep, "interaction": condition.interaction}
        inputs |= {"individuals": condition.individuals, "weights": weights, "take": torch.tensor([0.6, 0.3])}
        with torch.no_grad():
            x0: torch.Tensor = generator.unguided()(x.expand(rows, -1, -1, -1), timestep, condition, None)
        wanted = 0.6 * (weights[:, None, None, None] * x0).sum(dim=0, keepdim=True) + 0.3 * x
        assert off(run(folder, "step", **{name: value.numpy() for name, value in inputs.items()}), wanted) < 1e-3
        shown = torch.from_numpy(generator.decoding(generator.space.decode(x[0])).joints)
        assert off(run(folder, "joints", x=x.numpy()), shown) < 1e-3


def test_what_the_page_cannot_hold_is_one_line(cli, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("")
    out = f"out={tmp_path / 'page'}"
    for given, told in (
        ((out, "sampler=dpm"), "sampler=ddim"),
        ((out, "files=x.npz"), "to=web exports a model, not samples"),
        ((), "add out=FOLDER"),
        ((f"out={tmp_path}",), f"out={tmp_path} is there already"),
    ):
        finished = cli("export", "to=web", f"run={BUNDLED}", *given)
        assert finished.code == 1
        assert told in finished.err.splitlines()[-1]
    finished = cli("export", "files=x.npz", "to=bvh", f"run={BUNDLED}")
    assert "run= is of a model" in finished.err.splitlines()[-1]
    assert not (tmp_path / "page").exists()


def test_a_blend_of_two_is_told(generator: Generator) -> None:
    from in2in.web.constants import guidance_terms

    blended = Generator(torch.nn.Identity(), generator.conditioner, generator.space, generator.sampler)
    with pytest.raises(InputError, match="no blend of two"):
        guidance_terms(blended)


@dataclass
class Served:
    """A page's folder on loopback, and what was asked of it."""

    url: str
    asked: list[str]
    stop: Any


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))

    def stop() -> None:
        server.shutdown()
        server.server_close()

    Thread(target=server.serve_forever, daemon=True).start()
    yield Served(f"http://127.0.0.1:{server.server_port}/", asked, stop)
    stop()


@pytest.fixture(scope="module")
def browser(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page, opened for the first time."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        driver.get(served.url)
        ready(driver)
        yield driver


def ready(browser: Any) -> None:
    wait(browser, "document.body?.classList.contains('ready')")


def type_prompt(browser: Any, prompt: Prompt) -> None:
    fields = {"interaction": prompt.prompt, "first": prompt.individual1, "second": prompt.individual2}
    for name, text in {**fields, "seconds": f"{prompt.seconds:g}", "seed": str(prompt.seed)}.items():
        field = browser.find_element("id", name)
        field.clear()
        field.send_keys(text)


def status(browser: Any) -> str:
    return browser.execute_script("return document.getElementById('status').textContent")


def generated(browser: Any, count: int) -> np.ndarray:
    """Joints of the newest of some results."""
    wait(browser, f"page.results.length === {count} && !page.busy")
    values = browser.execute_script("return Array.from(page.results[0].joints)")
    return np.array(values, dtype=np.float32).reshape(2, -1, 22, 3)


def test_a_prompt_typed_gives_python_s_motion(browser, generator: Generator) -> None:
    type_prompt(browser, PROMPT)
    browser.find_element("id", "generate").click()
    found = generated(browser, 1)
    [motion] = generator(PROMPT)
    assert found.shape == motion.joints.shape
    assert np.linalg.norm(found - motion.joints, axis=-1).max() < 0.01
    wait(browser, "document.getElementById('player').contentWindow.viewer?.frame > 0")
    shown = "document.getElementById('player').contentDocument.querySelector('.take h2 bdi').textContent"
    assert browser.execute_script(f"return {shown}") == PROMPT.prompt
    assert not browser.execute_script("return document.querySelector('b') !== null")


def test_the_tokenizer_is_python_s(browser, generator: Generator) -> None:
    conditioner: Any = generator.conditioner
    told = "Two people hug, the tall one lifts Ångström's naïve co-worker (twice!) and 3.5 metres away"
    words = told.split(" ")
    texts = [" ".join(words[k % 7 : k % 7 + 3 + k % 9]) + f" no. {k}" for k in range(180)]
    texts += ["", "   ", "[SEP] and [MASK]", "ΟΔΟΣ Σ", "你好 world", "a\u200bb\ufffdc\td\u00a0e", "x" * 120, "İstanbul"]
    texts += ["$5 <b>&amp;</b> ^_^ ~`|", "e\u0301te\u0301", "🤝 hands", "walks " * 300, "don't—stop…", "ﬁne", "½ turn"]
    texts += ["\u202eright to left", "naïve café", "한국어", "ก็", "antidisestablishmentarianism"]
    assert len(texts) >= 200
    script = """
        const [texts, done] = arguments;
        Promise.all([import("./tokenizer.js"), fetch("words.txt").then((found) => found.text())]).then(
          ([{ Tokenizer }, words]) => done(texts.map((text) => new Tokenizer(words.split("\\n"), 256).encode(text))));
    """
    found = browser.execute_async_script(script, texts)
    wanted = conditioner.encoder.tokenizer(texts, truncation=True, max_length=256)["input_ids"]
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, wanted, strict=True))


def test_the_rows_of_guidance_are_python_s(browser, folder: Path) -> None:
    class Telling(torch.nn.Module):
        """Says what it is told."""

        def forward(self, x: Any, t: Any, condition: Condition, mask: Any = None) -> torch.Tensor:
            told = torch.cat([condition.interaction[:, None], condition.individuals], dim=1)
            return told.flatten(1)[:, None, None] ** 2 + 1

    script = """
        const [guidance, weights, texts, done] = arguments;
        import("./model.js").then(({ Model }) => {
          const model = Object.assign(new Model(), { constants: { guidance } });
          const [pair, ...own] = texts.map((vector) => vector && Float32Array.from(vector));
          const rows = model.branches(pair, own, weights);
          done(["interaction", "individuals", "weights"].map((name) => [rows[name].dims, Array.from(rows[name].data)]));
        });
    """
    from in2in.web.constants import guidance_terms

    guided = InteractionGuidance(Telling(), joint=3.0, interaction=2.5, individual=0.5)
    model: Any = type("Model", (), {"denoiser": guided})
    terms = guidance_terms(model)
    weights = {term["name"]: term["value"] for term in terms}
    for texts in ([[1, 2], [3, 4], [5, 6]], [[1, 2], None, [5, 6]], [[1, 2], None, None], [None, [3, 4], None]):
        parts = browser.execute_async_script(script, terms, weights, texts)
        pair, own, shares = (torch.tensor(data).float().reshape(dims) for dims, data in parts)
        rows = Telling()(None, None, Condition(pair, own))
        pair, *own = (torch.tensor([float(v) for v in vector or (0, 0)]) for vector in texts)
        wanted = guided(torch.zeros(1, 1, 1, 1), torch.zeros(1), Condition(pair[None], torch.stack(own)[None]))
        torch.testing.assert_close((shares[:, None, None, None] * rows).sum(dim=0), wanted[0])


def test_a_second_prompt_takes_the_place_of_the_first_and_cancel_ends(browser) -> None:
    browser.find_element("id", "clear").click()
    long = Prompt("Two people dance.", seconds=10, seed=3)
    type_prompt(browser, long)
    browser.find_element("id", "generate").click()
    type_prompt(browser, Prompt("Two people bow.", seconds=0.5, seed=4))
    browser.find_element("id", "generate").click()
    assert generated(browser, 1).shape[1] == 15
    type_prompt(browser, long)
    browser.execute_script("document.getElementById('generate').click(); document.getElementById('cancel').click()")
    assert status(browser) == "Cancelled."
    type_prompt(browser, Prompt("Two people bow.", seconds=0.5, seed=5))
    browser.find_element("id", "generate").click()
    assert generated(browser, 2).shape[1] == 15


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"interaction": " "}, "Write what the two people do."),
        ({"seconds": "eleven"}, "Seconds is a number from 0.5 to 10."),
        ({"seconds": "10.01"}, "Seconds is a number from 0.5 to 10."),
        ({"seed": "-1"}, "Seed is a whole number from 0 to 2^63 - 1."),
        ({"seed": str(2**63)}, "Seed is a whole number from 0 to 2^63 - 1."),
        ({"weight-scale": "1e9"}, "Guidance is a number from -20 to 20."),
    ],
)
def test_bad_input_is_one_line(browser, changed: dict[str, str], told: str) -> None:
    script = "for (const [id, text] of Object.entries(arguments[0])) document.getElementById(id).value = text"
    usual = {"interaction": "Two people bow.", "first": "", "second": "", "seconds": "1", "seed": "0"}
    browser.execute_script(script, usual | {"weight-scale": "1.5"} | changed)
    browser.find_element("id", "generate").click()
    assert status(browser) == told
    assert not browser.execute_script("return page.busy")
    browser.execute_script(script, usual | {"weight-scale": "1.5"})


def test_it_fits_a_phone_and_every_field_has_a_label(browser) -> None:
    resize(browser, 390, 844)
    wait(browser, "innerWidth === 390")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    script = "return [...document.querySelectorAll('input, textarea')].every((field) => field.labels.length === 1)"
    assert browser.execute_script(script)
    resize(browser, 1280, 720)


def test_it_works_without_the_server_and_asked_nothing_elsewhere(browser, served: Served, folder: Path) -> None:
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert all(name.startswith((served.url, "blob:")) for name in loaded)
    there = {f"/{path.name}" for path in folder.iterdir()} | {"/"}
    assert set(served.asked) <= there
    served.stop()
    hostile = {"interaction": '<img src=x onerror="hit=1"><script>hit=1</script>', "first": "javascript:hit=1"}
    hostile |= {"seconds": "0.5", "seed": "7", "second": '"><svg onload=hit=1>', "weight-scale": "<b>1</b>"}
    from urllib.parse import urlencode

    browser.get("about:blank")
    browser.get(f"{served.url}#{urlencode(hostile)}")
    ready(browser)
    assert status(browser) == "Guidance is a number from -20 to 20."
    browser.execute_script("document.getElementById('weight-scale').value = '1.5'")
    browser.find_element("id", "generate").click()
    assert generated(browser, 1).shape[1] == 15
    wait(browser, "document.getElementById('player').contentWindow.viewer?.frame >= 0")
    frame = "document.getElementById('player').contentDocument"
    assert browser.execute_script(f"return {frame}.querySelector('.take h2 bdi').textContent") == hostile["interaction"]
    assert not browser.execute_script(f"return {frame}.querySelector('img, svg[onload]') !== null || 'hit' in window")
    assert json.loads(browser.execute_script("return JSON.stringify(crossOriginIsolated)"))
    assert browser.get_log("browser") == []
