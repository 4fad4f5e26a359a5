"""Open the private page: write drafts, audit exports, follow your clean-up.

The page is served to this computer only and stops with Ctrl-C.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskcheck.cli import options
from riskcheck.errors import require

if TYPE_CHECKING:
    from riskcheck.web.server import Server


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Port to listen on; 0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@options.common
def command(
    port: int | None, no_browser: bool, model_path: Path | None, profile_path: Path | None, quiet: bool
) -> None:
    """Open the private page: write drafts, audit exports, follow your clean-up.

    It listens on 127.0.0.1 only. The address holds a secret, new at every start; without it nobody gets in.
    Stop it with Ctrl-C; uploads and results of the page are removed then, decisions stay.
    """
    for module in ("fastapi", "jinja2", "uvicorn"):
        require(module, "web")
    from riskcheck.web.server import opened

    options.profile_of(profile_path)  # a mistake in the profile is told here rather than on the page
    with opened(model_path, profile_path, port) as server:
        click.echo(server.url if quiet else f"riskcheck is at {server.url}\nStop it with Ctrl-C.")
        if not no_browser:
            threading.Thread(target=_open, args=(server,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_here()
    if not quiet:
        click.echo("Stopped.")


def _open(server: Server) -> None:
    import time

    from riskcheck.web.server import show

    for _ in range(200):
        if server.started:
            with contextlib.suppress(OSError):
                show(server.url, server.folder)
            return
        time.sleep(0.05)
