"""The command line: one file per command, imported only when it runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from io import StringIO
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from riskcheck.cli.output import hush, of_disk
from riskcheck.errors import ExitCode, RiskCheckError
from riskcheck.text.safe import in_line, visible

_SHARED = ("filters", "options", "output", "show")
_ORDER = ("check", "audit", "review", "score", "scan", "serve", "init", "profile")


class LazyGroup(click.Group):
    """Find commands in ``riskcheck/cli/<name>.py`` by themselves, and import one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, the main ones first."""
        found = {module.name.replace("_", "-") for module in iter_modules(__path__) if module.name not in _SHARED}
        return [name for name in _ORDER if name in found] + sorted(found.difference(_ORDER))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"riskcheck.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with a line each, read from their docstrings without importing them."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a user's mistake becomes one sentence, a fault keeps its traceback."""
        try:
            return super().invoke(ctx)
        except RiskCheckError as error:
            click.echo(f"riskcheck: {in_line(error)}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # The reader of our output went away ("| head"): that is its right, and no fault.
            hush()
            ctx.exit(ExitCode.CLEAR)
        except OSError as error:
            if not of_disk(error):
                raise
            hush()
            click.echo(f"riskcheck: {in_line(of_disk(error))}", err=True)
            ctx.exit(ExitCode.USAGE)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run as Click does, but with our exit codes: 1 says that something was found, and nothing else."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            said = StringIO()
            error.show(said)
            click.echo(visible(said.getvalue()), err=True, nl=False)  # it may quote the name of a file
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("riskcheck: stopped", err=True)
            code = ExitCode.USAGE
        sys.exit(code if isinstance(code, int) else ExitCode.CLEAR)


def _summary(name: str) -> str:
    """First line of a command module's docstring."""
    from ast import get_docstring, parse

    source = Path(__path__[0]) / f"{name.replace('-', '_')}.py"
    docstring = get_docstring(parse(source.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0].rstrip(".")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="riskcheck", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find the posts that could cost you a job offer, before or after you publish them.

    Everything happens on this computer. riskcheck prompts a review: it judges nobody and deletes nothing.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def run() -> None:
    """Run the command line with exit codes: 0 clear, 1 something found, 2 wrong use or input, 3 internal fault."""
    # Matrices of one post are small: threads of the linear algebra wait for each other, and take time to start.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: there is nothing to read, and nobody to tell
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    try:
        cli(prog_name="riskcheck")
    except Exception:
        import traceback

        click.echo(visible(traceback.format_exc()), err=True, nl=False)
        click.echo("riskcheck: this is a fault of riskcheck; please report it with the lines above.", err=True)
        sys.exit(ExitCode.INTERNAL)
    finally:
        # The outcome stands; stopping the clearing up would only print tracebacks.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
