"""Listen on this machine alone, tell the user where, and stop cleanly."""

from __future__ import annotations

import contextlib
import html
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from riskcheck.errors import InputError
from riskcheck.web.app import create_app
from riskcheck.web.engine import Engine
from riskcheck.web.folders import private
from riskcheck.web.jobs import Audits
from riskcheck.web.uploads import Limits

HOST = "127.0.0.1"
PORT = 8737
"""Tried first, so that the address is the same from day to day; another is taken where it is in use."""
_GRACE = 2
_START = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>riskcheck</title><meta http-equiv="refresh" content="0; url={url}"><a href="{url}">Open riskcheck</a></html>
"""


def listen(port: int | None) -> socket.socket:
    """Take a port of this machine that no other machine can reach.

    Raises
    ------
    InputError
        If the port that was asked for is in use or not allowed.
    """
    for choice in (port,) if port is not None else (PORT, 0):
        # The protocol is named so that asyncio sends answers at once (TCP_NODELAY): it saves 40 ms a check.
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            found.bind((HOST, choice))
        except (OSError, OverflowError) as error:
            found.close()
            if port is not None:
                raise InputError(
                    f"port {port} cannot be used ({error}); choose another --port, or leave it out"
                ) from error
            continue
        return found
    raise InputError("no port of this machine is free; stop another server and try again")


class Server(uvicorn.Server):
    """The running page.

    Parameters
    ----------
    engine : Engine
        The model.
    folder : pathlib.Path
        A private folder for uploads and results.
    taken : socket.socket
        As :func:`listen` gives it.
    limits : Limits, optional
        How much an audit may bring.
    """

    def __init__(self, engine: Engine, folder: Path, taken: socket.socket, limits: Limits | None = None) -> None:
        self.port: int = taken.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self.folder = folder
        self._socket = taken
        app = create_app(
            engine, Audits(folder, engine.model_path, limits), token=self.token, port=self.port
        )  # fmt: skip
        super().__init__(
            uvicorn.Config(
                app, http="h11", loop="asyncio", ws="none", log_level="warning", access_log=False,
                server_header=False, date_header=False, proxy_headers=False, timeout_graceful_shutdown=_GRACE,
                h11_max_incomplete_event_size=32 << 10,
            )
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address with the token, which never leaves the browser: a fragment is not sent."""
        return f"http://{HOST}:{self.port}/#token={self.token}"

    def serve_here(self) -> None:
        """Serve until stopped by a signal; a terminal that is closed counts as one."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(0.001)  # a report that is being written gives way to drafts five times as often
        try:
            if threading.current_thread() is threading.main_thread():
                # uvicorn raises SIGTERM once more when it has stopped: that must not skip the clearing up.
                signal.signal(signal.SIGTERM, signal.default_int_handler)
                if hasattr(signal, "SIGHUP"):
                    signal.signal(signal.SIGHUP, self.handle_exit)
            self.run(sockets=[self._socket])
        finally:
            sys.setswitchinterval(before)


@contextlib.contextmanager
def opened(
    model: Path | None = None, profile: Path | None = None, port: int | None = None, limits: Limits | None = None
) -> Iterator[Server]:
    """Make a server that can be run, and clear up after it."""
    taken = listen(port)
    try:
        with private() as folder:
            yield Server(Engine(model, profile), folder, taken, limits)
    finally:
        taken.close()


def show(url: str, folder: Path, opener: Callable[[str], object] = webbrowser.open) -> None:
    """Open the page in the user's browser, without the token in a command line that others could list."""
    start = folder / "open.html"
    start.touch(mode=0o600)
    start.write_text(_START.format(url=html.escape(url)), encoding="utf-8")
    opener(start.as_uri())
