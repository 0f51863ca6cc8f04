"""How fast the dashboard is on a ledger of 100,000 observations: the first view and a filter, in headless Chromium.

A ledger is filled past the loop with campaigns of films whose numbers are drawn, and as many published films as make up
the rest; then the dashboard is served on the loopback in a process of its own, and pages are asked for in a browser.
Times are those of a person: from the way that is followed, or the key that is pressed, until the words stand there.
Prints one line of JSON.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.line import print_line, run_benchmark
from ledger.author import Role
from ledger.browsing import Browsing
from ledger.kinds import CampaignState, EventKind, ExperimentState
from ledger.passwords import Cost
from ledger.people import People
from ledger.store import Ledger
from ledger.tables import ExperimentRow, FilmRow, ObservationRow, SampleRow, SuggestionRow

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
READINGS = 10
"""Of a film: conductivities at nine temperatures and a modulus."""
OF_A_CAMPAIGN = 100
"""Films of one campaign."""
DISTINCT = 400
"""Loadings of each of 25 hosts with a salt: hardly two films are made of the same."""
PUBLISHED = 0.4
"""Share of the films that are published ones."""
NAME, PASSWORD = "Ada", "four words will do"
QUICK = Cost(log2_n=4, block=8, lanes=1)


def main() -> None:
    """Fill, serve, look, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--observations", type=int, default=100_000)
    asked.add_argument("--repeats", type=int, default=9)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "ledger.sqlite"
        begun = time.perf_counter()
        held = fill(place, given.observations)
        filled_s = time.perf_counter() - begun
        with served(place) as address:
            told = looked_at(address, given.repeats)
    print_line("dashboard", **held, filled_s=round(filled_s, 1), **told)


def fill(place: Path, observations: int) -> dict[str, int]:
    """A ledger with so many observations, written in bulk, a transaction for each campaign."""
    draw = np.random.default_rng(7)
    formulations = _formulations()
    films = observations // READINGS
    published = int(films * PUBLISHED)
    with Ledger.open(place) as ledger:
        People(ledger, QUICK).add(NAME, Role.ADMIN, PASSWORD)
        left = films - published
        while left > 0:
            _campaign(ledger, formulations, draw, min(OF_A_CAMPAIGN, left))
            left -= OF_A_CAMPAIGN
        _literature(ledger, formulations, draw, published)
        browsing = Browsing(ledger)
        browsing.prepare()
        counts = browsing.counts()
    return {"observations": counts.observations, "films": counts.films, "campaigns": counts.campaigns}


def _formulations() -> list[Any]:
    """Ten thousand formulations."""
    from chemistry import catalogue
    from chemistry.formulation import Formulation
    from chemistry.units import molality

    made = []
    for host in ("PEO", "PPO", "PEC", "PCL", "PTHF"):
        polymer = catalogue.polymer(host)
        for salt in ("LiTFSI", "LiPF6", "LiBETI", "LiClO4", "LiBF4"):
            of = catalogue.salt(salt)
            for loading in np.linspace(0.02, 0.2, DISTINCT):
                amount = molality(float(loading), "Li/O", polymer, of)
                made.append(Formulation(polymer=polymer, salt=of, salt_molality_mol_kg=amount))
    return made


def _campaign(ledger: Ledger, formulations: list[Any], draw: np.random.Generator, films: int) -> None:
    import yaml

    from flows.spec import CampaignSpec

    content = yaml.safe_load((ROOT / "examples" / "peo_salts.yaml").read_text())
    spec = CampaignSpec.model_validate({**content, "budget": {"experiments": films}}).model_dump(mode="json")
    row = ledger.begin_campaign("drawn", spec, seed=1)
    with ledger.database.writing() as transaction:
        event = transaction.event(EventKind.OBSERVED, "drawn", campaign_id=row.id)
        chosen = [formulations[k] for k in draw.integers(len(formulations), size=films)]
        session = transaction.session
        reason = {"summary": "Drawn for a benchmark.", "expected": {}, "sd": {}}
        said = [
            SuggestionRow(
                campaign_id=row.id,
                index=place,
                formulation=formulation,
                formulation_key=formulation.key,
                source="experiment",
                cost_h=19.0,
                action={"source": "experiment"},
                reason=reason,
                planner="drawn",
                knowledge_event=event,
                event=event,
            )
            for place, formulation in enumerate(chosen)
        ]
        session.add_all(said)
        session.flush()
        experiments = [
            ExperimentRow(
                campaign_id=row.id,
                number=one.index + 1,
                suggestion_id=one.id,
                formulation=one.formulation,
                state=ExperimentState.OBSERVED,
                event=event,
                closed_event=event,
            )
            for one in said
        ]
        session.add_all(experiments)
        session.flush()
        samples = [
            SampleRow(
                id=f"c{row.id}-e{one.number:03d}a",
                experiment_id=one.id,
                position="drawn",
                formulation=one.formulation,
                event=event,
            )
            for one in experiments
        ]
        session.add_all(samples)
        session.flush()
        made = [
            FilmRow(
                film_id=sample.id,
                campaign_id=row.id,
                experiment_id=one.id,
                sample_id=sample.id,
                formulation=one.formulation,
                formulation_key=one.formulation.key,
                content_hash="drawn",
                event=event,
            )
            for sample, one in zip(samples, experiments, strict=True)
        ]
        session.add_all(made)
        session.flush()
        transaction.insert(
            ObservationRow, [reading for film in made for reading in _readings(film.id, event, draw, "measured")]
        )
    ledger.set_campaign_state(row.id, CampaignState.FINISHED)


