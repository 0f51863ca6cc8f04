"""Tables that models learn from and are tested on: read whole, with every judgement on a row declared."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput
from ledger.literature import LiteratureTable, cleaning, read_table
from ledger.literature.cleaning import in_words, lines_in_words


def read_films(path: Path, form: str, keep: Sequence[str] = ()) -> LiteratureTable:
    """The table; refused where not one row can be read.

    Args:
        path: of the table.
        form: its format.
        keep: judgements that are taken back (`ledger.literature.KEEPABLE`).
    """
    if form == "columns":
        raise BadInput(
            "a table of named columns says nothing of its units here",
            place="--format",
            remedy="Use bradford, htpmd, pe_i or tg, or bring the table into a ledger with `ionloop data import`",
        )
    table = read_table(path, form, keep=keep)
    if not table.films:
        first = table.refusals[0] if table.refusals else None
        remedy = f"First, line {first.row}: {first.detail or first.reason}" if first else "The table has no rows"
        raise BadInput(f"none of {table.rows} rows can be read", place=str(path), remedy=remedy)
    return table


def read_glasses(path: Path | None, keep: Sequence[str] = ()) -> LiteratureTable | None:
    """The table of glass transitions, where there is one."""
    return None if path is None else read_films(path, "tg", keep)


def strict(table: LiteratureTable) -> LiteratureTable:
    """The table; refused where a row cannot be used, with the rows of each reason. Exact duplicates are left out."""
    wrong = {reason: rows for reason, rows in _left_out(table).items() if reason != "exact duplicate"}
    if not wrong:
        return table
    first = next(refusal for refusal in table.refusals if refusal.reason in wrong)
    raise BadInput(
        f"{sum(map(len, wrong.values()))} of {table.rows} rows cannot be used:",
        place=table.file,
        problems=tuple(f"{reason}: {lines_in_words(rows)}" for reason, rows in wrong.items()),
        remedy=f"Mend or remove them; the first, line {first.row}: {first.detail or first.reason}",
    )


def declared(*tables: LiteratureTable | None) -> list[dict[str, Any]]:
    """What was left out of each table and altered in it, with the lines: for `--json`."""
    return [cleaning(table) for table in tables if table is not None]


def declared_in_words(*tables: LiteratureTable | None) -> list[str]:
    """The same, a line for each judgement: for people."""
    return [line for found in declared(*tables) for line in in_words(found)]


def lines_of(table: LiteratureTable, name: str) -> list[int]:
    """The line of each reading of a property, in the order of `models.learning_table`.

    A row gives one reading of a conductivity. Of what a whole film has one of, it is the first row of the film.
    """
    lines = []
    for item in table.films:
        rows: list[int] = item.provenance["rows"]
        readings = [reading for reading in item.film.readings if reading.property == name and not reading.derived]
        lines += rows if len(readings) == len(rows) else rows[:1] * len(readings)
    return lines


def refuse_without_table(options: Mapping[str, object]) -> None:
    """Refuse options of a table, by name, where none is read: what is given is never passed over in silence."""
    for option, value in options.items():
        if value:
            raise BadInput(f"{option} belongs to --table, and none is read", remedy=f"Leave {option} out")


def judgements(text: str) -> tuple[str, ...]:
    """What `--keep duplicates,conflicts` names; whether it can be kept is looked at when a table is read."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _left_out(table: LiteratureTable) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for refusal in table.refusals:
        found.setdefault(refusal.reason, []).append(refusal.row)
    return found
