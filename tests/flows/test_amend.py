"""`ionloop amend`: a result is corrected or taken back, what rests on it follows, and the surrogate learns again."""

import json
import math
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.crew import Crew, Work
from flows.learn import learn_again, learn_from
from flows.loop import run_loop
from flows.session import open_session
from flows.spec import read_campaign
from ledger.amendments import Change
from ledger.store import Ledger
from ledger.tables import ObservationRow
from tests.flows.command import Command
from tests.flows.small_campaign import Place, run_here, write_campaign

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


def history(place: Place, number: int) -> list[ObservationRow]:
    """Everything that was ever known of an experiment's film."""
    with Ledger.open(place.ledger) as ledger:
        experiment = next(e for e in ledger.experiments(ledger.campaigns()[-1].id) if e.number == number)
        return ledger.observations(ledger.samples(experiment.id)[-1].id)


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

        def learn(work: Work) -> None:
            learn_from(session, work)
            if work.number == 5:  # by now the model decides
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

        def learn(work: Work) -> None:
            learn_from(session, work)
            for film in ledger.films(campaign):
                rows = [row for row in ledger.observations(film.film_id) if row.closed_event is None]
                ledger.amend([Change(observation_id=row.id, value=None) for row in rows], by="Ada", note="")

        with Crew(session) as crew:
            run_loop(session, crew, learn)
        assert len(ledger.experiments(campaign)) == 4


@pytest.fixture(scope="module")
def read_from_a_law(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished campaign that asks for 30 °C and measures from 40 °C on."""
    folder = tmp_path_factory.mktemp("law")
    objective = {"property": SIGMA, "goal": "maximise", "temperature": "30 °C"}
    measure = {"temperatures": ["40 °C", "50 °C", "60 °C", "70 °C", "80 °C"]}
    write_campaign(folder, experiments=3, batch=1, start=3, objectives=[objective], measure=measure)
    place = Place(folder, folder / "home")
    run_here(place)
    return place


@pytest.fixture
def law(read_from_a_law: Place, tmp_path: Path) -> tuple[Place, int, ObservationRow, ObservationRow]:
    """A copy of it, an experiment whose film has a law, the reading from that law, and one of its points."""
    shutil.copytree(read_from_a_law.folder, tmp_path / "campaign")
    place = Place(tmp_path / "campaign", tmp_path / "home")
    for number in (1, 2, 3):
        try:
            rows = holding(place, number)
        except IndexError:  # it gave no result
            continue
        derived = [row for row in rows if row.derived and row.property == SIGMA]
        points = [row for row in rows if not row.derived and row.property == SIGMA]
        if derived and len(points) == 5:
            return place, number, derived[0], points[0]
    pytest.fail("no film has a law")


def test_a_point_that_stays_what_it_was_moves_no_reading_from_the_law(
    law: tuple[Place, int, ObservationRow, ObservationRow], ionloop: Command
) -> None:
    """The law is fitted again as it was first: the error of the geometry is one for all points of a film."""
    place, number, derived, point = law
    words = ("--property", SIGMA, "--at", point.temperature_C, "--value", point.value, "--folder", place.run)
    assert ionloop("amend", place.file, number, *words).status == 0
    (now,) = [row for row in holding(place, number) if row.derived]
    assert now.id != derived.id
    assert now.value == pytest.approx(derived.value, abs=1e-6)
    assert now.sd == pytest.approx(derived.sd, rel=1e-4)


def test_what_somebody_set_by_hand_is_kept_when_its_law_changes(
    law: tuple[Place, int, ObservationRow, ObservationRow], ionloop: Command
) -> None:
    place, number, derived, point = law
    amend = ("amend", place.file, number, "--folder", place.run)
    point_moves = (*amend, "--property", SIGMA, "--at", point.temperature_C, "--value", point.value + 0.3)

    def reading() -> ObservationRow:
        (row,) = [row for row in holding(place, number) if row.derived]
        return row

    assert ionloop(*point_moves).status == 0
    assert reading().value != pytest.approx(derived.value, abs=1e-3), "nobody had set it"
    ionloop(*amend, "--property", SIGMA, "--at", 30, "--value", -4.5, "--by", "Ada", "--note", "measured elsewhere")
    by_hand = reading()
    assert (by_hand.value, by_hand.origin_id) == (-4.5, derived.id)
    said = ionloop(*point_moves, "--by", "Bob")
    assert f"{SIGMA} at 30 °C: -4.500, kept as Ada set it" in said.out
    assert reading().id == by_hand.id
    told = json.loads(ionloop(*amend, "--thickness-um", 77, "--json").out)
    assert {row["value"] for row in told["kept"]} == {point.value + 0.3, -4.5}
    assert reading().id == by_hand.id
    assert ionloop(*point_moves, "--also-by-hand").status == 0
    assert reading().value != -4.5
    assert [row.value for row in history(place, number) if row.id == by_hand.id] == [-4.5], "it stays in the history"


def test_a_number_of_a_person_that_moves_with_the_thickness_is_theirs_still(
    law: tuple[Place, int, ObservationRow, ObservationRow], ionloop: Command
) -> None:
    place, number, _, point = law
    amend = ("amend", place.file, number, "--folder", place.run)
    ionloop(*amend, "--property", SIGMA, "--at", 30, "--value", -4.5, "--by", "Ada")
    ionloop(*amend, "--thickness-um", 77, "--also-by-hand")
    (moved,) = [row.value for row in holding(place, number) if row.derived]
    assert moved != -4.5
    ionloop(*amend, "--property", SIGMA, "--at", point.temperature_C, "--value", point.value)
    assert [row.value for row in holding(place, number) if row.derived] == [moved]
