"""`ionloop forecast` behind its options: the campaign's own plans on a simulated lab, before anything moves."""

import contextlib
import json
import math
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from chemistry.errors import BadInput
from devices.lab import LabFile
from flows.crew import Crew
from flows.home import CampaignFolder, campaign_folder
from flows.lab_files import open_lab, read_files
from flows.leasing import Leasing
from flows.loop import how_it_ended, run_loop
from flows.pools import rehearsed
from flows.session import Session, open_ledger
from flows.shelf import declared
from flows.spec import CampaignSpec, PlannerSpec
from flows.standing import lab_hours
from flows.terminal import console, table
from ledger.containers import TAKEN
from ledger.kinds import CampaignState
from ledger.stock import Stock


@dataclass(frozen=True)
class Need:
    """How much of one component a campaign takes, and how much is there."""

    component: str
    needed_mg: float
    stock_mg: float | None
    """None where neither the ledger nor the lab file says anything of it."""

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


def forecast_campaign(campaign_file: Path, folder: Path | None = None, ledger_url: str | None = None) -> Forecast:
    """Run the campaign with space-filling suggestions on a simulated lab whose clock jumps; nothing is kept.

    Hours and grams are those of the plans that will really be run. What a planner will ask for is not known before its
    results are, so every component is taken as often as its neighbour. What is in stock is what the campaign's ledger
    says, or the lab file where there is no ledger yet.
    """
    spec, lab_file = read_files(campaign_file, hardware=True)
    stock_mg = _stock_mg(spec, lab_file, campaign_folder(spec.name, folder), ledger_url)
    spec = _evenly(spec, campaign_file)
    rehearsal = lab_file.model_copy(update={"factory": "sim.lab.simulated_lab", "stock": {"default": 1e9}})
    with tempfile.TemporaryDirectory(prefix="ionloop-forecast-") as kept_nowhere:
        place = CampaignFolder(Path(kept_nowhere))
        with (
            contextlib.closing(open_ledger(place, None)) as ledger,
            contextlib.closing(open_lab(rehearsal, place.lab)) as lab,
            contextlib.closing(Leasing(ledger)) as leasing,
        ):
            ledger.set_lab_clock(lab.clock.now)
            described = (spec.model_dump(mode="json"), spec.seed, rehearsal.model_dump(mode="json"))
            campaign_id = ledger.begin_campaign(spec.name, *described).id
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
                needs=_needs(doses, stock_mg),
            )


def _evenly(spec: CampaignSpec, campaign_file: Path) -> CampaignSpec:
    """The campaign with films of the even spread alone: none is scanned quicker, none of a polymer that is bred."""
    space = rehearsed(spec.space, campaign_file).model_copy(update={"open_polymers": None})
    planner = PlannerSpec(name="sobol", start=spec.planner.start)
    return spec.model_copy(update={"planner": planner, "offers": None, "space": space})


def _stock_mg(spec: CampaignSpec, lab_file: LabFile, place: CampaignFolder, ledger_url: str | None) -> dict[str, float]:
    """What there is of each component, by its key."""
    stock_mg = {component: mass_mg for component, _, mass_mg in declared(spec, lab_file)}
    if ledger_url is not None or place.ledger.exists():
        with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
            stock_mg |= {component: level.left_mg for component, level in Stock(ledger, lab_file.name).levels().items()}
    return stock_mg


def _doses(session: Session) -> Counter[tuple[str, str]]:
    """Milligrams that were dosed, by the key and the label of the component."""
    doses: Counter[tuple[str, str]] = Counter()
    for experiment in session.ledger.experiments(session.campaign_id):
        for sample in session.ledger.samples(experiment.id):
            for row in session.journal.steps(sample.id):
                if row.as_made and TAKEN in row.as_made:
                    doses[row.parameters["component"], row.step.removeprefix("dose ")] += row.as_made[TAKEN]
    return doses


def _needs(doses: Counter[tuple[str, str]], stock_mg: Mapping[str, float]) -> tuple[Need, ...]:
    needs = (Need(label, round(mg, 1), stock_mg.get(component)) for (component, label), mg in doses.items())
    return tuple(sorted(needs, key=lambda need: -need.share))


def show_forecast(forecast: Forecast, *, as_json: bool) -> None:
    """Print a forecast."""
    if as_json:
        typer.echo(json.dumps(asdict(forecast)))
        return
    out = console()
    taken = f"{forecast.lab_hours:.0f} h of lab time ({forecast.lab_hours / 24:.1f} days)"
    out.print(f"{forecast.experiments} experiments take {taken} and make {forecast.film_grams:.1f} g of film.")
    view = table("component", "needed (mg)", "in stock (mg)", "used")
    for need in forecast.needs:
        stock, used = ("unknown", "") if need.stock_mg is None else (f"{need.stock_mg:.0f}", f"{need.share:.0%}")
        view.add_row(need.component, f"{need.needed_mg:.0f}", stock, used)
    out.print(view)
    first = forecast.needs[0] if forecast.needs else None
    if first is None or first.stock_mg is None:
        return
    if first.share > 1:
        there = f"{first.needed_mg:.0f} mg are needed, {first.stock_mg:.0f} mg are there"
        out.print(f"{first.component} will run out: {there}.", style="bold red")
    else:
        out.print(f"The first to run out would be {first.component}; the stock lasts.")
