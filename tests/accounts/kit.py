"""Shared by the tests of the accounts: a clock, a keyring, and servers on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from keyring.backend import KeyringBackend

TOKEN, USER_TOKEN, FRESH_TOKEN = "AAAAsecretbearertoken", "usersecrettoken-1", "usersecrettoken-2"
REFRESH, NEXT_REFRESH, INSTANCE_TOKEN = "secretrefresh-1", "secretrefresh-2", "secretinstancetoken"
SECRETS = (TOKEN, USER_TOKEN, FRESH_TOKEN, REFRESH, NEXT_REFRESH, INSTANCE_TOKEN)


class Clock:
    """A clock that waits in no time and notes how long."""

    def __init__(self) -> None:
        self.at, self.slept = time.time(), 0.0

    def time(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.at += seconds


class MemoryKeyring(KeyringBackend):
    """A keyring that ends with the test; ``locked`` is what it raises instead."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked: Exception | None = None

    def _open(self) -> None:
        if self.locked:
            raise self.locked

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str = ""


@dataclass
class Answer:
    """What is answered; ``how`` is ``whole``, ``cut`` (in the middle), ``drip`` (a byte now and then) or ``late``."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "whole"

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Server:
    """A server on loopback. ``faults`` go before what :meth:`answer` gives, one a request; None lets one through."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: list[Answer | None] = []
        self.wrong: list[str] = []
        self.url = ""

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def refuse(self, why: str, status: int = 400) -> Answer:
        """Note a request that the service's documentation forbids."""
        self.wrong.append(why)
        return Answer(status, {"title": "Invalid Request", "detail": why, "error": why})

    def handle(self, request: Request) -> Answer:
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else None
        return fault or self.answer(request)

    @contextmanager
    def running(self) -> Iterator[str]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                headers = {key.lower(): value for key, value in self.headers.items()}
                asked = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                reply = owner.handle(asked)
                data = reply.encoded()
                if reply.how == "late":
                    time.sleep(2)
                self.close_connection = True
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Connection", "close")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    if reply.how == "cut":
                        data = data[: len(data) // 2]
                    if reply.how == "drip":
                        for byte in data[:40]:
                            self.wfile.write(bytes([byte]))
                            self.wfile.flush()
                            time.sleep(0.05)
                        return
                    self.wfile.write(data)
                except OSError:
                    pass  # the client gave up, as it should

            do_GET = do_POST = _serve  # noqa: N815 (names of the base class)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield self.url
            finally:
                server.shutdown()
                thread.join()


def until(items: Iterator[Any], count: int) -> list[Any]:
    """Take so many items and no more."""
    return [item for _, item in zip(range(count), items, strict=False)]


Make = Callable[..., Any]
