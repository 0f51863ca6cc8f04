"""`ionloop stock` behind its options."""

import contextlib
import json
import math
from collections.abc import Iterator
from pathlib import Path

import typer

from chemistry.errors import BadInput
from chemistry.recipe import component_key
from chemistry.wording import shortened
from flows.home import campaign_folder
from flows.lab_files import read_files
from flows.person import one_line, person
from flows.session import open_ledger
from flows.shelf import components, shelve
from flows.spec import CampaignSpec
from flows.terminal import console, table
from ledger.stock import Stock

LEAST_FULL_mg, MOST_mg = 1.0, 1e8
"""What a full container holds at least, and at most: no dispenser carries more than a hundred kilograms."""


def show_stock(campaign_file: Path, *, folder: Path | None, ledger_url: str | None, as_json: bool) -> None:
    """Print what is left of each component that the campaign may use."""
    with _stock(campaign_file, folder, ledger_url, create=False) as (stock, _):
        levels = sorted(stock.levels().values(), key=lambda level: level.left_mg / max(level.filled_mg, 1e-9))
        kept_mg = stock.reserved_mg()
    if as_json:
        told = [{**level.model_dump(mode="json"), "reserved_mg": kept_mg.get(level.component, 0.0)} for level in levels]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if not levels:
        typer.echo("No account is kept of any container: name them under `stock:` in the lab file, or fill one.")
        return
    heads = ("component", "left (mg)", "of it for films being made (mg)", "filled (mg)", "left", "lot", "by")
    view = table(*heads)
    for level in levels:
        share = f"{max(level.left_mg, 0) / level.filled_mg:.0%}" if level.filled_mg else ""
        reserved = kept_mg.get(level.component, 0.0)
        kept = f"{reserved:.0f}" if reserved else ""
        left, filled = f"{level.left_mg:.0f}", f"{level.filled_mg:.0f}"
        view.add_row(level.label, left, kept, filled, share, level.lot, level.by)
    console().print(view)
    for level in levels:
        if level.found_empty:
            typer.echo(f"{level.label} was found empty by the {level.found_empty}. Fill or weigh it.")


def fill(
    campaign_file: Path,
    name: str,
    mass_mg: float,
    *,
    lot: str,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
) -> None:
    """Write down a full container.

    Raises:
        BadInput: the campaign uses no such component, the mass is none, or `by` is no name.
    """
    who = person(by)
    refuse_mass(mass_mg, least_mg=LEAST_FULL_mg)
    with _stock(campaign_file, folder, ledger_url) as (stock, spec):
        label = filled(stock, spec, name, mass_mg, lot=lot, who=who, note=note)
    typer.echo(f"A container of {label} with {mass_mg:g} mg stands in its place. The next dose takes from it.")


def weigh(
    campaign_file: Path,
    name: str,
    mass_mg: float,
    *,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
) -> None:
    """Write down what somebody weighed.

    Raises:
        BadInput: the campaign uses no such component, no container of it is known, or the mass or the name is none.
    """
    who = person(by)
    refuse_mass(mass_mg, least_mg=0.0)
    with _stock(campaign_file, folder, ledger_url) as (stock, spec):
        label, before_mg = weighed(stock, spec, name, mass_mg, who=who, note=note)
    typer.echo(f"{label}: {mass_mg:g} mg are left; the ledger had {before_mg:g} mg.")


def filled(stock: Stock, spec: CampaignSpec, name: str, mass_mg: float, *, lot: str, who: str, note: str) -> str:
    """Put a full container of what a campaign may use on the shelf of its lab; returns its label.

    Raises:
        BadInput: the campaign uses no such component, or the mass or the lot is none.
    """
    refuse_mass(mass_mg, least_mg=LEAST_FULL_mg)
    key, label = _component(spec, name)
    stock.fill(key, label, mass_mg, by=who, lot=one_line(lot, "--lot"), note=note)
    return label


def weighed(stock: Stock, spec: CampaignSpec, name: str, mass_mg: float, *, who: str, note: str) -> tuple[str, float]:
    """Write down what somebody weighed of what a campaign may use; returns its label, and what the ledger had, mg.

    Raises:
        BadInput: the campaign uses no such component, no container of it is known, or the mass is none.
    """
    refuse_mass(mass_mg, least_mg=0.0)
    key, label = _component(spec, name)
    level = stock.levels().get(key)
    if level is None:
        raise BadInput(f"no container of {label} is known", remedy="`ionloop stock fill` puts one there in the ledger.")
    stock.weighed(key, mass_mg, by=who, note=note)
    return label, level.left_mg


@contextlib.contextmanager
def _stock(
    campaign_file: Path, folder: Path | None, ledger_url: str | None, *, create: bool = True
) -> Iterator[tuple[Stock, CampaignSpec]]:
    spec, lab_file = read_files(campaign_file, hardware=True)  # nothing moves
    with contextlib.closing(open_ledger(campaign_folder(spec.name, folder), ledger_url, create=create)) as ledger:
        stock = Stock(ledger, lab_file.name)
        if create:  # whoever only looks changes nothing
            shelve(stock, spec, lab_file)
        yield stock, spec


def _component(spec: CampaignSpec, name: str) -> tuple[str, str]:
    """Key and label of a component that the campaign may use, by whichever name people call it."""
    from chemistry.material import material

    known = {component_key(component): component.label for component in components(spec)}
    by_label = {label.casefold(): key for key, label in known.items()}
    key = by_label.get(name.casefold())
    if key is None:
        with contextlib.suppress(BadInput):
            key = component_key(material(name))
    if key not in known:
        raise BadInput(
            f"the campaign uses no component {shortened(repr(name))}", remedy=f"It uses {', '.join(known.values())}."
        )
    return key, known[key]


def refuse_mass(mass_mg: float, *, least_mg: float) -> None:
    """Raise `BadInput` for a mass that no container holds."""
    if not (math.isfinite(mass_mg) and least_mg <= mass_mg <= MOST_mg):
        raise BadInput(
            f"a mass of {mass_mg:g} mg is none that a container holds",
            remedy=f"Give milligrams, {least_mg:g} to {MOST_mg:g}.",
        )
