"""`ionloop amend`: a result is corrected or taken back, what rests on it follows, and the surrogate learns again."""

import json
import math
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.crew import Crew
from flows.learn import learn_again, learn_from
from flows.loop import run_loop
from flows.session import open_session
from flows.spec import read_campaign
from ledger.amendments import Change
from ledger.store import Ledger
from ledger.tables import ExperimentRow, ObservationRow
from tests.flows.command import Command
from tests.flows.small_campaign import Place, write_campaign

SIGMA = "log10_conductivity"


@pytest.fixture
def place(finished: Place, tmp_path: Path) -> Place:
    """A copy of a finished campaign."""
    shutil.copytree(finished.folder, tmp_path / "campaign")
    return Place(tmp_path / "campaign", tmp_path / "home")


def holding(place: Place, number: int) -> list[ObservationRow]:
    """What holds of an experiment's film."""
    with Ledger.open(place.ledger) as ledger:
        run = ledger.campaigns()[-1]
        experiment = next(e for e in ledger.experiments(run.id) if e.number == number)
        sample = ledger.samples(experiment.id)[-1]
        return [row for row in ledger.observations(sample.id) if row.closed_event is None]


def with_result(place: Place) -> int:
    """The first experiment that gave one."""
    with Ledger.open(place.ledger) as ledger:
        run = ledger.campaigns()[-1]
        return ledger.experiments(run.id, states=["observed"])[0].number


def test_a_thinner_film_conducted_less_at_every_temperature(place: Place, ionloop: Command) -> None:
    number = with_result(place)
    before = {row.temperature_C: row for row in holding(place, number) if row.property == SIGMA}
    others = [row for row in holding(place, number) if row.property != SIGMA]
    with Ledger.open(place.ledger) as ledger:
        sample = ledger.samples(ledger.experiments(1, states=["observed"])[0].id)[-1]
    assert sample.thickness_um is not None
    said = ionloop("amend", place.file, number, "--thickness-um", sample.thickness_um / 2, "--folder", place.run)
    assert said.status == 0
    after = {row.temperature_C: row for row in holding(place, number) if row.property == SIGMA}
    assert after.keys() == before.keys()
    for temperature, row in after.items():
        assert row.value == pytest.approx(before[temperature].value - math.log10(2))
    assert [row for row in holding(place, number) if row.property != SIGMA] == others


def test_what_was_read_from_the_law_follows_its_points(place: Place, ionloop: Command) -> None:
    number = with_result(place)
    measured = [row for row in holding(place, number) if row.property == SIGMA and not row.derived]
    change = (SIGMA, "--at", measured[0].temperature_C, "--value", measured[0].value + 0.3)
    said = ionloop("amend", place.file, number, "--property", *change, "--json", "--folder", place.run)
    told = json.loads(said.out)
    assert [row["to"] for row in told["changes"][:1]] == [measured[0].value + 0.3]
    with Ledger.open(place.ledger) as ledger:
        assert ledger.marked(ledger.campaigns()[-1].id).model_dump(mode="json") == told["rest_on_amended"]
    assert told["rest_on_amended"]["model_versions"], "versions were trained on it"
    derived = [row for row in holding(place, number) if row.derived]
    assert all(row.event > told["event"] - len(told["changes"]) for row in derived if row.property == SIGMA)


def test_a_retracted_film_is_known_no_more_and_the_surrogate_learns_again(place: Place, ionloop: Command) -> None:
    number = with_result(place)
    assert ionloop("amend", place.file, number, "--retract", "--note", "wrong vial", "--folder", place.run).status == 0
    assert holding(place, number) == []
    said = ionloop("status", place.file, "--folder", place.run)
    assert "decided by results that were amended since" in said.out
    with Ledger.open(place.ledger) as ledger:
        run = ledger.campaigns()[-1]
        versions, films = len(ledger.model_versions(run.id)), len(ledger.films(run.id))
        session: Any = SimpleNamespace(ledger=ledger, campaign_id=run.id, spec=read_campaign(place.file))
        version = learn_again(session)
        assert version is not None
        assert version.number == versions + 1
        champion = ledger.champion(run.id)
        assert champion is not None
        assert champion.number == version.number
        assert version.n < ledger.model_versions(run.id)[-2].n
        assert len(ledger.films(run.id)) == films
        assert learn_again(session) is None, "once is enough"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((1,), "says one thing"),
        ((1, "--value", 2, "--retract", "--property", SIGMA), "says one thing"),
        ((1, "--value", 2), "without its property"),
        ((1, "--value", "nan", "--property", SIGMA), "--value nan"),
        ((1, "--thickness-um", 0), "--thickness-um 0"),
        ((1, "--value", 2, "--property", "colour"), "no property `colour`"),
        ((99, "--retract"), "no experiment 99"),
    ],
)
def test_a_mistake_is_one_paragraph_and_changes_nothing(
    place: Place, ionloop: Command, words: tuple[object, ...], told: str
) -> None:
    before = place.ledger.read_bytes()
    said = ionloop("amend", place.file, *words, "--folder", place.run)
    assert said.status == 2
    assert told in said.err
    assert place.ledger.read_bytes() == before


def test_one_value_is_not_for_many_readings(place: Place, ionloop: Command) -> None:
    said = ionloop("amend", place.file, with_result(place), "--property", SIGMA, "--value", -5, "--folder", place.run)
    assert said.status == 2
    assert "Add --at" in said.err


def test_a_campaign_that_goes_on_asks_the_corrected_model(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=6, batch=1, start=4)
    amended: list[int] = []
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        ledger, campaign = session.ledger, session.campaign_id

        def learn(experiment: ExperimentRow) -> None:
            learn_from(session, experiment)
            if experiment.number == 5:  # by now the model decides
                first = ledger.films(campaign)[0]
                rows = [row for row in ledger.observations(first.film_id) if row.closed_event is None]
                ledger.amend([Change(observation_id=row.id, value=None) for row in rows], by="Ada", note="wrong vial")
                amended.append(ledger.last_event())

        with Crew(session) as crew:
            run_loop(session, crew, learn)
        last = ledger.suggestions(campaign)[-1]
        asked = next(v for v in ledger.model_versions(campaign) if v.number == last.model_version)
        assert asked.training_event >= amended[0]
        assert last.index not in ledger.marked(campaign).suggestions


def test_the_same_thickness_twice_moves_nothing_the_second_time(place: Place, ionloop: Command) -> None:
    number = with_result(place)
    words = ("amend", place.file, number, "--thickness-um", 111, "--folder", place.run)
    assert ionloop(*words).status == 0
    once = [row.value for row in holding(place, number) if row.property == SIGMA]
    assert ionloop(*words).status == 0
    assert [row.value for row in holding(place, number) if row.property == SIGMA] == pytest.approx(once)


def test_where_everything_was_taken_back_no_model_is_asked(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=4, batch=1, start=2)
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        ledger, campaign = session.ledger, session.campaign_id

        def learn(experiment: ExperimentRow) -> None:
            learn_from(session, experiment)
            for film in ledger.films(campaign):
                rows = [row for row in ledger.observations(film.film_id) if row.closed_event is None]
                ledger.amend([Change(observation_id=row.id, value=None) for row in rows], by="Ada", note="")

        with Crew(session) as crew:
            run_loop(session, crew, learn)
        assert len(ledger.experiments(campaign)) == 4
