"""A server on loopback that answers as the Hugging Face hub does, for one run that a folder holds."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

RUN = "someone/hugs"


class Shared:
    """What the hub shares as `RUN`.

    Attributes:
        folder: of the run; what lies in it when a request comes is shared.
        extra: names that the listing tells of beside the files.
        asked: paths of the requests.
        address: of the server.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.extra: list[str] = []
        self.asked: list[str] = []
        self.address = ""

    def files(self) -> dict[str, bytes]:
        """Contents by name."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def commit(self) -> str:
        """A new one whenever the files change, so that nothing comes out of the client's cache."""
        return hashlib.sha1(repr((sorted(self.files().items()), self.extra)).encode()).hexdigest()


@contextmanager
def hub_of(folder: Path) -> Iterator[Shared]:
    """A hub that shares the run in a folder."""
    shared = Shared(folder)

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, files = self.path.split("?")[0], shared.files()
            shared.asked.append(path)
            name = path.split("/", 5)[-1]
            if f"/api/models/{RUN}" in path:
                names = [*files, *shared.extra]
                sizes = {name: len(files.get(name, b"")) for name in names}
                tree = [{"type": "file", "path": n, "size": sizes[n], "oid": shared.commit()} for n in names]
                listing = {"id": RUN, "sha": shared.commit(), "siblings": [{"rfilename": name} for name in names]}
                self.answer(json.dumps(tree if "/tree/" in path else listing).encode(), "application/json")
            elif path.startswith(f"/{RUN}/resolve/") and name in files:
                self.answer(files[name], "application/octet-stream")
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_HEAD = do_GET

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "ETag": f'"{hashlib.sha1(body).hexdigest()}"',
                "X-Repo-Commit": shared.commit(),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    shared.address = f"http://127.0.0.1:{server.server_port}"
    yield shared
    server.shutdown()
