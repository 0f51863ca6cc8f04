"""The promotion rule on cases whose answer is known, and the drift test on sequences and by simulation."""

import math

import numpy as np
import pytest

from models.drift import ALARM, Drift, drift
from models.out_of_sample import ForetoldReading, calibration_curve, one_of_each_film, summary
from models.promotion import COVERAGE_FROM, FEWEST, LEVEL, SAME_RECIPE_nats, Verdict, verdict


def told(errors, sd=1.0, bias=0.0, temperatures=(50.0,)):
    """One film for each error, with readings that share it."""
    return [
        ForetoldReading(f"film {place}", "log10_conductivity", temperature, error, bias, sd)
        for place, error in enumerate(errors)
        for temperature in temperatures
    ]


def normal(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def test_the_same_version_is_no_worse_than_itself():
    found = verdict(told(normal(20)), told(normal(20)))
    assert found.promote
    assert (found.films, found.lead, found.p_not_worse) == (20, 0.0, 1.0)


def test_a_fit_that_went_wrong_is_refused_as_soon_as_a_test_can_tell():
    errors = normal(FEWEST)
    found = verdict(told(errors, bias=4.0), told(errors))
    assert not found.promote
    assert found.lead is not None
    assert found.lead < -4
    assert "worse than the champion" in found.against


def test_with_too_few_results_the_challenger_is_taken():
    errors = normal(FEWEST - 1)
    assert verdict(told(errors, bias=4.0), told(errors)).promote
    assert verdict([], told(errors)) == Verdict(0)


def test_a_better_challenger_is_promoted_and_its_lead_is_told():
    errors = normal(12)
    found = verdict(told(errors), told(errors, bias=2.0))
    assert found.promote
    assert found.lead is not None
    assert found.lead > 1


def test_what_is_worse_by_a_hair_on_every_film_is_worse():
    """The yardstick comes from the films: no number of nats is too small where nothing is left to chance."""
    errors = np.zeros(10)
    assert not verdict(told(errors, sd=1.001), told(errors)).promote
    assert verdict(told(errors), told(errors, sd=1.001)).promote


def test_a_refit_of_one_recipe_may_look_worse_by_a_hair_and_not_by_a_nat():
    errors = np.zeros(10)
    assert verdict(told(errors, sd=1.05), told(errors), margin=SAME_RECIPE_nats).promote
    assert not verdict(told(errors, sd=3.0), told(errors), margin=SAME_RECIPE_nats).promote


def test_intervals_that_hold_too_little_are_refused_from_thirty_results_on():
    # Half of the films well foretold, the other half just outside: the score is no worse than a careless champion's.
    errors = np.array([0.0, 0.0, 0.0, 1.7, -1.7] * 6)
    wide = told(errors, sd=1.75)
    found = verdict(told(errors), wide)
    assert len(errors) == COVERAGE_FROM
    assert found.lead is not None
    assert found.lead > 0
    assert found.coverage == 0.6
    assert found.champion_coverage == 1.0
    assert "hold 60 % of 30 results" in found.against
    fewer = verdict(told(errors[:25]), told(errors[:25], sd=1.75))
    assert fewer.promote
    assert fewer.coverage is None


def test_a_champion_that_holds_no_better_is_not_kept_for_the_coverage():
    errors = np.array([0.0, 0.0, 0.0, 1.7, -1.7] * 6)
    assert verdict(told(errors), told(errors, sd=0.99)).promote
    assert verdict(told(errors), told(errors)).promote


def test_only_what_both_foretold_is_compared():
    errors = normal(10)
    extra = [ForetoldReading("film 99", "log10_conductivity", 50.0, 100.0, 0.0, 1.0)]
    assert verdict([*told(errors), *extra], told(errors)).lead == 0.0


def test_the_readings_of_one_film_count_once():
    """Ten temperatures make a film no better evidence: they err together."""
    errors, temperatures = normal(8), tuple(float(t) for t in range(30, 80, 5))
    one = verdict(told(errors, bias=0.5), told(errors))
    many = verdict(told(errors, bias=0.5, temperatures=temperatures), told(errors, temperatures=temperatures))
    assert many.films == one.films
    assert many.p_not_worse == pytest.approx(one.p_not_worse)
    assert len(one_of_each_film(told(errors, temperatures=temperatures))) == len(errors)


def test_figures_for_the_ledger_are_plain():
    found = verdict(told(normal(40)), told(normal(40)))
    assert found.as_dict()["films"] == 40
    assert all(isinstance(value, (int, float, str)) for value in found.as_dict().values())


def test_a_calibration_curve_of_honest_errors_is_the_diagonal():
    curve = calibration_curve(told(normal(4000)))
    assert all(share == pytest.approx(float(level), abs=0.03) for level, share in curve.items())
    figures = summary(told(normal(4000)))
    assert figures["coverage_90"] == pytest.approx(0.9, abs=0.02)
    assert figures["log_score"] == pytest.approx(-0.5 * (math.log(2 * math.pi) + 1), abs=0.03)


def test_an_equal_challenger_is_refused_about_as_often_as_the_level_says():
    """The simulation in small; the study is `benchmarks/promotion_rule.py`."""
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(300):
        errors = random.normal(size=20)
        ours, theirs = (told(errors + random.normal(0, 0.2, 20)) for _ in range(2))
        refused += not verdict(ours, theirs).promote
    assert refused / 300 < LEVEL + 0.04


def test_steady_errors_are_no_drift_and_a_shift_is_one():
    assert drift([]) is None
    assert drift([0.5, -0.4] * 50) is None
    found = drift([0.0] * 10 + [1.5] * 6)
    assert found == Drift(since=10, called=15, shift=1.5)
    assert found is not None
    assert found.widening == pytest.approx(math.sqrt(1 + 1.5**2))
    assert drift([0.0] * 10 + [1.5] * 5) is None


def test_a_shift_down_is_a_drift_too():
    up, down = drift([1.5] * 8), drift([-1.5] * 8)
    assert up is not None
    assert down is not None
    assert (down.since, down.called, down.shift) == (up.since, up.called, -up.shift)
    assert down.widening == up.widening


def test_no_two_films_call_an_alarm_however_far_off():
    assert drift([40.0, 40.0]) is None
    assert drift([40.0, 40.0, 40.0]) is not None


def test_a_drift_ends_when_errors_are_back_and_not_before():
    begun = [1.5] * 6
    assert drift(begun + [0.0] * 8) is not None
    assert drift(begun + [0.0] * 9) is None
    assert drift(begun + [1.5] * 100) is not None
    assert drift(begun + [-1.5] * 100) is not None, "gone to the other side is not back"


def test_after_a_drift_the_test_begins_anew():
    over = [1.5] * 6 + [0.0] * 9
    again = drift(over + [1.5] * 6)
    assert again is not None
    assert again.since == len(over)


def test_what_comes_later_never_changes_what_held_before():
    errors = list(normal(60)) + [1.4] * 10
    held = [drift(errors[:n]) for n in range(len(errors) + 1)]
    assert held == [drift(list(errors[:n])) for n in range(len(errors) + 1)]
    called = next(n for n, found in enumerate(held) if found is not None)
    found = held[called]
    assert found is not None
    assert found.called == called - 1


def test_the_run_lengths_are_those_that_are_stated():
    """Delay after a shift of one standard deviation, and silence without one: the study in small."""
    random = np.random.default_rng(3)

    def first(shift, most):
        errors = random.normal(shift, 1, most).tolist()
        up = down = 0.0
        for place, z in enumerate(errors, start=1):
            up, down = max(0.0, up + min(z, 3) - 0.5), max(0.0, down - max(z, -3) - 0.5)
            if max(up, down) > ALARM:
                assert drift(errors[:place]) is not None
                assert drift(errors[: place - 1]) is None
                return place
        return most

    assert np.mean([first(1.0, 200) for _ in range(100)]) == pytest.approx(10.8, abs=2.5)
    assert np.mean([first(0.0, 100) < 100 for _ in range(60)]) < 0.4
