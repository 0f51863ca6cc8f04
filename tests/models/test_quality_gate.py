"""The quality gate: cheapest remedy first, each a limited number of times, no film given up before its time."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kinds import GateDecision
from models.conductivity_result import Verdict
from models.film_judgement import SpectrumVerdict
from models.quality_gate import FilmSeen, GateLimits, Judged, Tried, judge_quality

LIMITS = GateLimits()
UNREADABLE = "2 of 3 spectra gave no conductivity"


def seen(
    *verdicts: Verdict,
    missing: str = "",
    thickness_um: float | None = 150.0,
    ohm: float = 1e5,
    spreads: dict[float, float] | None = None,
) -> FilmSeen:
    spectra = tuple(
        SpectrumVerdict(temperature_C=30.0 + 10 * place, verdict=verdict, reason="")
        for place, verdict in enumerate(verdicts)
    )
    return FilmSeen(
        thickness_um=thickness_um,
        verdicts=spectra,
        resistance_ohm=(ohm,) * len(spectra),
        spreads=spreads or {},
        missing=missing,
    )


def judge(film: FilmSeen, tried: Tried | None = None) -> Judged:
    return judge_quality(film, tried or Tried(), LIMITS, low_Hz=1.0)


def test_what_can_be_read_is_accepted_and_what_was_left_out_is_said() -> None:
    assert judge(seen(Verdict.ACCEPTED, Verdict.ACCEPTED)).decision is GateDecision.ACCEPT
    judged = judge(seen(Verdict.ACCEPTED, Verdict.NOT_CAUSAL))
    assert judged.decision is GateDecision.ACCEPT
    assert "1 of 2 spectra were left out (not_causal)" in judged.reason


@pytest.mark.parametrize("verdict", [Verdict.NOT_CAUSAL, Verdict.MISFIT, Verdict.NO_INTERCEPT, Verdict.INCOMPLETE])
def test_a_spectrum_that_failed_is_taken_again_over_a_longer_window(verdict: Verdict) -> None:
    judged = judge(seen(Verdict.ACCEPTED, verdict, missing=UNREADABLE))
    assert judged.decision is GateDecision.MEASURE_AGAIN
    assert judged.evidence == {"temperatures_C": [40.0], "twice_at_C": [], "low_Hz": 0.1}
    assert judged.reason == UNREADABLE


@pytest.mark.parametrize("ohm", [10.0, 1e9])
def test_where_the_causality_test_is_blind_it_is_taken_twice(ohm: float) -> None:
    judged = judge(seen(Verdict.NOT_CAUSAL, missing=UNREADABLE, ohm=ohm))
    assert judged.evidence["twice_at_C"] == [30.0]


def test_two_scans_that_differ_are_taken_again_and_then_accepted_with_their_spread() -> None:
    film = seen(Verdict.ACCEPTED, Verdict.ACCEPTED, spreads={30.0: 0.4, 40.0: 0.01})
    judged = judge(film)
    assert judged.decision is GateDecision.MEASURE_AGAIN
    assert judged.evidence["temperatures_C"] == judged.evidence["twice_at_C"] == [30.0]
    last = judge(film, Tried(measurements=LIMITS.most_measurements))
    assert last.decision is GateDecision.ACCEPT
    assert "spread as noise" in last.reason


def test_spectra_that_are_good_are_not_taken_again_for_what_another_measurement_failed_to_tell() -> None:
    film = seen(Verdict.ACCEPTED, Verdict.ACCEPTED, missing="the polarisation had no steady state")
    assert judge(film.model_copy(update={"unread": ("transference_number",)})).evidence["temperatures_C"] == []
    assert judge(film.model_copy(update={"unread": ("log10_conductivity",)})).evidence["temperatures_C"] == [30.0, 40.0]


def test_a_bad_contact_is_pressed_again_then_made_again_then_given_up() -> None:
    film = seen(Verdict.BAD_CONTACT, Verdict.BAD_CONTACT, missing=UNREADABLE)
    assert judge(film).decision is GateDecision.PRESS_AGAIN
    pressed = Tried(pressings=LIMITS.most_pressings)
    assert judge(film, pressed).decision is GateDecision.MAKE_AGAIN
    made = judge(film, pressed.model_copy(update={"films": LIMITS.most_films}))
    assert made.decision is GateDecision.DISCARD
    assert "after 2 films" in made.reason


def test_a_film_that_is_no_film_is_not_accepted_however_good_its_spectra() -> None:
    assert judge(seen(Verdict.ACCEPTED, thickness_um=5.0)).decision is GateDecision.MAKE_AGAIN
    assert judge(seen(Verdict.ACCEPTED, thickness_um=900.0)).decision is GateDecision.PRESS_AGAIN
    assert judge(seen(Verdict.ACCEPTED, thickness_um=None)).decision is GateDecision.ACCEPT, "nobody measured it"


def test_a_window_is_not_made_longer_for_ever() -> None:
    film = seen(Verdict.NO_INTERCEPT, missing=UNREADABLE)
    assert judge_quality(film, Tried(), LIMITS, low_Hz=0.02).evidence["low_Hz"] == 0.01
    assert judge_quality(film, Tried(), LIMITS, low_Hz=0.005).evidence["low_Hz"] == 0.005


films = st.builds(
    seen,
    st.sampled_from(Verdict),
    st.sampled_from(Verdict),
    missing=st.sampled_from(["", UNREADABLE]),
    thickness_um=st.sampled_from([5.0, 150.0, 900.0, None]),
    ohm=st.sampled_from([10.0, 1e5, 1e9]),
    spreads=st.sampled_from([{}, {30.0: 0.5}]),
)


@given(films)
def test_whatever_a_film_shows_an_end_is_reached(film: FilmSeen) -> None:
    """Each decision uses up a try, so no film goes round for ever; one that cannot be read is never accepted."""
    tried = Tried()
    for step in itertools.count():
        judged = judge(film, tried)
        assert judged.reason
        assert step < LIMITS.most_measurements * LIMITS.most_pressings * LIMITS.most_films + 1
        match judged.decision:
            case GateDecision.MEASURE_AGAIN:
                assert judged.evidence["temperatures_C"]
                tried = tried.model_copy(update={"measurements": tried.measurements + 1})
            case GateDecision.PRESS_AGAIN:
                tried = tried.model_copy(update={"pressings": tried.pressings + 1, "measurements": 1})
            case GateDecision.MAKE_AGAIN:
                tried = Tried(films=tried.films + 1)
            case GateDecision.ACCEPT:
                assert not film.missing
                break
            case GateDecision.DISCARD:
                break
