"""The demo's page, driven by real browsers: what a visitor sees, and what two of them see at once."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
import torch
from chromium import chromium, free_port, wait
from torch import nn

pytest.importorskip("gradio")

from in2in.demo.app import App, gallery
from in2in.demo.limits import Limits
from in2in.demo.service import Service
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import read_run

NASTY = 'They </script><b>meet</b> & {{title}} ${document.title="gone"} <img src=x onerror=alert(1)>'
STEPS = 8


class Gate(nn.Module):
    """A denoiser that can be made to take one step at a time, and that counts who is inside."""

    def __init__(self, denoiser: nn.Module) -> None:
        super().__init__()
        self.denoiser = denoiser
        self.lock, self.permits = threading.Lock(), threading.Semaphore(0)
        self.shut = False
        self.calls = self.inside = self.most = 0

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody passes without a permit."""
        self.permits, self.shut = threading.Semaphore(0), True
        try:
            yield
        finally:
            self.shut = False
            self.permits.release(1000)

    def forward(self, *given: object) -> torch.Tensor:
        with self.lock:
            self.calls, self.inside = self.calls + 1, self.inside + 1
            self.most = max(self.most, self.inside)
        try:
            assert not self.shut or self.permits.acquire(timeout=600)
            return self.denoiser(*given)
        finally:
            with self.lock:
                self.inside -= 1


@pytest.fixture(scope="module")
def service(run_folder: Path, prior_run: Path) -> Service:
    sampler = {**read_run(run_folder)[0].sampler, "steps": STEPS}
    interaction, prior = (Generator.from_pretrained(run, sampler=sampler) for run in (run_folder, prior_run))
    interaction.denoiser.denoiser = Gate(interaction.denoiser.denoiser)  # type: ignore[assignment]
    return Service(interaction, prior, Limits(letters=120, seconds=2, samples=2))


@pytest.fixture(scope="module")
def gate(service: Service) -> Gate:
    return service.interaction.denoiser.denoiser  # type: ignore[return-value]


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    app = App(service)
    yield app.launch("127.0.0.1", free_port())
    app.blocks.close()


