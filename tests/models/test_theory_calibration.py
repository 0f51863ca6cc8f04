"""Theory calibrated by few pairs stays near itself and says that it is unsure; by many it is least squares."""

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import PROPERTY_UNITS, Film, Reading, Source
from models.theory_calibration import PRIORS, calibrated_theory, interval_90
from models.theory_pairs import Pair, theory_pairs

SIGMA, REDOX, TRANSFERENCE = "log10_conductivity", "oxidation_limit", "transference_number"
SPANS = {SIGMA: (-7.0, -3.0), REDOX: (3.5, 6.0), TRANSFERENCE: (0.0, 0.6)}


def formulation(place=0, loading=1.5, unit="*CCO*"):
    """A different chain length for each place: other formulations."""
    polymer = Polymer.model_validate({"units": [unit], "molar_mass_kg_mol": 10.0 + place})
    return Formulation(polymer=polymer, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)


def pairs(name, number, random, intercept=0.0, slope=1.0, scatter=0.0, sd=0.0):
    x = random.uniform(*SPANS[name], number)
    y = intercept + slope * x + random.normal(0, 1, number) * scatter
    return [Pair(formulation(i), 60.0, float(t), float(e), sd) for i, (t, e) in enumerate(zip(x, y, strict=True))]


def test_every_property_of_the_ledger_can_be_calibrated():
    assert set(PRIORS) == set(PROPERTY_UNITS)
    with pytest.raises(BadInput, match="'colour' is not calibrated"):
        calibrated_theory("colour", [])


@pytest.mark.parametrize("name", SPANS)
def test_without_a_pair_the_answer_is_theory_in_a_wide_interval(name):
    x = np.linspace(*SPANS[name], 5)
    mean, sd = calibrated_theory(name, [], centre=float(x.mean())).foretell(x)
    assert mean == pytest.approx(x)
    assert (sd > np.hypot(PRIORS[name].offset, PRIORS[name].scatter)).all()


@pytest.mark.parametrize("name", SPANS)
def test_few_pairs_narrow_it_and_leave_the_slope_near_one(name):
    random = np.random.default_rng(1)
    scatter = PRIORS[name].scatter
    x = np.linspace(*SPANS[name], 5)
    widths = []
    for number in (0, 1, 3, 30):
        drawn = [pairs(name, number, random, scatter, slope=1.0, scatter=scatter / 2) for _ in range(20)]
        lines = [calibrated_theory(name, own, centre=float(x.mean())) for own in drawn]
        widths.append(np.mean([line.foretell(x)[1] for line in lines]))
        if number <= 3:
            assert np.mean([abs(line.line()["slope"] - 1) for line in lines]) < PRIORS[name].slope / 2
    assert (np.diff(widths) < 0).all()


@pytest.mark.parametrize("name", SPANS)
def test_many_pairs_reach_least_squares(name):
    scatter = PRIORS[name].scatter / 2
    many = pairs(name, 400, np.random.default_rng(2), intercept=0.5, slope=0.6, scatter=scatter, sd=0.01 * scatter)
    line = calibrated_theory(name, many).line()
    slope, intercept = np.polyfit([p.theory for p in many], [p.experiment for p in many], 1)
    assert line["slope"] == pytest.approx(slope, abs=0.02)
    assert line["intercept"] == pytest.approx(intercept, abs=0.02 * max(map(abs, SPANS[name])))
    assert line["scatter"] == pytest.approx(scatter, rel=0.1)


@pytest.mark.parametrize("name", SPANS)
@pytest.mark.parametrize("number", [0, 3, 40, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 10))])
def test_intervals_cover_what_they_promise(name, number):
    """Lines, scatters and pairs drawn as the priors say: nine of ten experiments lie in their interval."""
    random = np.random.default_rng(3)
    prior, middle = PRIORS[name], float(np.mean(SPANS[name]))
    inside = []
    for _ in range(120):
        offset, slope = random.normal(0, prior.offset), random.normal(1, prior.slope)
        scatter = prior.scatter * np.exp(random.normal(0, 0.8))
        intercept = offset + (1 - slope) * middle
        own = pairs(name, number, random, intercept, slope, scatter)
        asked = pairs(name, 5, random, intercept, slope, scatter)
        line = calibrated_theory(name, own, centre=middle)
        low, high = interval_90(*line.foretell(np.array([one.theory for one in asked])))
        inside += [lo <= one.experiment <= hi for lo, one, hi in zip(low, asked, high, strict=True)]
    assert 0.85 < np.mean(inside) < 0.97


def test_temperatures_of_one_formulation_count_for_less_than_as_many_formulations():
    random = np.random.default_rng(4)
    many = pairs(SIGMA, 12, random, intercept=1.0, scatter=0.3)
    one = [Pair(formulation(0), 40.0 + i, p.theory, p.experiment, p.experiment_sd) for i, p in enumerate(many)]
    of_many, of_one = (calibrated_theory(SIGMA, own) for own in (many, one))
    assert (of_many.formulations, of_one.formulations) == (12, 1)
    assert of_one.line()["offset_sd"] > 1.5 * of_many.line()["offset_sd"]


def test_an_experiment_that_is_unsure_says_little():
    x = np.array([-5.0])
    near, far = (
        calibrated_theory(SIGMA, [Pair(formulation(), 60.0, -5.0, -3.0, sd)], centre=-5.0).foretell(x)[0]
        for sd in (0.1, 3.0)
    )
    assert -5.0 < far < near < -3.0


def film(name, given, *readings):
    return Film(
        film_id=name,
        formulation=given,
        readings=tuple(
            Reading(property=SIGMA, value=value, sd=0.1, temperature_C=T, source=source, **dict(more))
            for source, T, value, *more in readings
        ),
    )


def test_pairs_are_of_one_formulation_and_one_temperature():
    md, own = Source.MD, Source.MEASURED
    films = [
        film("simulated", formulation(loading=1.5), (md, 79.85, -4.0), (md, 120.0, -3.0)),
        film("made", formulation(7, loading=1.6), (own, 60.0, -5.0), (own, 80.0, -4.6), (own, 82.0, -4.5)),
        film("made again", formulation(8, loading=1.4), (own, 80.0, -4.4)),
        film("too much salt", formulation(loading=2.5), (own, 80.0, -9.0)),
        film("another polymer", formulation(unit="*CC(C)O*"), (own, 80.0, -9.0)),
        film("read from its law", formulation(), (own, 80.0, -9.0, ("derived", True))),
    ]
    (pair,) = theory_pairs(films, SIGMA, md)
    assert (pair.theory, pair.temperature_C) == (-4.0, 79.85)
    assert pair.experiment == pytest.approx(-4.5)
    assert pair.experiment_sd == pytest.approx(0.1)
    assert theory_pairs(films, SIGMA, Source.DFT) == []
    assert theory_pairs(films[::-1], SIGMA, md) == [pair]
