"""A search of settings never sees the test fold, goes on where it was stopped, and is the same either way."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import models.tuning as tuning
from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from flows.cli.main import main
from ledger.film import Film, Reading
from models.averaged import Averaged
from models.comparison import Comparison
from models.evaluation import CONDUCTIVITY
from models.searched_settings import settings_of, with_settings
from models.splits import polymer_group
from models.surrogates import NAMES, surrogate
from models.tuning import WHOLE, tune


def film(carbons, loading):
    host = Polymer.model_validate({"units": ["*" + "C" * carbons + "O*"]})
    given = Formulation(polymer=host, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)
    readings = tuple(
        Reading(property=CONDUCTIVITY, value=-2 - 0.1 * carbons + 0.02 * t, sd=0.1, temperature_C=t)
        for t in (40.0, 80.0)
    )
    return Film(film_id=f"{carbons} {loading}", formulation=given, readings=readings)


FILMS = [film(n, x) for n in range(1, 13) for x in (0.5, 1.5)]


def comparison(model="support_vectors", **changed):
    given = {"films": FILMS, "references": [""] * len(FILMS), "split": "polymer", "models": [model], "folds": 2}
    return Comparison(**(given | changed))


def test_a_search_that_was_stopped_ends_as_one_that_was_not(tmp_path):
    whole = tune(comparison(), tmp_path / "whole.log", trials=4)
    lines = []
    tune(comparison(), tmp_path / "parts.log", trials=2, told=lines.append)
    again = []
    resumed = tune(comparison(), tmp_path / "parts.log", trials=4, told=again.append)
    assert resumed == whole
    assert whole.trials == {"fold 1": 4, "fold 2": 4, WHOLE: 4}
    assert sum("trial" in line for line in again) == 6
    assert whole.outer is not None
    assert whole.outer.n == sum(len(film.readings) for film in FILMS)
    assert set(whole.settings) == {
        f"support_vectors.{s.name}" for s in settings_of(surrogate("support_vectors"))["support_vectors"]
    }


def test_no_trial_sees_the_polymers_of_its_test_fold(tmp_path, monkeypatch):
    seen, plain = [], tuning.evaluate

    def watched(model, train, test, *rest):
        groups = [frozenset(polymer_group(f.formulation.polymer) for f in films) for films in (train, test)]
        seen.append((model.calibrate, *groups))
        return plain(model, train, test, *rest)

    monkeypatch.setattr(tuning, "evaluate", watched)
    tune(comparison(), tmp_path / "search.log", trials=1)
    outer = [(train, test) for calibrated, train, test in seen if calibrated]
    assert len(outer) == 2
    place = 0
    for calibrated, train, test in seen:
        if calibrated:
            place += 1
        elif place < 2:  # trials of an outer fold come before its score
            assert not (train | test) & outer[place][1]
        assert not train & test


def test_no_time_means_no_score_and_no_settings(tmp_path):
    told = tune(comparison(), tmp_path / "search.log", trials=3, budget_s=-1.0)
    assert (told.outer, told.settings, told.inner_mae) == (None, {}, None)


def test_settings_reach_the_methods_that_they_name():
    for name in NAMES:
        model = surrogate(name)
        if isinstance(model, Averaged):
            changed = with_settings(model, {"extra_trees.rows_in_leaf": 7})
            assert [m.name for m in changed.methods] == [m.name for m in model.methods]
            for method in changed.methods:
                assert (getattr(method, "rows_in_leaf", None) == 7) == (method.name == "extra_trees")


def test_every_setting_that_is_searched_is_one_of_its_method():
    for name in ("forest", "boosting", "support_vectors", "kernel_ridge", "tanimoto_process", "average"):
        model = surrogate(name)
        for method, settings in settings_of(model).items():
            tried = {f"{method}.{setting.name}": setting.high for setting in settings}
            (changed,) = [m for m in with_settings(model, tried).methods if m.name == method]
            assert {f"{method}.{s.name}": getattr(changed, s.name) for s in settings} == tried
    assert {s.name for s in settings_of(surrogate("kernel_ridge"))["kernel_ridge"]} == {
        "penalty",
        "width",
        "rows_of_a_group",
    }


def test_a_model_without_settings_is_refused():
    with pytest.raises(BadInput, match="has no settings to tune"):
        settings_of(SimpleNamespace(name="fixed"))
    with pytest.raises(BadInput, match="there is no model"):
        tune(comparison("nonsense"), Path("never.log"), trials=1)


def test_a_file_that_is_no_record_is_refused(tmp_path):
    record = tmp_path / "other.log"
    record.write_text("this is no journal\nat all\n")
    with pytest.raises(BadInput, match="no record of a search"):
        tune(comparison(), record, trials=1)


def test_the_command_prints_settings_and_the_outer_score(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tfsi = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
    rows = [f"[Cu]{'C' * n}O[Au],{-5 - 0.1 * n},,{tfsi},{x},60" for n in range(1, 9) for x in (1, 2)]
    Path("a.csv").write_text("\n".join(["smiles,conductivity,mw,salt smiles,molality,temperature", *rows]))
    words = ["models", "tune", "a.csv", "--model", "support_vectors", "--folds", "2", "--trials", "1", "--json"]
    monkeypatch.setattr(sys, "argv", ["ionloop", *words])
    with pytest.raises(SystemExit) as end:
        main()
    told = json.loads(capsys.readouterr().out)
    assert end.value.code in {0, None}
    assert told["outer"]["n"] == 16
    assert np.isfinite(told["inner_mae"])
    assert Path("tune-a.log").exists()
