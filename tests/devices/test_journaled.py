from collections.abc import Callable

import pytest

from chemistry.formulation import Formulation
from chemistry.process import Dissolve, Press, Process
from devices.errors import InstrumentError
from devices.lab import Lab
from devices.plans import make_film
from devices.protocols import MAKE_ROLES


def run_make(lab: Lab, formulation: Formulation, journal, sample: str = "film"):
    station = lab.station_with(MAKE_ROLES)
    return station.run(make_film(station, sample, formulation, 400), sample=sample, token=1, journal=journal)


def test_every_consuming_step_is_intended_before_it_is_sent_and_confirmed_with_what_came_of_it(
    lab: Lab, peo_litfsi: Formulation, journal
):
    made = run_make(lab, peo_litfsi, journal)
    rows = list(journal.rows.values())
    assert [row["state"] for row in rows] == ["confirmed"] * 6
    assert [row["step"] for row in rows[:2]] == ["dose PEO", "dose LiTFSI"]
    assert {len(order_id) for order_id in journal.rows} == {36}
    assert rows[0]["parameters"]["before"] == {"accepted": "none yet", "count": 0, "totaliser_mg": 0.0}
    first = next(iter(journal.rows))
    total_mg = rows[0]["as_made"]["totaliser_mg"]
    assert rows[1]["parameters"]["before"] == {"accepted": first, "count": 1, "totaliser_mg": total_mg}
    assert rows[0]["as_made"]["dispensed_mg"] == next(iter(made.masses_mg.values()))


def test_a_plan_that_runs_again_repeats_nothing_and_gives_the_same_film(
    open_lab: Callable[[], Lab], peo_litfsi: Formulation, journal
):
    first_lab = open_lab()
    first = run_make(first_lab, peo_litfsi, journal)
    orders, end = len(journal.rows), first_lab.clock.now()
    first_lab.close()
    lab = open_lab()
    assert run_make(lab, peo_litfsi, journal) == first
    assert len(journal.rows) == orders
    assert lab.clock.now() == end


def test_after_a_failure_only_what_is_missing_is_done(lab: Lab, peo_litfsi: Formulation, journal):
    class Interrupted(Exception):
        pass

    calls: list[int] = []

    def control():
        calls.append(1)
        if len(calls) == 4:
            raise Interrupted
        yield from ()

    station = lab.station_with(MAKE_ROLES)
    with pytest.raises(Interrupted):
        station.run(
            make_film(station, "film", peo_litfsi, 400, control=control), sample="film", token=1, journal=journal
        )
    assert len(journal.rows) == 3
    run_make(lab, peo_litfsi, journal)
    assert [row["state"] for row in journal.rows.values()] == ["confirmed"] * 6


def test_a_refusal_is_written_with_the_instrument_s_words(lab: Lab, peo_litfsi: Formulation, journal):
    wet = peo_litfsi.model_copy(update={"process": Process(steps=(Dissolve(), Press()))})
    with pytest.raises(InstrumentError, match="cannot press sample 'film': it is a solution"):
        run_make(lab, wet, journal)
    last = list(journal.rows.values())[-1]
    assert last["state"] == "failed"
    assert "it is a solution" in last["words"]


@pytest.mark.parametrize(("broken", "states"), [("mass_mg", []), ("go", ["intended"])])
def test_an_order_lost_on_its_way_stays_open_unless_it_certainly_never_arrived(
    lab: Lab, peo_litfsi: Formulation, journal, broken: str, states: list[str]
):
    def silent(value: object, **_: object) -> None:
        raise TimeoutError("no channel")

    dispenser = lab.station_with(MAKE_ROLES).instrument("dispenser")
    getattr(dispenser, broken).sim_set_putter(silent)
    with pytest.raises(InstrumentError, match="no connection"):
        run_make(lab, peo_litfsi, journal)
    assert [row["state"] for row in journal.rows.values()] == states
    assert not dispenser.forget() or broken == "go"
