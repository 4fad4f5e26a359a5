"""List the live services that can be scanned, the state of sign-in, and what each costs."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from riskcheck.cli import options
from riskcheck.errors import AccountError
from riskcheck.text.safe import in_line

_SERVICES = ("x", "mastodon")


def _rows() -> list[dict[str, Any]]:
    from riskcheck.accounts import all_accounts

    rows = []
    for service in all_accounts():
        cost = service.estimate()
        rows.append(
            {
                "name": service.name, "title": service.title, "sign_in": service.sign_in_state(),
                "paid": cost.paid, "most_dollars": cost.dollars[1], "cost": cost.text,
                "access": service.home, "blind": list(service.blind),
            }
        )  # fmt: skip
    return rows


@click.group("accounts", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@options.common
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, **_: object) -> None:
    """List the live services that can be scanned, the state of sign-in, and what each costs.

    No service is asked: the list says what is set up on this computer.
    """
    if ctx.invoked_subcommand:
        return
    rows = _rows()
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    for row in rows:
        click.echo(click.style(row["title"], bold=True) + f"  ({row['name']})")
        for label, text in (
            ("sign-in", row["sign_in"]),
            ("cost", row["cost"]),
            ("access", row["access"]),
            ("limits", "; ".join(row["blind"])),
        ):
            click.echo(textwrap.fill(f"{label + ':':<9}{text}", 96, initial_indent="    ", subsequent_indent=" " * 13))


@command.command("sign-in")
@click.argument("service", type=click.Choice(_SERVICES))
@click.option("--server", default="", metavar="URL", help="Server of the account (Mastodon).")
@click.option("--bearer", is_flag=True, help="Ask for a bearer token instead of a sign-in in the browser (X).")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    default=8723,
    show_default=True,
    help="Port that the browser comes back to (X).",
)
@options.common
def sign_in(service: str, server: str, bearer: bool, port: int, **_: object) -> None:
    """Sign in to a service and keep the sign-in in the keyring of this system.

    A token is asked for without being shown and is never an argument. For X without --bearer, your browser opens and
    X sends you back to http://127.0.0.1:8723/callback, which must stand in the settings of your app.
    """
    from riskcheck.accounts import _signin, _tokens
    from riskcheck.accounts._address import server_address

    if service == "mastodon":
        if not server:
            raise click.UsageError("name the server the token is for: --server https://example.social")
        address = server_address(server)
        token = click.prompt(f"Token for {address}", hide_input=True, err=True)
        _tokens.save(f"mastodon {address.partition('//')[2]}", _tokens.check(token.strip(), "the token"))
        click.echo(f"Kept in the keyring, for {address} only.")
        return
    if bearer:
        _signin.save_bearer(click.prompt("Bearer token", hide_input=True, err=True))
        click.echo("Kept in the keyring.")
        return
    client = _signin.client_id_from_environment() or click.prompt("Client ID of your app (no secret)", err=True)

    click.echo("X charges for looking up the account that signs in (about $0.01).", err=True)

    def show(address: str) -> None:
        click.echo(f"Open this page and allow reading:\n{address}", err=True)
        click.launch(address)

    handle = _signin.sign_in(client.strip(), show, port=port, server=server)
    click.echo(f"Signed in as @{in_line(handle)}." if handle else "Signed in.")


@command.command("sign-out")
@click.argument("service", type=click.Choice(_SERVICES))
@click.option("--server", default="", metavar="URL", help="Server of the account (Mastodon).")
@options.common
def sign_out(service: str, server: str, **_: object) -> None:
    """Remove a sign-in from the keyring."""
    from riskcheck.accounts import _signin, _tokens
    from riskcheck.accounts._address import server_address

    if service == "mastodon":
        if not server:
            raise click.UsageError("name the server: --server https://example.social")
        gone = _tokens.forget(f"mastodon {server_address(server).partition('//')[2]}")
    else:
        gone = _signin.sign_out()
    if not gone:
        raise AccountError(
            "nothing to remove: the keyring holds no sign-in (an environment variable is yours to unset)"
        )
    click.echo("Removed from the keyring. To make the token itself void, revoke it at the service.")
