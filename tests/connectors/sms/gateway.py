"""An SMS gateway on loopback, as docs/formats/sms-gateway.md tells; it records what it hears."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What the gateway has and what it says.

    `says`: status, headers, body of the next answers to POST instead of the normal one.
    """

    address: str = ""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    says: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    hangs_up_after_taking: bool = False

    def answer(self, method: str, path: str, body: Any) -> tuple[int, dict[str, str], bytes]:
        if method == "GET":
            known = path.rsplit("/", 1)[1] in self.taken
            said = {"status": "accepted"} if known else {"reason": "unknown"}
            return 200 if known else 404, {}, json.dumps(said).encode()
        if self.says:
            return self.says.pop(0)
        if body["reference"] in self.taken:
            return 409, {}, b'{"reason": "already"}'
        self.taken[body["reference"]] = body
        return 202, {}, json.dumps({"id": f"g{len(self.taken)}", "status": "accepted"}).encode()


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """Run a gateway."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(size)) if size else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.heard.append((self.command, self.path, headers, body))
            status, more, said = gateway.answer(self.command, self.path, body)
            if gateway.hangs_up_after_taking and self.command == "POST":
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _any

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    gateway.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