@pytest.fixture(scope="module")
def browser(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    with chromium(tmp_path_factory.mktemp("demo") / "profile", (1280, 1000)) as driver:
        yield driver


def opened(browser, address: str) -> None:
    """A fresh page that is ready to be used."""
    browser.get(address)
    wait(browser, "document.querySelector('#prompt textarea') && document.querySelector('#schedule input')")


def choose(browser, schedule: str) -> None:
    from selenium.webdriver.common.keys import Keys

    field = browser.find_element("css selector", "#schedule input")
    field.click()
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(schedule, Keys.ENTER)


def fill(browser, field: str, text: str) -> None:
    from selenium.webdriver.common.keys import Keys

    element = browser.find_element("css selector", f"#{field} :is(textarea, input[type=number])")
    element.send_keys(Keys.CONTROL, "a")
    element.send_keys(text)


def click(browser, button: str) -> None:
    browser.find_element("css selector", f"#{button}").click()


def shown(browser) -> list[str]:
    """The titles in the viewer once it plays."""
    wait(browser, "document.querySelector('#viewer iframe')")
    browser.switch_to.frame(browser.find_element("css selector", "#viewer iframe"))
    try:
        wait(browser, "window.viewer && viewer.frames > 0")
        return browser.execute_script("return [...document.querySelectorAll('.take h2')].map((h) => h.textContent)")
    finally:
        browser.switch_to.default_content()


def message(browser, words: str) -> str:
    return wait(
        browser, f"(t => t.includes({json.dumps(words)}) && t)(document.querySelector('#message').textContent.trim())"
    )


def files(browser) -> dict[str, str]:
    wait(browser, "document.querySelector('#files a[href]')")
    links = browser.execute_script("return [...document.querySelectorAll('#files a[href]')].map((a) => a.href)")
    return {link.rsplit("/", 1)[1]: link for link in links}


def test_a_prompt_in_the_motion_out(browser, address: str, service: Service) -> None:
    opened(browser, address)
    fill(browser, "prompt", NASTY)
    fill(browser, "individual2", "one waves")
    fill(browser, "seconds", "1")
    fill(browser, "seed", "5")
    fill(browser, "samples", "2")
    click(browser, "generate")
    assert shown(browser) == [NASTY + "seed 5", NASTY + "seed 6"]
    assert browser.title == "in2in"
    taken = files(browser)
    assert set(taken) == {
        f"seed{seed}{end}" for seed in (5, 6) for end in (".npz", ".html", "_person1.bvh", "_person2.bvh", ".glb")
    }
    with urlopen(taken["seed6.npz"]) as answer, np.load(io.BytesIO(answer.read())) as sample:
        joints, told = sample["joints"], str(sample["prompt"])
    [expected] = service.interaction(Prompt(NASTY, "", "one waves", 1, 6))
    np.testing.assert_allclose(joints, expected.joints, atol=1e-4)
    assert told == NASTY


def test_a_bad_prompt_shows_a_message(browser, address: str) -> None:
    opened(browser, address)
    click(browser, "generate")
    message(browser, "the prompt is empty")
    fill(browser, "prompt", "x" * 130)
    field = "document.querySelector('#prompt textarea')"
    assert len(browser.execute_script(f"return {field}.value")) == 120
    browser.execute_script(f"{field}.removeAttribute('maxlength')")
    fill(browser, "prompt", "<i>" + "x" * 130)
    click(browser, "generate")
    assert message(browser, "interaction: 133 letters are more than 120: say it shorter")
    assert not browser.execute_script("return document.querySelector('#viewer iframe')")


def test_cancel_stops_the_denoising(browser, address: str, gate: Gate) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    opened(browser, address)
    fill(browser, "prompt", "they meet")
    gate.calls = 0
    with gate.closed():
        click(browser, "generate")
        WebDriverWait(browser, 240).until(lambda _: gate.inside)
        click(browser, "cancel")
        message(browser, "Cancelled.")
    fill(browser, "prompt", "they part")
    click(browser, "generate")
    assert shown(browser) == ["they partseed 0"]
    assert gate.calls == 1 + STEPS  # the cancelled one took a single step


def test_progress_is_told_by_the_step(browser, address: str, gate: Gate) -> None:
    opened(browser, address)
    fill(browser, "prompt", "they meet")
    with gate.closed():
        click(browser, "generate")
        for step in range(1, 4):
            gate.permits.release()
            wait(browser, f"document.querySelector('#viewer').textContent.includes('{step}/{STEPS} steps')")
    assert shown(browser) == ["they meetseed 0"]


def test_two_visitors_are_served_one_after_the_other(browser, address: str, gate: Gate, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile", (1280, 1000)) as other:
        gate.most = 0
        with gate.closed():
            for visitor, text in ((browser, "they meet"), (other, "they part")):
                opened(visitor, address)
                fill(visitor, "prompt", text)
                click(visitor, "generate")
                wait(visitor, "/processing|queue/.test(document.querySelector('#viewer').textContent)")
            wait(other, "document.querySelector('#viewer').textContent.includes('queue')")
        assert shown(browser) == ["they meetseed 0"]
        assert shown(other) == ["they partseed 0"]
        assert gate.most == 1


def test_the_schedule_s_curve_follows_its_slider(browser, address: str) -> None:
    opened(browser, address)
    picture = "document.querySelector('#curve img')?.src"
    seen: set[str] = set()
    for schedule in ("linear", "constant"):
        choose(browser, schedule)
        seen.add(wait(browser, f"!{json.dumps(sorted(seen))}.includes({picture}) && {picture}"))
    wait(browser, "document.querySelector('#shape-constant') && !document.querySelector('#shape-exp')")
    assert len(seen) == 2
    fill(browser, "shape-constant", "0.9\t")
    seen.add(wait(browser, f"!{json.dumps(sorted(seen))}.includes({picture}) && {picture}"))
    fill(browser, "prompt", "they meet")
    click(browser, "generate")
    assert shown(browser) == ["they meetseed 0"]
    with urlopen(files(browser)["seed0.npz"]) as answer, np.load(io.BytesIO(answer.read())) as sample:
        assert json.loads(str(sample["guidance"]))["schedule"] == "ConstantSchedule"


def test_a_prompt_of_the_gallery_fills_the_form(browser, address: str) -> None:
    opened(browser, address)
    wait(browser, "document.querySelector('#gallery button')").click()
    wait(browser, f"document.querySelector('#prompt textarea').value === {json.dumps(gallery()[0]['prompt'])}")


def test_generate_is_in_sight_and_the_seed_may_be_any(browser, address: str) -> None:
    opened(browser, address)
    wait(browser, "document.getElementById('generate')")
    bottom = "document.getElementById('generate').getBoundingClientRect().bottom"
    assert browser.execute_script(f"return {bottom} < 600 && window.scrollY === 0")
    click(browser, "random")
    wait(browser, "Number(document.querySelector('#seed input').value) > 0")


def test_nothing_was_fetched_from_elsewhere(browser, address: str) -> None:
    opened(browser, address)
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert all(name.startswith((address, "data:", "blob:")) for name in fetched), fetched
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []
