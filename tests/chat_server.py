"""A server on loopback that speaks the OpenAI chat protocol: its answers depend on the text alone, its faults too."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ASKED = re.compile(r"^Text: (.*)$", re.MULTILINE)


def reply(content: str) -> bytes:
    """A chat completion."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    usage = {"prompt_tokens": 400, "completion_tokens": 40, "total_tokens": 440}
    head = {"id": "c", "object": "chat.completion", "created": 0, "model": "m"}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()


@dataclass(frozen=True)
class Fault:
    """What is sent instead of an answer; status 0 means that nothing is sent until the client has gone."""

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ChatServer:
    """What is served.

    Attributes:
        answer: the message for a text.
        faults: for a text, what is sent at its first requests instead.
        requests: the texts that were asked about, in order.
        answered: how often a text's answer was sent.
        bodies: the requests as they came.
    """

    answer: Callable[[str], str]
    faults: Callable[[str], list[Fault]] = lambda text: []
    requests: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    bodies: list[dict] = field(default_factory=list)
    url: str = ""
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, body: dict) -> Fault:
        """What a request gets."""
        question = next(m["content"] for m in body["messages"] if m["role"] == "user")
        [text] = ASKED.findall(question)
        with self.changed:
            count = self.requests.count(text)
            self.requests.append(text)
            self.bodies.append(body)
            self.changed.notify_all()
            faults = self.faults(text)
            if count < len(faults):
                return faults[count]
            self.answered[text] += 1
        return Fault(200, reply(self.answer(text)))

    def wait_for(self, requests: int) -> bool:
        """Wait until so many requests have come."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.requests) >= requests, timeout=60)


@contextmanager
def serving(server: ChatServer) -> Iterator[ChatServer]:
    """Serve on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent = server.take(body)
            if sent.status == 0:
                server.over.wait(0.5)
                self.close_connection = True
                return
            try:
                self.send_response(sent.status)
                for name, value in {"Content-Type": "application/json", **sent.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent.body)))
                self.end_headers()
                self.wfile.write(sent.body)
            except OSError:
                self.close_connection = True  # the client was killed

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        http.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        server.url = f"http://127.0.0.1:{http.server_port}/v1"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            http.shutdown()
            thread.join()
