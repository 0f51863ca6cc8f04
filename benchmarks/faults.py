"""Let things go wrong in many small campaigns, and count what the controller made of it; one JSON line.

    python benchmarks/faults.py [--campaigns 100] [--seed 1] [--minutes 8] [--told FILE]

Each campaign is the example's space with a few experiments at three temperatures, proposed by the Sobol planner, on an
in-process simulated lab of its own seed, without Prefect (`flows.loop.run_loop`). The first ones have one kind of fault
each, every kind in turn, the others random pairs of kinds.

Told at the end: campaigns that ended in another way than finished or stopped with a reason, campaigns after which an
instrument was not safe, results that were known once and are not in the ledger, consuming steps in the lab's own record
beyond the recipe, and steps of which ledger and record tell different stories. `--told` takes a line for each campaign.
"""

import argparse
import contextlib
import json
import logging
import random
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from benchmarks.line import print_line, run_benchmark
from chemistry.errors import IonloopError
from flows.crew import Crew, Work
from flows.loop import how_it_ended, run_loop
from flows.session import open_session
from flows.weather import RECORD_NAME, read_outages
from ledger.journal import Journal
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import PhysicalStepRow
from sim.faults.fault_file import KINDS
from sim.faults.injector import strikes_of
from sim.lab_record import read_record, read_things
from tests.flows.small_campaign import Place, write_campaign
from tests.recipe import beyond_the_recipe

EXPERIMENTS, BATCH = 6, 2
STUCK_S = 90
"""No campaign of these takes so long, in wall time."""
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "lost_connection": [{"lasts": "20 min"}, {"lasts": "3 h"}, {"at": "go", "lasts": "5 min"}],
    "wrong_dose": [{"factor": 3}, {"factor": 0.2}, {"balance": "lies"}],
    "never_settles": [{}, {"variant": "wrong_reading"}],
    "swapped_sample": [{}, {"readback": "lies"}],
    "bad_contact": [{"share": 0.05}],
    "full_disk": [{"lasts": 1.0}],
    "database_gone": [{"lasts": 1.5}],
}
"""What each kind is tried with; its defaults where nothing is said. An outage of the ledger lasts in wall time."""
PROBABILITIES = (0.02, 0.05, 0.15)
SELDOM_MET = {"swapped_sample", "bad_contact", "drift", "noise_burst", "empty_stock", "wrong_dose"}
SELDOM_PROBABILITIES = (0.1, 0.3, 0.6)
"""For kinds that strike one command alone."""


@dataclass
class Outcome:
    """What came of one campaign."""

    faults: list[dict[str, Any]]
    seed: int
    ended: str = ""
    why: str = ""
    strikes: Counter[str] = field(default_factory=Counter)
    unexpected: str = ""
    unsafe: list[str] = field(default_factory=list)
    lost: int = 0
    results: int = 0
    beyond_recipe: int = 0
    confirmed_not_done: int = 0
    done_not_confirmed: Counter[str] = field(default_factory=Counter)
    """By what the ledger says of a step that the lab's record says was done."""
    left_open: int = 0


class Stuck(Exception):
    """A campaign that does not come to its end."""


def fault_of(kind: str, chance: random.Random) -> dict[str, Any]:
    """A fault of a kind, strong or often enough to be met in a few experiments."""
    probability = chance.choice(SELDOM_PROBABILITIES if kind in SELDOM_MET else PROBABILITIES)
    return {"kind": kind, "probability": probability, **chance.choice(VARIANTS.get(kind, [{}]))}


def run(folder: Path, faults: list[dict[str, Any]], seed: int) -> Outcome:
    """One campaign under faults, and what the two records say of it."""
    place, told = Place(folder, folder / "home"), Outcome(faults, seed)
    write_campaign(folder, experiments=EXPERIMENTS, batch=BATCH, start=3, planner={"name": "sobol"})
    lab_file = folder / "simulated_lab.yaml"
    content = yaml.safe_load(lab_file.read_text())
    content["simulated"]["seed"] = seed
    lab_file.write_text(yaml.safe_dump(content))
    faults_file = folder / "faults.yaml"
    faults_file.write_text(yaml.safe_dump({"seed": seed, "faults": faults}))
    known: set[str] = set()
    try:
        with _not_longer_than(STUCK_S):
            _drive(place, faults_file, known, told)
    except IonloopError as error:
        told.ended, told.why = type(error).__name__, str(error)
        told.unexpected = traceback.format_exc()
    except Exception as error:  # noqa: BLE001  that is what is looked for
        told.ended, told.why = type(error).__name__, str(error)
        told.unexpected = traceback.format_exc()
    _compare(place, known, told)
    return told


