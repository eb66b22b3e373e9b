"""A load of HTTP clients in one process: kept connections, one request each at a time, no thread.

Every client has a script: a generator that yields requests and is sent the answers. A connection
that breaks (a server process was killed) is opened again and the same request sent again: the key
of the click makes that harmless, and whoever was told « done » is remembered.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

type Script = Generator[bytes, tuple[int, bytes], None]


@dataclass
class Played:
    """What a load gave: seconds of each request, answers by status, how many were sent again."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    resent: int = 0
    seconds: float = 0.0
    client_cpu_seconds: float = 0.0


class _Client:
    def __init__(self, script: Script, address: tuple[str, int]) -> None:
        self.script, self.address = script, address
        self.request = next(script)
        self.buffer = b""
        self.socket: socket.socket | None = None
        self.began = 0.0

    def connect(self) -> None:
        self.socket = socket.create_connection(self.address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        assert self.socket is not None
        self.buffer = b""
        self.socket.sendall(self.request)

    def answer(self) -> tuple[int, bytes] | None:
        """Give a whole answer, None while it is not there. Raises ConnectionError when cut."""
        assert self.socket is not None
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError
        self.buffer += piece
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return None
        return int(head[9:12]), body


def play(scripts: Iterable[Script], *, host: str, port: int) -> Played:
    """Play all scripts at once, to their ends."""
    told = Played()
    chosen = selectors.DefaultSelector()
    clients = []
    for script in scripts:
        client = _Client(script, (host, port))
        client.connect()
        assert client.socket is not None
        chosen.register(client.socket, selectors.EVENT_READ, client)
        clients.append(client)
    began, cpu = time.perf_counter(), time.process_time()
    for client in clients:
        client.began = time.perf_counter()
        client.send()
    running = len(clients)
    while running:
        for key, _ in chosen.select(timeout=60):
            client = key.data
            try:
                answer = client.answer()
            except OSError:
                _again(client, chosen, told)
                continue
            if answer is None:
                continue
            now = time.perf_counter()
            told.times.append(now - client.began)
            told.statuses[answer[0]] = told.statuses.get(answer[0], 0) + 1
            try:
                client.request = client.script.send(answer)
            except StopIteration:
                chosen.unregister(client.socket)
                client.socket.close()
                running -= 1
                continue
            client.began = now
            try:
                client.send()
            except OSError:
                _again(client, chosen, told)
    told.seconds = time.perf_counter() - began
    told.client_cpu_seconds = time.process_time() - cpu
    return told


def _again(client: _Client, chosen: selectors.BaseSelector, told: Played) -> None:
    """Open a connection that broke, and send the same request again."""
    assert client.socket is not None
    chosen.unregister(client.socket)
    client.socket.close()
    for _ in range(200):
        try:
            client.connect()
            client.send()
            break
        except OSError:
            time.sleep(0.05)
    assert client.socket is not None
    chosen.register(client.socket, selectors.EVENT_READ, client)
    told.resent += 1
