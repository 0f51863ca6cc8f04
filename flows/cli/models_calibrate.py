"""`ionloop models calibrate`: theory against experiment, from the pairs that there are."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.film import Film, Source

_FEW = 3


def models_calibrate(
    campaign: Annotated[Path | None, typer.Argument(help="the campaign file: all that its ledger holds")] = None,
    name: Annotated[str, typer.Option("--property", help="the property")] = "log10_conductivity",
    source: Annotated[str, typer.Option("--source", help="md or dft")] = "md",
    table: Annotated[
        Path | None, typer.Option("--table", help="in place of a campaign: a table of experiments")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="of it: bradford, pe_i or tg")] = "bradford",
    theory: Annotated[Path | None, typer.Option("--theory", help="a table of theory, beside --table")] = None,
    theory_format: Annotated[str, typer.Option("--theory-format", help="of it")] = "htpmd",
    value: Annotated[
        list[float] | None, typer.Option("--value", help="what theory says; the answer is what experiment would")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="folder of the ledger [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option("--ledger", help="database URL of the ledger")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Say how theory is turned into experiment: y = intercept + slope · x, and how far that is to be trusted.

    It rests on formulations that theory and experiment both know at one temperature. Without such pairs theory is taken
    as it is, in a wide interval.
    """
    import numpy as np

    from chemistry.errors import BadInput
    from flows.cli.figures import print_figures
    from models.theory_calibration import calibrated_theory, interval_90
    from models.theory_pairs import theory_pairs, theory_values

    of = _source(source)
    calibrated_theory(name, [])  # a property that cannot be calibrated is told before anything is read
    if (campaign is None) == (table is None) or (table is None) != (theory is None):
        raise BadInput(
            "theory and experiment come from one campaign, or from two tables",
            remedy="Give a campaign file, or --table with experiments and --theory with theory",
        )
    _refuse_unfit(value or [], {"--folder": folder, "--ledger": ledger} if table else {})
    films = _of_tables(table, format, theory, theory_format) if table and theory else _of(campaign, folder, ledger)
    said = theory_values(films, name, of)
    if not said:
        raise BadInput(f"no film has a reading of {name} from {of.value}", remedy="Import a table of theory first")
    line = calibrated_theory(name, theory_pairs(films, name, of), centre=float(np.mean(said)))
    mean, sd = line.foretell(np.array(value or []))
    low, high = interval_90(mean, sd)
    told = [
        {"theory": x, "experiment": round(m, 4), "low_90": round(lo, 4), "high_90": round(hi, 4)}
        for x, m, lo, hi in zip(value or [], mean.tolist(), low.tolist(), high.tolist(), strict=True)
    ]
    figures: dict[str, object] = {
        "property": name,
        "source": of.value,
        "theory_readings": len(said),
        "pairs": line.pairs,
        "formulations": line.formulations,
        **{key: round(number, 4) for key, number in line.line().items()},
        "notes": _notes(line.formulations),
    }
    if json:
        print_figures({**figures, "foretold": told}, json, title="")
        return
    print_figures(figures, json, title=f"{name}: experiment from {of.value}")
    for one in told:
        typer.echo(f"  {one['theory']:g}: {one['experiment']:g}, 90 % within {one['low_90']:g} to {one['high_90']:g}")


def _refuse_unfit(values: "Sequence[float]", of_campaign: "Mapping[str, object]") -> None:
    """Values that are no numbers, and options of a campaign's ledger beside tables."""
    import math

    from chemistry.errors import BadInput

    for value in values:
        if not math.isfinite(value):
            raise BadInput(f"--value {value:g}", remedy="Give a number")
    for option, given in of_campaign.items():
        if given is not None:
            raise BadInput(f"{option} belongs to a campaign, and tables are read", remedy=f"Leave {option} out")


def _source(text: str) -> "Source":
    from chemistry.errors import BadInput
    from ledger.film import THEORY

    known = {source.value: source for source in sorted(THEORY)}
    if text.lower() not in known:
        raise BadInput(f"{text!r} is no theory", remedy=f"Use one of {', '.join(known)}")
    return known[text.lower()]


def _notes(formulations: int) -> list[str]:
    if formulations > _FEW:
        return []
    said = "no formulation has both" if not formulations else f"only {formulations} formulation(s) have both"
    return [f"{said} theory and experiment: mostly the prior speaks, that theory is about right"]


def _of(campaign: Path | None, folder: Path | None, ledger: str | None) -> "list[Film]":
    from flows.home import campaign_folder
    from flows.session import open_ledger
    from flows.spec import read_campaign

    own = campaign_folder(read_campaign(campaign or Path()).name, folder)
    with contextlib.closing(open_ledger(own, ledger, create=False)) as opened:
        return opened.films()


def _of_tables(table: Path, form: str, theory: Path, theory_form: str) -> "list[Film]":
    from flows.tables import read_films

    return [item.film for path, of in ((table, form), (theory, theory_form)) for item in read_films(path, of).films]
