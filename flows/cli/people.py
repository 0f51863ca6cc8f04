"""`ionloop people`: who may use the ledger over the network. Passwords are asked for, or read from standard input."""

import json as json_text
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ledger.people import People

app = typer.Typer(help="People who may sign in, and tokens for programs.", no_args_is_help=True)

_Ledger = Annotated[str | None, typer.Option(help="path or database URL of the ledger [default: ledger.sqlite here]")]
_Campaign = Annotated[Path | None, typer.Option(help="a campaign file: use that campaign's own ledger")]
_Name = Annotated[str, typer.Argument(help="the person")]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.command("add")
def add(
    name: _Name,
    role: Annotated[str, typer.Option(help="viewer, operator or admin")],
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    json: _Json = False,
) -> None:
    """Open an account; the password is asked for twice, or read as one line from standard input."""
    from ledger.passwords import refuse_weak
    from ledger.people import name_of_person, role_of

    role_of(role)  # before anybody types a password, and before a ledger is made
    name_of_person(name)
    password = _password()
    refuse_weak(password)
    with _people(ledger, campaign, "add") as people:
        made = people.add(name, role, password)
    _say(json, {"person": made.name, "role": made.role}, f"{made.name} may sign in as {made.role}.")


@app.command("change")
def change(
    name: _Name,
    role: Annotated[str | None, typer.Option(help="viewer, operator or admin")] = None,
    password: Annotated[bool, typer.Option("--password", help="ask for another password")] = False,
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    json: _Json = False,
) -> None:
    """Give somebody another role or another password, which ends their sessions."""
    from chemistry.errors import BadInput
    from ledger.people import role_of

    if role is None and not password:
        raise BadInput("a change of nothing", remedy="Give --role, --password, or both.")
    if role is not None:
        role_of(role)  # before anybody types a password
    with _people(ledger, campaign, "change") as people:
        people.person(name)
        held = people.change(name, role=role, password=_password() if password else None)
    _say(json, {"person": held.name, "role": held.role}, f"{held.name} may sign in as {held.role}.")


@app.command("remove")
def remove(name: _Name, ledger: _Ledger = None, campaign: _Campaign = None, json: _Json = False) -> None:
    """Close an account: its sessions end, its tokens are revoked; what it did keeps its name."""
    with _people(ledger, campaign, "remove") as people:
        people.remove(name)
    _say(json, {"removed": name}, f"{name} may sign in no more.")


@app.command("list")
def list_(ledger: _Ledger = None, campaign: _Campaign = None, json: _Json = False) -> None:
    """Everybody who may sign in, and their tokens."""
    with _people(ledger, campaign, "list") as people:
        everybody, tokens = people.all(), people.tokens()
    told = [
        {
            "person": person.name,
            "role": person.role,
            "tokens": [
                token.model_dump(mode="json", exclude={"person"}) for token in tokens if token.person == person.name
            ],
        }
        for person in everybody
    ]
    if json:
        typer.echo(json_text.dumps(told, ensure_ascii=False))
        return
    if not everybody:
        typer.echo("Nobody may sign in: `ionloop people add NAME --role admin` makes the first account.")
    for person in everybody:
        typer.echo(f"{person.name}: {person.role}")
        for token in (token for token in tokens if token.person == person.name):
            until = "" if token.expires_at is None else f", until {token.expires_at:%Y-%m-%d}"
            typer.echo(f"    token {token.name}: {token.role}{until}")


@app.command("token")
def token(
    name: _Name,
    token: Annotated[str, typer.Argument(help="what it is for, such as lims")],
    role: Annotated[
        str | None, typer.Option(help="as which it acts, no higher than its person [default: theirs]")
    ] = None,
    days: Annotated[int | None, typer.Option(help="after so many it is no longer taken [default: never]")] = None,
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    json: _Json = False,
) -> None:
    """Make a token for a program; it is shown this once."""
    with _people(ledger, campaign, "token") as people:
        made, secret = people.make_token(name, token, role, days)
    if json:
        typer.echo(json_text.dumps({**made.model_dump(mode="json"), "secret": secret}, ensure_ascii=False))
        return
    typer.echo(secret)
    typer.echo(
        f"Token {made.name} of {made.person}, {made.role}. It is shown this once; keep it as a password.", err=True
    )


@app.command("revoke")
def revoke(
    name: _Name,
    token: Annotated[str, typer.Argument(help="its name")],
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    json: _Json = False,
) -> None:
    """Take a token back; from the next request on."""
    with _people(ledger, campaign, "revoke") as people:
        people.revoke(name, token)
    _say(json, {"revoked": token, "person": name}, f"Token {token} of {name} is taken no more.")


@contextmanager
def _people(ledger: str | None, campaign: Path | None, command: str) -> "Iterator[People]":
    """Who may, of a ledger that may be made; what is changed is audited as done on the command line."""
    from flows.cli.data import ledger_place
    from flows.person import person
    from ledger.author import Author
    from ledger.people import People
    from ledger.store import Ledger

    place = ledger_place(ledger, campaign)
    author = Author(name=person(None), via="command line", action=f"ionloop people {command}")
    with Ledger.open(place, create=command == "add") as opened:
        yield People(opened.acting(author))


def _password() -> str:
    """A password, typed twice where somebody sits there, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _say(as_json: bool, told: dict[str, object], words: str) -> None:
    typer.echo(json_text.dumps(told, ensure_ascii=False) if as_json else words)
