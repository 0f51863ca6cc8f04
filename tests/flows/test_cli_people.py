"""`ionloop people`: accounts and tokens on the command line; a password is never an argument, and nowhere said."""

import io
import json
import sys
from pathlib import Path

import pytest

from ledger.audit import Audit
from ledger.passwords import Cost
from ledger.store import Ledger
from tests.flows.command import Command

PASSWORD = "correct horse battery"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input holds the password, and hashing it is cheap."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    monkeypatch.setattr("ledger.people.People.__init__.__defaults__", (Cost(log2_n=4, block=1, lanes=1),))


@pytest.mark.usefixtures("typed")
def test_an_account_a_token_and_their_end(ionloop: Command, tmp_path: Path) -> None:
    assert ionloop("people", "add", "Ada", "--role", "admin").out == "Ada may sign in as admin.\n"
    made = json.loads(ionloop("people", "token", "Ada", "lims", "--role", "viewer", "--days", 7, "--json").out)
    listed = json.loads(ionloop("people", "list", "--json").out)
    assert (listed[0]["role"], listed[0]["tokens"][0]["name"], listed[0]["tokens"][0]["role"]) == (
        "admin",
        "lims",
        "viewer",
    )
    assert made["secret"] not in str(listed)
    shown = ionloop("people", "token", "Ada", "notebook")
    assert (shown.out.count("\n"), "shown this once" in shown.err) == (1, True)
    assert ionloop("people", "revoke", "Ada", "lims").status == 0
    assert ionloop("people", "change", "Ada", "--role", "viewer").status == 2, "nobody would be left to manage people"
    assert ionloop("people", "change", "Ada", "--role", "viewer", "--password").status == 2
    assert ionloop("people", "change", "Ada", "--role", "magic", "--password").status == 2
    assert ionloop("people", "remove", "Ada").status == 2
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        told = Audit(ledger).page().items
    assert [t.action for t in told] == [
        *("ionloop people revoke", "ionloop people token", "ionloop people token", "ionloop people add"),
    ]
    assert {t.via for t in told} == {"command line"}
    assert PASSWORD not in str(told)


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Bea", "--role", "root"), "no role 'root'"),
        (("add", "", "--role", "viewer"), "no name"),
        (("change", "Bea"), "a change of nothing"),
        (("change", "Bea", "--role", "admin"), "no ledger"),
        (("list",), "no ledger"),
        (("list", "--ledger", "a", "--campaign", "b"), "both"),
    ],
)
def test_what_cannot_be_is_one_paragraph(ionloop: Command, words: tuple[str, ...], said: str) -> None:
    told = ionloop("people", *words)
    assert (told.status, said in told.err) == (2, True), told.err
    assert len(told.err.splitlines()) == 1


def test_a_weak_password_makes_no_account_and_no_ledger(
    ionloop: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    told = ionloop("people", "add", "Ada", "--role", "admin")
    assert (told.status, "5 characters" in told.err) == (2, True)
    assert not list(tmp_path.glob("ledger*"))
