"""Films that are read without a lab: unbiased, with the errors that are stated, those of one property shared."""

import numpy as np
import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from ledger.film import PROPERTY_UNITS
from sim.twin.readings import ERRORS, read_film, truth

FILM = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.2)
TEMPERATURES = {name: None if name == "glass_transition" else 60.0 for name in ERRORS}


def test_every_property_has_a_truth_in_the_ledgers_unit() -> None:
    assert set(ERRORS) <= set(PROPERTY_UNITS)
    assert all(np.isfinite(truth(FILM, name, T)) for name, T in TEMPERATURES.items())
    with pytest.raises(KeyError):
        truth(FILM, "colour", 30.0)


@pytest.mark.parametrize("name", ERRORS)
def test_readings_scatter_about_the_truth_by_both_errors(name: str) -> None:
    random, T = np.random.default_rng(0), TEMPERATURES[name]
    films = [read_film(FILM, str(n), [(name, T)], random) for n in range(400)]
    off = np.array([film.readings[0].value for film in films]) - truth(FILM, name, T)
    sd = float(np.hypot(*ERRORS[name]))
    assert abs(off.mean()) < 4 * sd / 20
    assert off.std() == pytest.approx(sd, rel=0.15)
    assert films[0].readings[0].sd == ERRORS[name].reading
    assert read_film(FILM, "", [(name, T)], None).readings[0].value == truth(FILM, name, T)


def test_temperatures_of_one_film_share_its_error_and_other_properties_do_not() -> None:
    asked = [("log10_conductivity", 30.0), ("log10_conductivity", 60.0), ("log10_storage_modulus", 30.0)]
    random = np.random.default_rng(1)
    read = np.array([[r.value for r in read_film(FILM, str(n), asked, random).readings] for n in range(300)])
    off = read - [truth(FILM, name, T) for name, T in asked]
    cold, warm, stiff = off.T
    assert (cold - warm).std() < 0.02 < 0.08 < cold.std()
    assert abs(float((cold * stiff).mean())) < 0.2 * cold.std() * stiff.std()
    assert [r.value for r in read_film(FILM, "a", asked, np.random.default_rng(1)).readings] == read[0].tolist()