def _literature(ledger: Ledger, formulations: list[Any], draw: np.random.Generator, films: int) -> None:
    with ledger.database.writing() as transaction:
        event = transaction.event(EventKind.LITERATURE_ADDED, "drawn")
        session = transaction.session
        made = [
            FilmRow(
                film_id=f"drawn:{place}",
                formulation=formulation,
                formulation_key=formulation.key,
                reference=f"drawn, page {place // 40}",
                content_hash="drawn",
                event=event,
            )
            for place, formulation in enumerate(formulations[k] for k in draw.integers(len(formulations), size=films))
        ]
        session.add_all(made)
        session.flush()
        transaction.insert(
            ObservationRow, [reading for film in made for reading in _readings(film.id, event, draw, "literature")]
        )


def _readings(film: int, event: int, draw: np.random.Generator, source: str) -> Iterator[dict[str, Any]]:
    shared = {"film": film, "source": source, "trust": 1.0, "derived": False, "event": event}
    level = draw.normal(-5.0, 0.8)
    for place, at_C in enumerate(np.linspace(30, 80, READINGS - 1)):
        value = level + 0.22 * place + draw.normal(0, 0.05)
        unit = "log10(S/cm)"
        yield {
            **shared,
            "property": "log10_conductivity",
            "value": value,
            "sd": 0.05,
            "unit": unit,
            "temperature_C": at_C,
        }
    modulus = {"property": "log10_storage_modulus", "value": draw.normal(1.0, 0.5), "sd": 0.03, "unit": "log10(MPa)"}
    yield {**shared, **modulus, "temperature_C": 30.0}


@contextmanager
def served(place: Path) -> Iterator[str]:
    """The dashboard over a ledger, in a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "flows.cli.main", "web", "--ledger", str(place), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_it_answers(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(3000):
        if process.poll() is not None:
            raise SystemExit("the dashboard ended before it answered")
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the dashboard did not answer within five minutes")


def looked_at(address: str, repeats: int) -> dict[str, Any]:
    """Milliseconds of the first views and of filters: medians, and the slowest."""
    from playwright.sync_api import sync_playwright

    browser_of = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_of is None:
        raise SystemExit("needs Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_of, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/sign-in")
        page.fill("[name=name]", NAME)
        page.fill("[name=password]", PASSWORD)
        page.click("button")
        page.wait_for_selector("h1")
        told = {
            "campaigns_ms": _of(lambda: _view(page, f"{address}/", "table tbody tr"), repeats),
            "data_ms": _of(lambda: _view(page, f"{address}/data", "table tbody tr"), repeats),
            "campaign_ms": _of(lambda: _view(page, f"{address}/campaigns/1", "table tbody tr"), repeats),
        }
        _view(page, f"{address}/data", "table tbody tr")
        words = iter(["LiTFSI", "PEO", "ppo libeti", "LiBF4 PCL", "drawn", "LiPF6", "pthf", "liclo4", "PEC"] * repeats)
        told["filter_by_words_ms"] = _of(lambda: _filter(page, next(words)), repeats)
        page.fill("input[aria-label^='Words']", "")
        told["turn_a_page_ms"] = _of(lambda: _turn(page), repeats)
        browser.close()
    return told


def _of(measure: Callable[[], float], repeats: int) -> dict[str, float]:
    taken = [measure() for _ in range(repeats + 1)][1:]  # the first one finds nothing in the cache
    return {"median": round(statistics.median(taken)), "slowest": round(max(taken))}


def _view(page: "Page", address: str, shown: str) -> float:
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(shown)
    return 1000 * (time.perf_counter() - begun)


def _filter(page: "Page", words: str) -> float:
    before = page.inner_text("[role=status]")
    begun = time.perf_counter()
    page.fill("input[aria-label^='Words']", words)
    page.wait_for_function("before => document.querySelector('[role=status]').innerText !== before", arg=before)
    return 1000 * (time.perf_counter() - begun)


def _turn(page: "Page") -> float:
    before = page.inner_text(".q-table__bottom")
    begun = time.perf_counter()
    page.click("[aria-label='Next page']")
    page.wait_for_function("before => document.querySelector('.q-table__bottom').innerText !== before", arg=before)
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    run_benchmark(main)
