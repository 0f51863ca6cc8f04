"""What came of `ionloop dft pool`: as a table for people, as JSON, and as a CSV file."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import typer

from chemistry.errors import BadInput
from flows.quantum.survey_asked import OXIDATION, PROPERTIES, REDUCTION, Asked
from flows.quantum.survey_candidates import Candidates
from flows.terminal import console, table
from ledger.whole_file import written_whole

if TYPE_CHECKING:
    from rich.console import Console

    from planners.pool.survey import Foretold
    from sim.dft.window import RedoxWindow

SHOWN = 20
"""Polymers in the table on the terminal."""
CALCULATED, FORETOLD, FAILED = "calculated", "foretold", "failed"
_WITHIN_90 = 1.645
"""Standard deviations to either side that hold 90 %."""


@dataclass(frozen=True)
class Told:
    """What there is to tell.

    Attributes:
        pool: the candidates.
        windows, failures: by the place of the candidate.
        molecules: windows, each molecule counted once.
        known: how many of these the ledger had.
        foretold: of every candidate, property by property; nothing where too little is known.
    """

    pool: Candidates
    windows: "Mapping[int, RedoxWindow]"
    failures: Mapping[int, str]
    molecules: int
    known: int
    foretold: "Mapping[str, Foretold]"


def tell_survey(asked: Asked, told: Told) -> None:
    """Write the file, and print.

    Raises:
        BadInput: the file cannot be written.
    """
    pool = told.pool
    rows = [_row(asked, told, place) for place in range(len(pool.those))]
    left = [{"row": one.row, "polymer": one.text, "state": one.kind, "reason": one.reason} for one in pool.left_out]
    if asked.out is not None:
        _write(asked, [*rows, *left])
    figures = {
        "pool": str(asked.table),
        "method": asked.method.label,
        "solvent": pool.those[0].key.solvent,
        "limits": asked.limits,
        "polymers": len(rows),
        "calculated": len(told.windows),
        "windows": told.molecules,
        "known": told.known,
        "failed": len(told.failures),
        "larger_than_asked": sum(one.large for one in pool.those),
        "left_out": len(left),
        "left_one_out": {name: left_one_out(one) for name, one in told.foretold.items()},
    }
    if asked.as_json:
        typer.echo(json.dumps({**figures, "candidates": rows, "left_out_rows": left}, ensure_ascii=False))
    else:
        _show(asked, figures, rows, left)


def left_one_out(foretold: "Foretold") -> dict[str, float]:
    """How far off each calculated value is from what the others foretell of it: mean, and share within 90 %."""
    error, sd = foretold.process.left_one_out
    return {
        "n": len(error),
        "mean_absolute_error": round(float(np.abs(error).mean()), 3),
        "within_90": round(float((np.abs(error) < _WITHIN_90 * sd).mean()), 2),
    }


def _row(asked: Asked, told: Told, place: int) -> dict[str, object]:
    """One polymer: calculated values as they are, with no deviation; others as they are foretold."""
    one, window, foretold = told.pool.those[place], told.windows.get(place), told.foretold
    state = CALCULATED if window is not None else FAILED if place in told.failures else FORETOLD
    row: dict[str, object] = {"row": one.row, "polymer": one.unit, "model": one.model, "state": state}
    for name in PROPERTIES:
        if window is not None:
            value, sd = getattr(window, name), 0.0
        elif name in foretold:
            value, sd = float(foretold[name].mean[place]), float(foretold[name].sd[place])
        else:
            value, sd = None, None
        row[name] = None if value is None else round(value, 3)
        row[f"{name}_sd"] = None if sd is None else round(sd, 3)
    if asked.limits:
        row["chance_within_limits"] = _chance(asked.limits, row)
    row["reason"] = told.failures.get(place) or ("larger than --largest" if one.large and window is None else "")
    return row


def _chance(limits: Mapping[str, float], row: Mapping[str, object]) -> float | None:
    """That all limits hold, as if the properties' errors had nothing to do with one another."""
    from scipy.stats import norm

    chance = 1.0
    for name, limit in limits.items():
        value, sd = row[name], row[f"{name}_sd"]
        if not isinstance(value, float) or not isinstance(sd, float):
            return None
        inside = value - limit if name == OXIDATION else limit - value
        chance *= float(inside >= 0) if sd == 0 else float(norm.cdf(inside / sd))
    return round(chance, 3)


def _write(asked: Asked, rows: list[dict[str, object]]) -> None:
    try:
        with written_whole(asked.out) as file:  # pyright: ignore[reportArgumentType]  asked for, or not called
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise BadInput(
            f"the table cannot be written ({error.strerror})", place=str(asked.out), remedy="Name another file"
        ) from error


def _show(
    asked: Asked, figures: Mapping[str, object], rows: list[dict[str, object]], left: list[dict[str, object]]
) -> None:
    out = console()
    out.print(
        f"{figures['polymers']:,} polymers, {figures['windows']} windows by {figures['method']} in "
        f"{figures['solvent']} ({figures['known']} were known), {figures['failed']} failed; "
        f"{len(left):,} rows left out",
        soft_wrap=True,
    )
    if not figures["left_one_out"]:
        out.print("Too few windows to foretell the others: ask for more --calculations.")
        _why(asked, rows, left, out)
        return
    view = table(
        "row", "polymer", "", "oxidation / V", "reduction / V", title=f"The {min(SHOWN, len(rows))} {_order(asked)}"
    )
    for row in _best(asked, rows)[:SHOWN]:
        limits = (f"{row[name]:.2f} ± {row[f'{name}_sd']:.2f}" for name in (OXIDATION, REDUCTION))
        view.add_row(str(row["row"]), str(row["polymer"]), str(row["state"]), *limits)
    out.print(view)
    for name, error in figures["left_one_out"].items():  # pyright: ignore[reportAttributeAccessIssue]
        out.print(
            f"{name}: the others foretell each calculated value within {error['mean_absolute_error']} on average, "
            f"{100 * error['within_90']:.0f} % of them within their 90 % interval.",
            soft_wrap=True,
        )
    _why(asked, rows, left, out)


def _why(asked: Asked, rows: list[dict[str, object]], left: list[dict[str, object]], out: "Console") -> None:
    """The first rows that failed or were left out, with the reason of each."""
    failed = [row for row in rows if row["state"] == FAILED]
    for row in (*failed, *left)[:5]:
        out.print(f"Row {row['row']}, {row['polymer']}: {row['reason']}", soft_wrap=True)
    if len(failed) + len(left) > 5 and asked.out is None:
        out.print("--out FILE.csv names all that failed or was left out.")


def _order(asked: Asked) -> str:
    return "most likely within the limits" if asked.limits else "of the highest oxidation limit"


def _best(asked: Asked, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    name = "chance_within_limits" if asked.limits else OXIDATION
    return sorted(rows, key=lambda row: -row[name])  # pyright: ignore[reportOperatorIssue]
