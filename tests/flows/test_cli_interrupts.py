"""Ctrl-C ends every command with status 130 and one line that says what had been done by then."""

from pathlib import Path

import pytest

from flows.cli import main
from ledger.store import Ledger
from tests.flows.command import Command
from tests.flows.test_campaign_file import changed


def _disguised() -> RuntimeError:
    error = RuntimeError("Error calling __set_name__ on 'Field'")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), _disguised()])
def test_an_interrupt_wherever_it_falls_ends_with_130_and_one_line(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typer takes one by itself, but not while it reads a command's options; in a class body it becomes another."""

    def interrupted(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(type(main.app), "__call__", interrupted)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == main.INTERRUPTED
    assert capsys.readouterr() == ("", "ionloop: the command was broken off. Nothing more was done.\n")


@pytest.mark.parametrize(
    "at", ["flows.run.read_files", "flows.session.open_ledger", "flows.server.prefect_server.prefect_server"]
)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), _disguised()])
def test_an_interrupt_while_a_run_starts_says_that_nothing_was_begun(
    ionloop: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, error: BaseException
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(at, interrupted)
    status, _, err = ionloop("run", changed(tmp_path), "--folder", tmp_path / "run")
    assert status == main.INTERRUPTED == 130
    assert err.startswith("ionloop: interrupted during start-up. Nothing was begun and no instrument was told anything")
    assert err.count("\n") == 1
    if (tmp_path / "run" / "ledger.sqlite").exists():
        with Ledger.open(tmp_path / "run" / "ledger.sqlite", create=False) as ledger:
            assert ledger.campaigns() == []
