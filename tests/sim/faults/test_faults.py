"""Each kind of fault alone: what the plan sees, how the instruments end, and that the next film works."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chemistry.formulation import Formulation
from devices.errors import InstrumentError, NeverSent
from devices.evidence import evidence
from devices.finding import Finding
from devices.lab import Lab
from devices.lab_file import GasLimits
from devices.protocols import Load, Order
from models.kramers_kronig import kramers_kronig_test
from sim.faults.kinds import WetGlovebox
from tests.sim.faults.faulty import Bench, bench_with, failure

Injected = Callable[..., Bench]


@pytest.fixture
def injected(tmp_path: Path, peo_litfsi: Formulation) -> Iterator[Injected]:
    """A bench on which these faults strike."""
    open_benches: list[Any] = []

    def inject(*faults: Any, seed: int = 1) -> Bench:
        context = bench_with(tmp_path / str(len(open_benches)), peo_litfsi, *faults, seed=seed)
        open_benches.append(context)
        return context.__enter__()

    yield inject
    for context in open_benches:
        context.__exit__(None, None, None)


def fault(kind: str, instrument: str | None = None, order: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "order": order, **({"instrument": instrument} if instrument else {}), **more}


FATAL = [
    (fault("hang", "dispenser", 2), "no answer within 1 h"),
    (fault("hang", "film_station", 2), "no answer within 1 h"),
    (fault("hang", "sample_changer"), "no answer within 1 h"),
    (fault("hang", "thermal_stage", 2), "no answer within 6 h"),
    (fault("hang", "impedance_meter", 2), "no answer within 12 h"),
    (fault("hang", "mechanical_tester"), "no answer within 1 h"),
    (fault("timeout", "dispenser", 2), "no answer within 1 h"),
    (fault("timeout", "film_station", 3), "no answer within 25 h"),
    (fault("timeout", "impedance_meter"), "no answer within 12 h"),
    (fault("never_settles"), "no answer within 6 h"),
    (fault("lost_connection", "thermal_stage"), "its owner gave no sign of life"),
    (fault("lost_connection", "impedance_meter", at="go"), "broke while `go` was written"),
]
"""Faults that cost the film that they strike, and what the plan is told."""


@pytest.mark.parametrize(
    ("struck", "words"),
    FATAL,
    ids=lambda it: f"{it['kind']}-{it.get('instrument')}"[:40] if isinstance(it, dict) else "",
)
def test_a_film_is_lost_the_lab_is_safe_and_the_next_film_works(
    injected: Injected, struck: dict[str, Any], words: str
) -> None:
    bench = injected(struck)
    lost = failure(bench, "struck")
    assert lost is not None
    assert words in str(lost)
    bench.assert_safe()
    assert failure(bench, "next") is None
    bench.assert_safe()
    bench.assert_accounts_agree()
    (strike,) = bench.strikes
    assert (strike.kind, strike.sample) == (struck["kind"], "struck")


def test_an_order_that_hangs_is_over_when_the_power_is_cycled(injected: Injected) -> None:
    bench = injected(fault("hang", "film_station", 1, probability=1.0))
    bench.hold.suspend()
    dispenser = bench.lab.stations["synthesis"].instrument("dispenser")
    station = bench.lab.stations["synthesis"].instrument("film_station")
    assert failure(bench, "film") is not None
    (act,) = [act for act in bench.record if act.device == "film_station"]
    assert act.due is None
    assert act.outcome == "interrupted"
    bench.restart()
    assert not bench.lab.stations["synthesis"].instrument("film_station").state().busy
    assert evidence(station, act.order_id).finding is Finding.FAILED
    assert dispenser.state().count == 2


def test_an_instrument_that_is_not_heard_of_goes_on_and_is_heard_later(injected: Injected) -> None:
    bench, undisturbed = injected(fault("lost_connection", "dispenser", 2, lasts="20 min")), injected()
    made, as_usual = bench.make("film"), undisturbed.make("film")
    assert made == as_usual
    assert 900 < bench.lab.clock.now() - undisturbed.lab.clock.now() < 1200
    bench.assert_accounts_agree()


def test_an_instrument_that_cannot_be_reached_is_sent_nothing(injected: Injected) -> None:
    bench = injected(fault("lost_connection", "dispenser", 2, lasts="2 h"))
    assert "no answer within 1 h" in str(failure(bench, "struck"))
    with pytest.raises(NeverSent, match="not connected"):
        bench.make("too soon")
    assert not [act for act in bench.record if act.sample == "too soon"]
    (dose,) = [act for act in bench.record if act.sample == "struck"][1:]
    assert dose.outcome == "done"
    assert bench.journal.rows[dose.order_id]["state"] == "failed"
    bench.assert_accounts_agree()


def test_a_line_that_broke_at_go_leaves_the_step_to_evidence(injected: Injected) -> None:
    bench = injected(fault("lost_connection", "dispenser", 2, at="go", lasts="10 min"))
    assert "broke while `go`" in str(failure(bench, "struck"))
    (order_id,) = [order for order, row in bench.journal.rows.items() if row["state"] == "intended"]
    bench.restart()
    dispenser = bench.lab.stations["synthesis"].instrument("dispenser")
    assert evidence(dispenser, order_id).finding is Finding.DONE


def test_a_cell_that_could_not_be_cleared_is_cleared_before_the_next_film(injected: Injected) -> None:
    bench = injected(fault("lost_connection", "sample_changer", lasts="2 h"))
    assert failure(bench, "struck") is not None
    assert [s["name"] for (kind, _), s in bench.things.items() if kind == "sample" and s["station"]] == ["struck"]
    assert failure(bench, "next") is None
    bench.assert_safe()


def test_a_changer_that_hangs_while_it_clears_the_cell_is_told_again(injected: Injected) -> None:
    bench = injected(fault("hang", "sample_changer", 2))
    assert failure(bench, "struck") is None
    assert [act.outcome for act in bench.record if act.command == "Unload"] == ["interrupted", "done"]
    bench.assert_safe()


def test_a_connection_can_be_lost_by_lab_time_alone(injected: Injected) -> None:
    bench = injected({"kind": "lost_connection", "instrument": "film_station", "from": "3 h", "until": "5 h"})
    made = bench.make("film")
    assert made.thickness_um > 0
    dissolved = next(act for act in bench.record if act.command == "MakeStep")
    cast = [act for act in bench.record if act.command == "MakeStep"][1]
    assert dissolved.ended is not None
    assert dissolved.ended < 5 * 3600 <= cast.received
    assert [(s.kind, s.device, s.order_id, s.lab_time_s) for s in bench.strikes] == [
        ("lost_connection", "film_station", "", 3 * 3600.0)
    ]
    bench.restart()
    assert len(bench.strikes) == 1


def test_what_fell_is_far_off_and_the_film_is_what_fell(injected: Injected) -> None:
    bench = injected(fault("wrong_dose", order=2, factor=3.0))
    made = bench.make("film")
    asked = bench.formulation.salt_molality_mol_kg
    assert made.formulation.salt_molality_mol_kg == pytest.approx(3 * asked, rel=0.03)
    assert bench.things["sample", "film"]["contents_mg"] == pytest.approx(made.masses_mg, abs=0.2)
    bench.assert_accounts_agree()


def test_a_balance_that_lies_cannot_be_seen_in_the_masses_but_in_the_thickness(injected: Injected) -> None:
    bench, undisturbed = injected(fault("wrong_dose", order=1, factor=3.0, balance="lies")), injected()
    made, as_usual = bench.make("film"), undisturbed.make("film")
    assert made.masses_mg == pytest.approx(as_usual.masses_mg, rel=0.02)
    assert made.thickness_um > 1.8 * as_usual.thickness_um


def test_a_container_that_runs_empty_stays_so(injected: Injected) -> None:
    bench = injected(fault("empty_stock", order=2, share=0.3))
    assert "ran empty after" in str(failure(bench, "struck"))
    assert "holds 0.0 mg, too little" in str(failure(bench, "next"))
    contents = list(bench.things["sample", "struck"]["contents_mg"].values())
    asked = list(bench.journal.rows.values())[1]["takes"][1]
    assert contents[1] == pytest.approx(0.3 * asked)
    bench.assert_accounts_agree()


def residual(spectrum: Any) -> float:
    frequency = np.asarray(spectrum.frequency_Hz)
    impedance = np.asarray(spectrum.real_ohm) + 1j * np.asarray(spectrum.imaginary_ohm)
    return kramers_kronig_test(frequency, impedance).rms


def resistance(spectrum: Any) -> float:
    """About that of the bulk: |Z| where the phase is smallest."""
    impedance = np.asarray(spectrum.real_ohm) + 1j * np.asarray(spectrum.imaginary_ohm)
    return float(abs(impedance[np.argmin(abs(np.angle(impedance)))]))


def test_a_drifting_spectrum_is_not_causal(injected: Injected) -> None:
    struck, usual = injected(fault("drift", share=1.0)).both("film"), injected().both("film")
    assert residual(struck.spectra[0]) > 3 * residual(usual.spectra[0])
    assert struck.spectra[1] == usual.spectra[1]


def test_a_noise_burst_lasts_for_its_time(injected: Injected) -> None:
    struck = injected(fault("noise_burst", factor=50, lasts="10 min")).both("film")
    usual = injected().both("film")
    assert residual(struck.spectra[0]) > 10 * residual(usual.spectra[0])
    assert struck.spectra[1] == usual.spectra[1]


def test_a_bad_contact_lasts_until_the_next_loading(injected: Injected) -> None:
    bench, usual = injected(fault("bad_contact", share=0.1)), injected().both("film")
    struck = bench.both("film")
    for bad, good in zip(struck.spectra, usual.spectra, strict=True):
        assert resistance(bad) / resistance(good) == pytest.approx(10, rel=0.3)
    again = bench.measure("film")
    assert resistance(again.spectra[0]) / resistance(usual.spectra[0]) == pytest.approx(1, rel=0.1)


def test_a_thermometer_that_is_wrong_shows_in_the_conductivity_alone(injected: Injected) -> None:
    struck = injected(fault("never_settles", variant="wrong_reading", offset_C=20)).both("film")
    usual = injected().both("film")
    assert struck.spectra[0].temperature_C == pytest.approx(30, abs=0.3)
    assert resistance(struck.spectra[0]) < 0.6 * resistance(usual.spectra[0])
    assert resistance(struck.spectra[1]) == pytest.approx(resistance(usual.spectra[1]), rel=0.02)


def test_a_film_that_was_not_asked_for_is_not_measured(injected: Injected) -> None:
    bench = injected(fault("swapped_sample", order=3))
    bench.both("first")
    assert "loaded 'first' instead of 'second'" in str(failure(bench, "second"))
    bench.assert_safe()
    assert failure(bench, "third") is None
    assert [strike.sample for strike in bench.strikes] == ["second"]


def test_where_there_is_one_film_it_cannot_be_swapped(injected: Injected) -> None:
    bench = injected({"kind": "swapped_sample", "probability": 1.0})
    assert failure(bench, "only") is None
    assert bench.strikes == []


def test_a_changer_that_lies_leaves_no_film_behind(injected: Injected) -> None:
    bench = injected(fault("swapped_sample", order=3, readback="lies"))
    bench.both("first")
    assert failure(bench, "second") is None
    assert bench.things["sample", "first"]["turns"]["sweep"] == 4
    assert "sweep" not in bench.things["sample", "second"]["turns"]
    bench.assert_safe()


def test_a_film_made_in_a_wet_glovebox_conducts_better_and_is_softer(injected: Injected) -> None:
    bench, dry = injected({"kind": "wet_glovebox", "from": "4 h", "until": "17 h", "water_ppm": 500}), injected()
    bench.lab.stations["synthesis"].gas_limits = GasLimits(water_ppm=1e6, oxygen_ppm=1e6)  # nobody minds
    seen: list[float] = []
    bench.lab.stations["synthesis"].instrument("glovebox").water_ppm.subscribe(lambda value, **_: seen.append(value))
    struck, usual = bench.both("film"), dry.both("film")
    ratio = resistance(struck.spectra[0]) / resistance(usual.spectra[0])
    assert 10**-0.31 < ratio < 10**-0.2
    assert struck.moduli[0].storage_modulus_MPa < usual.moduli[0].storage_modulus_MPa
    assert max(seen) == pytest.approx(500, rel=0.02)
    assert bench.things["sample", "film"]["water"] > 0.9
    assert [strike.kind for strike in bench.strikes] == ["wet_glovebox"]


def test_synthesis_is_suspended_while_the_glovebox_is_wet_and_goes_on_when_it_is_dry(injected: Injected) -> None:
    """The film dissolves when the leak begins; that goes on, casting waits, and the film is as dry as any."""
    bench = injected({"kind": "wet_glovebox", "from": "2 h", "until": "9 h", "water_ppm": 300})
    gas = bench.lab.stations["synthesis"].instrument("glovebox").water_ppm
    readings: list[tuple[float, float]] = []
    gas.subscribe(lambda value, **_: readings.append((bench.lab.clock.now(), value)))
    bench.make("film")
    steps = {act.parameters["process"]: act for act in bench.record if act.command == "MakeStep"}
    limits = bench.lab.stations["synthesis"].gas_limits
    wet = [at for at, value in readings if value > limits.water_ppm]
    assert steps["dissolve"].received < wet[0] < (steps["dissolve"].ended or 0.0) < wet[-1] < steps["cast"].received
    assert steps["cast"].received > 9 * 3600
    assert all(act.outcome == "done" for act in bench.record)
    assert bench.things["sample", "film"]["water"] < 0.05
    assert {row["state"] for row in bench.journal.rows.values()} == {"confirmed"}


def test_a_sensor_that_cannot_be_read_is_no_dry_gas(injected: Injected) -> None:
    bench = injected({"kind": "lost_connection", "instrument": "glovebox", "from": "1 min", "until": "3 h"})
    bench.make("film")
    assert [act for act in bench.record if 120 < act.received < 3 * 3600] == []


def test_a_glovebox_dries_again_and_its_readings_are_live(injected: Injected) -> None:
    bench = injected(fault("wet_glovebox", lasts="1 h", water_ppm=100))
    glovebox = bench.lab.stations["synthesis"].instrument("glovebox")
    assert float(glovebox.water_ppm.get()) < 1
    bench.make("film")
    assert float(glovebox.water_ppm.get()) < 1
    assert bench.things["sample", "film"]["water"] == pytest.approx(0, abs=1e-6), "dissolving is done in a closed vial"
    assert [act.order_id for act in bench.record if act.device == "glovebox"] == []
    assert WetGlovebox().water_ppm == 200


def test_the_same_campaign_meets_the_same_faults(injected: Injected) -> None:
    faults = ({"kind": "hang", "probability": 0.1}, {"kind": "drift", "probability": 0.3}, "lost_connection")
    stories = []
    for seed in (3, 3, 4):
        bench = injected(*faults, seed=seed)
        for sample in ("a", "b", "c"):
            failure(bench, sample)
        told = [strike.model_dump(exclude={"order_id"}) for strike in bench.strikes]
        acts = [act.model_dump(exclude={"order_id"}) for act in bench.record]
        stories.append((told, acts))
    assert stories[0] == stories[1]
    assert stories[0][0] != stories[2][0]
    assert stories[0][0]


def test_without_a_fault_that_strikes_nothing_changes(injected: Injected, lab: Lab) -> None:
    bench, usual = injected(fault("hang", order=10_000)), injected()
    assert bench.both("film") == usual.both("film")
    told = [act.model_dump(exclude={"order_id"}) for act in bench.record]
    assert told == [act.model_dump(exclude={"order_id"}) for act in usual.record]
    assert bench.strikes == []


def test_a_glovebox_takes_no_orders_and_reads_dry(lab: Lab) -> None:
    glovebox = lab.stations["synthesis"].instrument("glovebox")
    assert glovebox.understands == ()
    assert glovebox.as_made()["water_ppm"] == pytest.approx(0.4)
    with pytest.raises(InstrumentError, match="takes no"):
        glovebox.set(Order(id="x", token=1, sample="", command=Load()))