def _drive(place: Place, faults_file: Path, known: set[str], told: Outcome) -> None:
    with open_session(place.file, place.run, None, hardware=False, faults_file=faults_file) as session:

        def note(work: Work) -> None:
            known.update(film.film_id for film in session.ledger.films(session.campaign_id))

        with Crew(session) as crew:
            run_loop(session, crew, note)
        state, told.why = how_it_ended(session)
        session.ledger.set_campaign_state(session.campaign_id, state, told.why)
        told.ended = state.value
        if state is CampaignState.STOPPED and not told.why:
            told.unexpected = "it was stopped without a reason"


def _compare(place: Place, known: set[str], told: Outcome) -> None:
    record, things = read_record(place.lab), read_things(place.lab)
    told.strikes = Counter(strike.kind for strike in strikes_of(things))
    told.strikes.update(outage.kind for outage in read_outages(place.run / RECORD_NAME))
    told.unsafe = [f"{n}: {r['target_C']} °C" for (k, n), r in things.items() if k == "ramp" and r["target_C"] != 25]
    told.unsafe += [f"{n} in {s['station']}" for (k, n), s in things.items() if k == "sample" and s["station"]]
    programmes = ("dispenser", "film_station")
    told.unsafe += [
        f"{a.station}.{a.device} busy" for a in record if a.outcome == "begun" and a.device not in programmes
    ]
    done = [act for act in record if act.command in ("Dose", "MakeStep") and act.outcome == "done"]
    with contextlib.closing(Ledger.open(place.ledger)) as ledger:
        told.beyond_recipe = beyond_the_recipe(place.lab, ledger).total()
        steps = {step.order_id: step for step in _steps(ledger)}
        films = {film.film_id for film in ledger.films()}
    told.results, told.lost = len(films), len(known - films)
    ids = {act.order_id for act in done}
    confirmed = {order for order, step in steps.items() if step.state in ("confirmed", "done_by_evidence")}
    told.confirmed_not_done = len(confirmed - ids)
    told.done_not_confirmed = Counter(steps[o].state if o in steps else "absent" for o in ids - confirmed)
    told.left_open = sum(step.state == "intended" for step in steps.values())


def _steps(ledger: Ledger) -> Iterator[PhysicalStepRow]:
    journal = Journal(ledger)
    for campaign in ledger.campaigns():
        for experiment in ledger.experiments(campaign.id):
            for sample in ledger.samples(experiment.id):
                yield from (step for step in journal.steps(sample.id) if step.consuming)


@contextlib.contextmanager
def _not_longer_than(seconds: int) -> Iterator[None]:
    def stuck(number: int, frame: FrameType | None) -> None:
        raise Stuck(f"not at its end after {seconds} s")

    before = signal.signal(signal.SIGALRM, stuck)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> None:
    """Run the campaigns, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--campaigns", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=8.0, help="begin no other campaign after so long")
    options.add_argument("--told", type=Path, help="a file that takes one JSON line for each campaign")
    options.add_argument("--only", choices=sorted(KINDS), help="one kind of fault alone")
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    chance, began = random.Random(asked.seed), time.monotonic()
    outcomes: list[Outcome] = []
    kinds = [asked.only] if asked.only else list(KINDS)
    for number in range(asked.campaigns):
        alone = asked.only or number < asked.campaigns // 2
        chosen = [kinds[number % len(kinds)]] if alone else chance.sample(kinds, 2)
        faults = [fault_of(kind, chance) for kind in chosen]
        if time.monotonic() - began > 60 * asked.minutes:
            break
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            outcomes.append(run(Path(name), faults, asked.seed * 1000 + number))
        if asked.told is not None:
            with asked.told.open("a") as file:
                file.write(json.dumps(vars(outcomes[-1]), ensure_ascii=False) + "\n")
    done_not_confirmed: Counter[str] = sum((o.done_not_confirmed for o in outcomes), Counter())
    print_line(
        "faults",
        seeds=[asked.seed],
        campaigns=len(outcomes),
        ended=dict(Counter(o.ended for o in outcomes)),
        strikes=dict(sum((o.strikes for o in outcomes), Counter())),
        unexpected=sum(bool(o.unexpected) for o in outcomes),
        unsafe=sum(bool(o.unsafe) for o in outcomes),
        results=sum(o.results for o in outcomes),
        results_lost=sum(o.lost for o in outcomes),
        consuming_steps_beyond_the_recipe=sum(o.beyond_recipe for o in outcomes),
        steps_confirmed_but_not_done=sum(o.confirmed_not_done for o in outcomes),
        steps_done_but_not_confirmed=dict(done_not_confirmed),
        steps_left_open=sum(o.left_open for o in outcomes),
        seconds=round(time.monotonic() - began, 0),
    )


if __name__ == "__main__":
    run_benchmark(main)
