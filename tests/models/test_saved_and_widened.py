"""Weights go out of the ledger and come back with the same predictions; a widened model is less sure, and no other."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from chemistry.catalogue import polymer, salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from models.campaign_models import any_surrogate, fit_for_planner, why_not_for_planner
from models.cross_fit import assess, foretold_of, splits_of
from models.gaussian_process import GaussianProcess
from models.protocols import Condition, JointModel
from models.rescaled import interleaved
from models.saved import load_packed, pack
from models.widened import Widened

SIGMA, STIFF = "log10_conductivity", "log10_storage_modulus"
ASKED = [Condition(SIGMA, 30.0), Condition(STIFF, 30.0)]


def formulation(loading=1.0, host="PEO"):
    return Formulation(polymer=polymer(host), salt=salt("LiTFSI"), salt_molality_mol_kg=loading)


def film(place, loading, host="PEO"):
    def read(name, value):
        return Reading(property=name, value=value, sd=0.02, temperature_C=30.0)

    readings = (read(SIGMA, -5.0 - (loading - 1.5) ** 2), read(STIFF, loading / 2))
    return Film(film_id=f"film {place}", formulation=formulation(loading, host), readings=readings)


@pytest.fixture(scope="module")
def films():
    hosts = ("PEO", "PTHF", "PPO")
    return [film(i, 0.5 + 0.2 * i, hosts[i % 3]) for i in range(9)]


@pytest.fixture(scope="module")
def fitted(films):
    return GaussianProcess().fit(films)


@pytest.mark.parametrize("name", ["gaussian_process", "support_vectors"])
def test_packed_weights_come_back_with_the_same_predictions(films, name):
    learnt = any_surrogate(name).fit(films)
    again = load_packed(pack(learnt))
    asked = [formulation(0.7), formulation(1.9, "PTHF")]
    for one, other in zip(
        vars(learnt.posterior(asked, ASKED)).values(), vars(again.posterior(asked, ASKED)).values(), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def changed(content: bytes, **told: object) -> bytes:
    """The archive with some of its configuration changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "configuration.json":
                data = json.dumps({**json.loads(data), **told}).encode()
            new.writestr(name, data)
    return packed.getvalue()


def test_weights_of_another_format_are_refused_in_words(fitted):
    content = pack(fitted)
    for wrong, words in [
        (b"no archive", "no archive that ionloop wrote"),
        (changed(content, format=99), "are broken or of another version"),
        (changed(content, surrogate="oracle"), "a model 'oracle'"),
        (changed(content, properties={SIGMA: {}}), "are broken or of another version"),
    ]:
        with pytest.raises(BadInput, match=words):
            load_packed(wrong)


def test_an_archive_that_points_elsewhere_is_refused(tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("configuration.json", "{}")
        archive.writestr("../outside.txt", "x")
    with pytest.raises(BadInput, match="no archive"):
        load_packed(packed.getvalue())


def test_widening_multiplies_the_sd_of_its_property_and_nothing_else(fitted):
    wide = Widened(fitted, {SIGMA: 2.0})
    assert isinstance(wide, JointModel)
    asked = [formulation(0.7), formulation(1.9)]
    plain, wider = fitted.posterior(asked, ASKED), wide.posterior(asked, ASKED)
    np.testing.assert_array_equal(wider.mean, plain.mean)
    np.testing.assert_array_equal(wider.film_sd, plain.film_sd)
    np.testing.assert_allclose(wider.sd, plain.sd * [2.0, 1.0])


@pytest.mark.parametrize("conditions", [ASKED[:1], ASKED])
def test_botorch_sees_the_widened_covariance(fitted, conditions):
    features = torch.from_numpy(fitted.features([formulation(0.7), formulation(1.9), formulation(2.2)]))
    plain: Any = fitted.botorch_model(conditions).posterior(features)
    wide = Widened(fitted, {SIGMA: 3.0}).botorch_model(conditions)
    wider: Any = wide.posterior(features)
    each = torch.tensor([3.0, 1.0][: len(conditions)], dtype=torch.double)
    factors = each.repeat(3) if len(conditions) > 1 and interleaved(plain.distribution) else each.repeat_interleave(3)
    expected = plain.distribution.covariance_matrix * factors[:, None] * factors
    torch.testing.assert_close(wider.distribution.covariance_matrix, expected)
    one: Any = wide.posterior(features, output_indices=[0])
    torch.testing.assert_close(one.mean[..., 0], plain.mean[..., 0])


def test_a_model_without_a_joint_posterior_is_refused_for_the_planner_in_words():
    assert why_not_for_planner("gaussian_process") == ""
    assert "no joint posterior" in why_not_for_planner("average")
    assert "there is no model 'oracle'" in why_not_for_planner("oracle")
    with pytest.raises(BadInput, match="no joint posterior"):
        fit_for_planner("forest", [film(0, 1.0)])
    with pytest.raises(BadInput, match="there is no model 'oracle'"):
        any_surrogate("oracle")


def test_every_split_that_the_films_allow_and_why_the_others_are_not(films):
    found, why = splits_of(films, in_order=True)
    assert set(found) == {"random", "formulation", "polymer", "time"}
    assert set(why) == {"paper"}
    assert len(found["polymer"]) == 3
    for fold in found["polymer"]:
        hosts = [{films[i].formulation.polymer for i in part} for part in (fold.train, fold.test)]
        assert not hosts[0] & hosts[1]
    assert all(fold.train.max() < fold.test.min() for fold in found["time"])
    found, why = splits_of(films[:2])
    assert (found, set(why)) == ({}, {"random", "formulation", "polymer", "paper", "time"})
    assert "paper" in splits_of(films, references=["a", "b", "c"] * 3)[0]


def test_a_model_is_scored_on_films_that_it_was_not_given(films):
    seen: list[int] = []

    class Spy(GaussianProcess):
        def fit(self, films):
            seen.append(len(films))
            return super().fit(films)

    splits, _ = splits_of(films, folds=3)
    other = [film(99, 3.0)]
    figures = assess(Spy(), films, {"formulation": splits["formulation"]}, other)
    assert seen == [7, 7, 7], "six films and the one that is always trained on"
    told = figures["formulation"][SIGMA]
    assert told["n"] == len(films)
    assert set(told["calibration"]) >= {"0.05", "0.5", "0.95"}


def test_what_a_fit_foretells_carries_the_films_scatter_and_the_readings_noise(films, fitted):
    new = film(77, 2.9)
    told = {one.property: one for one in foretold_of(fitted, [new])}
    plain = fitted.posterior([new.formulation], ASKED)
    assert told[SIGMA].sd == pytest.approx((plain.sd[0, 0] ** 2 + plain.film_sd[0] ** 2 + 0.02**2) ** 0.5)
    assert told[SIGMA].mean == plain.mean[0, 0]
    direct = {one.property: one for one in fitted.foretold([new])}
    assert direct[SIGMA].mean == pytest.approx(told[SIGMA].mean)
    assert foretold_of(GaussianProcess().fit([film(1, 1.0)]), []) == []
