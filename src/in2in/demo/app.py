"""The page of the demo: the form, the viewer, and how an order goes from one to the other."""

import html
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from gradio.themes import Default

from in2in.demo.form import Form
from in2in.demo.kept import keep_newest
from in2in.demo.service import VIEWER_HEIGHT, Service, view, write_files
from in2in.demo.sessions import Sessions, Stopped
from in2in.errors import InputError

HEADING = "# in2in\nSay what two people do, and see them do it."

EMPTY = "<p>The motion will be here.</p>"

TOLD = ("prompt", "individual1", "individual2", "seconds", "seed")
"""What the gallery shows of a prompt, in the order of the form's fields."""

KEPT = (600, 3600)
"""Seconds between looks at the files to take away, and the age at which they go."""

THEME = Default(
    font=("system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"),  # nothing comes over the network
    font_mono=("ui-monospace", "monospace"),
)

Answer = tuple[str, str, dict[str, Any]]
"""Message, viewer and the update of the files."""


class App:
    """The page.

    Args:
        service: makes the motion.
    """

    def __init__(self, service: Service) -> None:
        self.service, self.sessions = service, Sessions()
        with gr.Blocks(title="in2in", analytics_enabled=False, delete_cache=KEPT) as self.blocks:
            gr.Markdown(HEADING)
            with gr.Row():
                with gr.Column(scale=2, min_width=320):
                    shown = [[example[key] for key in TOLD] for example in gallery()]
                    self.form = form = Form(service, shown)
                with gr.Column(scale=3, min_width=320):
                    message = gr.HTML(elem_id="message")
                    viewer = gr.HTML(EMPTY, elem_id="viewer", min_height=VIEWER_HEIGHT)
                    self.taken = taken = gr.Files(label="Take away", elem_id="files", interactive=False, visible=False)
            outputs = [message, viewer, taken]
            # one order at a time, however many visitors there are: the others wait in the queue
            run = form.start.click(self.generate, form.fields, outputs, concurrency_limit=1, show_progress_on=viewer)
            form.cancel.click(self.cancel, None, message, cancels=[run], queue=False, show_progress="hidden")
            self.blocks.unload(self.leave)
        self.blocks.queue(max_size=service.limits.waiting)

    def launch(self, host: str, port: int) -> str:
        """Start to serve the page in the background; returns its address."""
        try:
            _, address, _ = self.blocks.launch(
                server_name=host,
                server_port=port,
                prevent_thread_lock=True,
                theme=THEME,
                share=False,
                run_history=False,
                footer_links=[],
                ssr_mode=False,
                quiet=True,
                state_session_capacity=self.service.limits.visitors,  # each holds what its page shows
            )
        except (OSError, OverflowError) as error:
            raise InputError(f"{host}:{port} cannot be listened on ({error}): choose another host= or port=") from error
        return address

    def wait(self) -> None:
        """Serve until the program is interrupted."""
        self.blocks.block_thread()

    def generate(
        self,
        values: dict[Any, Any],
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Answer]:
        """The answer to what stands in the form."""
        try:
            keep_newest(self.taken.temp_files, self.service.limits.files * 10**6)
            order = self.form.order(values)
            with TemporaryDirectory() as folder, self.sessions.serving(request.session_hash or "") as check:

                def step(done: int, total: int) -> None:
                    check()
                    progress((done, total), "denoising", unit="steps")

                motions = self.service.make(order, step)
                progress(None, "writing files")
                paths = write_files(motions, order.formats, Path(folder))
                taken = gr.update(value=[str(path) for path in paths], visible=True)
                yield "", view(motions), taken  # the files are copied before the folder goes
        except Stopped:
            yield _shown("Cancelled."), EMPTY, gr.update(value=None, visible=False)
        except InputError as error:
            yield _shown(str(error)), EMPTY, gr.update(value=None, visible=False)

    def cancel(self, request: gr.Request) -> str:
        """Stop this visitor's order."""
        self.leave(request)
        return _shown("Cancelled.")

    def leave(self, request: gr.Request) -> None:
        """Nobody waits for this visitor's order any more."""
        self.sessions.stop(request.session_hash or "")


def gallery() -> list[dict[str, Any]]:
    """Prompts that work with the bundled weights, the fields of `Prompt` and the kind of interaction."""
    lines = (files("in2in.demo") / "gallery.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _shown(message: str) -> str:
    return f'<p role="alert" style="font-weight: 600">{html.escape(message)}</p>'
