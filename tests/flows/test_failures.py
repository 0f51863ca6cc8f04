"""What stops a campaign: one instrument that is broken, something that all share, or too little that succeeds."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from flows.crew import Crew
from flows.failures import ANY_IN_A_ROW, ENOUGH_TO_JUDGE, IN_A_ROW, Culprit, culprit, too_many_failures
from flows.loop import run_loop
from flows.session import open_session
from ledger.store import Ledger
from tests.flows.small_campaign import write_campaign

DISPENSER, FILM_STATION, METER = ("synthesis", "dispenser"), ("synthesis", "film_station"), ("measuring-1", "meter")
OTHER = ("measuring-2", "meter")


class Ends:
    """A campaign whose experiments end as the test says."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.campaign = ledger.begin_campaign("c", {}, 1).id
        spec = SimpleNamespace(budget=SimpleNamespace(failure_limit=0.5))
        self.session: Any = SimpleNamespace(ledger=ledger, campaign_id=self.campaign, spec=spec)

    def end(self, by: tuple[str, str] | None, *stations: str, state: str = "cancelled", why: str = "broken") -> str:
        """One more has ended, failed by an instrument, after plans at these stations; whether that stops it all."""
        index = self.ledger.count_suggestions(self.campaign)
        peo = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=0.1 + index)
        experiment = self.ledger.add_suggestion(
            self.campaign, index=index, formulation=peo, action={}, reason={}, planner="sobol", knowledge_event=0
        )
        for station in stations:
            run = f"{index} {station}"
            self.ledger.add_documents(run, [("start", {"uid": run, "station": station})], experiment.id)
        told = None if by is None else {"station": by[0], "instrument": f"{by[1]} (X:{by[1]}:)", "step": "do"}
        self.ledger.move(experiment.id, state, why, told)
        return too_many_failures(self.session)


@pytest.fixture
def ends(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        yield Ends(ledger)


def test_one_instrument_that_fails_film_after_film_is_broken(ends: Ends) -> None:
    said = [ends.end(DISPENSER, "synthesis", why=f"jam {turn}") for turn in range(IN_A_ROW)]
    assert said[:-1] == [""] * (IN_A_ROW - 1)
    assert said[-1] == f"dispenser of synthesis failed {IN_A_ROW} films one after the other; the last because jam 2"


def test_different_instruments_are_not_one_that_is_broken(ends: Ends) -> None:
    culprits = (DISPENSER, METER, FILM_STATION, OTHER)
    assert [ends.end(by, "synthesis", by[0]) for by in culprits] == [""] * len(culprits)


def test_the_same_role_at_two_stations_is_two_instruments(ends: Ends) -> None:
    assert {ends.end(by, "synthesis", by[0]) for by in (METER, OTHER, METER, OTHER)} == {""}


def test_a_film_that_never_came_to_a_station_says_nothing_of_its_instruments(ends: Ends) -> None:
    """Two stations measure in turn; one of them is broken, and the films of the other go well in between."""
    said = ""
    for _ in range(IN_A_ROW):
        assert not said
        assert not ends.end(None, "synthesis", "measuring-2", state="failed")
        said = ends.end(METER, "synthesis", "measuring-1")
    assert said.startswith("meter of measuring-1 failed")


@pytest.mark.parametrize("well", [(None, "synthesis", "measuring-1"), (OTHER, "synthesis", "measuring-2")])
def test_a_film_that_got_through_the_station_begins_the_row_anew(ends: Ends, well: tuple[Any, ...]) -> None:
    for _ in range(IN_A_ROW - 1):
        ends.end(DISPENSER, "synthesis")
    assert not ends.end(*well, state="cancelled" if well[0] else "failed")
    assert not ends.end(DISPENSER, "synthesis")


def test_what_people_called_off_is_in_no_row(ends: Ends) -> None:
    for _ in range(IN_A_ROW - 1):
        ends.end(DISPENSER, "synthesis")
        assert not ends.end(None, "synthesis", why="stopped by Ada")
    assert "dispenser" in ends.end(DISPENSER, "synthesis")


def test_whichever_fail_one_after_the_other_something_is_broken(ends: Ends) -> None:
    culprits = [DISPENSER, METER, FILM_STATION, OTHER, METER][:ANY_IN_A_ROW]
    said = [ends.end(by, "synthesis", by[0]) for by in culprits]
    assert said[:-1] == [""] * (ANY_IN_A_ROW - 1)
    assert f"instruments failed {ANY_IN_A_ROW} films" in said[-1]


def test_too_small_a_share_of_results_stops_it(ends: Ends) -> None:
    said = [ends.end(None, "synthesis", "measuring-1", state="discarded") for _ in range(ENOUGH_TO_JUDGE)]
    assert said[:-1] == [""] * (ENOUGH_TO_JUDGE - 1)
    assert "more than the limit of 50%" in said[-1]


def test_a_campaign_says_which_instrument_at_which_station_failed(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=6, batch=1, start=6, planner={"name": "sobol"})
    broken = tmp_path / "faults.yaml"
    broken.write_text(yaml.safe_dump({"faults": [{"kind": "hang", "instrument": "film_station", "probability": 1.0}]}))
    with open_session(file, tmp_path / "run", None, hardware=False, faults_file=broken) as session:
        with Crew(session) as crew:
            run_loop(session, crew, lambda experiment: None)
        experiments = session.ledger.experiments(session.campaign_id)
        assert [culprit(e) for e in experiments] == [Culprit("synthesis", "film_station")] * IN_A_ROW
        assert too_many_failures(session).startswith("film_station of synthesis failed")
