"""`ionloop forecast` behind its options: the campaign's own plans on a simulated lab, before anything moves."""

import contextlib
import json
import math
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from chemistry.errors import BadInput
from devices.lab import LabFile
from flows.crew import Crew
from flows.home import CampaignFolder
from flows.leasing import Leasing
from flows.loop import how_it_ended, run_loop
from flows.session import Session, open_lab, open_ledger, read_files
from flows.standing import lab_hours
from ledger.journal import Journal
from ledger.kinds import CampaignState


@dataclass(frozen=True)
class Need:
    """How much of one component a campaign takes, and how much is there."""

    component: str
    needed_mg: float
    stock_mg: float | None
    """None where the lab file says nothing of it."""

    @property
    def share(self) -> float:
        """Share of the stock that is used; above one the campaign runs dry."""
        if self.stock_mg is None:
            return 0.0
        return self.needed_mg / self.stock_mg if self.stock_mg else math.inf


@dataclass(frozen=True)
class Forecast:
    """What a campaign will take."""

    experiments: int
    lab_hours: float
    film_grams: float
    needs: tuple[Need, ...]
    """The one that runs out first comes first."""


def forecast_campaign(campaign_file: Path) -> Forecast:
    """Run the campaign with space-filling suggestions on a simulated lab whose clock jumps; nothing is kept.

    Hours and grams are those of the plans that will really be run. What a planner will ask for is not known before its
    results are, so every component is taken as often as its neighbour.
    """
    spec, lab_file = read_files(campaign_file, hardware=True)
    spec = spec.model_copy(update={"planner": spec.planner.model_copy(update={"name": "sobol"})})
    rehearsal = lab_file.model_copy(update={"factory": "sim.lab.simulated_lab", "stock": {"default": 1e9}})
    with tempfile.TemporaryDirectory(prefix="ionloop-forecast-") as folder:
        place = CampaignFolder(Path(folder))
        with (
            contextlib.closing(open_ledger(place, None)) as ledger,
            contextlib.closing(open_lab(rehearsal, place.lab)) as lab,
            contextlib.closing(Leasing(ledger)) as leasing,
        ):
            ledger.set_lab_clock(lab.clock.now)
            campaign_id = ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed).id
            session = Session(spec, place, ledger, lab, campaign_id, str(place.ledger), leasing)
            with Crew(session) as crew:
                run_loop(session, crew, learn=lambda experiment: None)
            state, why = how_it_ended(session)
            if state is CampaignState.STOPPED:
                raise BadInput(
                    f"the rehearsal of the campaign was stopped: {why}", remedy="Mend the campaign, or the lab."
                )
            doses = _doses(session)
            return Forecast(
                experiments=len(ledger.experiments(campaign_id)),
                lab_hours=lab_hours(ledger, campaign_id),
                film_grams=sum(doses.values()) / 1000,
                needs=_needs(doses, lab_file),
            )


def _doses(session: Session) -> Counter[str]:
    """Milligrams of each component that were dosed, by the name of the step."""
    doses: Counter[str] = Counter()
    journal = Journal(session.ledger)
    for experiment in session.ledger.experiments(session.campaign_id):
        for sample in session.ledger.samples(experiment.id):
            for row in journal.steps(sample.id):
                if row.as_made and "dispensed_mg" in row.as_made:
                    doses[row.step.removeprefix("dose ")] += row.as_made["dispensed_mg"]
    return doses


def _needs(doses: Counter[str], lab_file: LabFile) -> tuple[Need, ...]:
    default = lab_file.stock.get("default")
    needs = (Need(name, round(mg, 1), lab_file.stock.get(name, default)) for name, mg in doses.items())
    return tuple(sorted(needs, key=lambda need: -need.share))


def show_forecast(forecast: Forecast, *, as_json: bool) -> None:
    """Print a forecast."""
    if as_json:
        typer.echo(json.dumps(asdict(forecast)))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    taken = f"{forecast.lab_hours:.0f} h of lab time ({forecast.lab_hours / 24:.1f} days)"
    console.print(f"{forecast.experiments} experiments take {taken} and make {forecast.film_grams:.1f} g of film.")
    table = Table("component", "needed (mg)", "in stock (mg)", "used", header_style="bold")
    for need in forecast.needs:
        stock, used = ("unknown", "") if need.stock_mg is None else (f"{need.stock_mg:.0f}", f"{need.share:.0%}")
        table.add_row(need.component, f"{need.needed_mg:.0f}", stock, used)
    console.print(table)
    first = forecast.needs[0] if forecast.needs else None
    if first is None or first.stock_mg is None:
        return
    if first.share > 1:
        there = f"{first.needed_mg:.0f} mg are needed, {first.stock_mg:.0f} mg are there"
        console.print(f"[bold red]{first.component} will run out[/]: {there}.")
    else:
        console.print(f"The first to run out would be {first.component}; the stock lasts.")
