"""Every surrogate by its name is saved, loaded and screens a pool, and says the same afterwards."""

import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading
from models.campaign_models import CAMPAIGN_MODELS, any_surrogate
from models.crew import Alone
from models.evaluation import CONDUCTIVITY
from models.learning_table import Points
from models.protocols import Condition, Fitted, Posterior
from models.saved import load_named, pack, unpack
from models.screening.grid import Grid
from models.screening.judge import judge_of
from models.screening.left_out import LeftOut
from models.screening.map import pool_map
from models.screening.question import Question
from models.screening.screen import screen
from models.surrogates import NAMES

GRID = Grid((salt("LiTFSI"),), (0.05, 0.1), "Li/O", (40.0, 60.0, 140.0))
QUICK = {"forest", "extra_trees", "boosting", "support_vectors", "average", *CAMPAIGN_MODELS}
POOL = ("*CCO*", "*CC(C)O*", "*CCOC(=O)O*", "*CCCCCOC(C)O*", "*CCSCCO*")


def film(carbons: int, loading: float) -> Film:
    host = Polymer.model_validate({"units": ["*" + "C" * carbons + "O*"]})
    given = Formulation(polymer=host, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)
    readings = tuple(
        Reading(property=CONDUCTIVITY, value=-7 - 0.1 * carbons + 0.02 * t + 0.1 * loading, sd=0.1, temperature_C=t)
        for t in (30.0, 60.0, 90.0)
    )
    return Film(film_id=f"{carbons} {loading}", formulation=given, readings=readings)


FILMS = [film(carbons, loading) for carbons in (2, 3, 4, 5, 6, 8) for loading in (0.5, 1.0, 2.0)]


def said(fitted: Fitted) -> Posterior:
    made = [film(carbons, 1.2).formulation for carbons in (2, 7)]
    return fitted.posterior(made, [Condition(CONDUCTIVITY, 25.0), Condition(CONDUCTIVITY, 70.0)])


def ranked(fitted: Fitted, name: str, pool: Path) -> list[dict[str, object]]:
    judge = judge_of(fitted, name)
    told = screen(pool, Question(GRID, top=12), judge, Alone(judge), LeftOut())
    return [asdict(hit) for hit in told.hits]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in (*CAMPAIGN_MODELS, *NAMES)]
)
def test_what_is_saved_and_loaded_says_and_ranks_the_same(tmp_path: Path, name: str) -> None:
    fitted = any_surrogate(name).fit(FILMS)
    unpack(pack(fitted), tmp_path / "kept")
    called, loaded = load_named(tmp_path / "kept")
    assert called == name
    ours, theirs = said(fitted), said(loaded)
    for part in ("mean", "sd", "film_sd"):
        np.testing.assert_allclose(getattr(theirs, part), getattr(ours, part), rtol=1e-12)
    pool = tmp_path / "pool.csv"
    pool.write_text("smiles\n" + "\n".join(POOL) + "\n")
    hits = ranked(loaded, name, pool)
    assert hits == ranked(fitted, name, pool)
    assert len(hits) == 12
    assert all(math.isfinite(hit["mean"]) and hit["sd"] > 0 and hit["lower"] < hit["mean"] for hit in hits)  # pyright: ignore[reportArgumentType, reportOperatorIssue]
    # 140 °C lies beyond the films, and so does sulphur: both are said, and nothing is left out for it.
    assert all(hit["outside"] for hit in hits if hit["temperature_C"] == 140.0)


def test_a_process_says_what_a_posterior_says_with_the_scatter_of_films(tmp_path: Path) -> None:
    fitted = any_surrogate("gaussian_process").fit(FILMS)
    judge = judge_of(fitted)
    made = film(7, 1.2).formulation
    whole = np.zeros(2, dtype=int)
    points = Points(
        (made.polymer,), (salt("LiTFSI"),), (((), ()),), whole, whole, whole, whole + 1.2, np.array([25, 70])
    )
    told, own = judge.foretell(points, CONDUCTIVITY), said(fitted)
    assert told.mean == pytest.approx(own.mean[1])
    assert (told.sd > np.hypot(own.sd[1], own.film_sd)).all()
    assert told.outside.tolist() == [1, 0]  # colder than any film
    assert judge.outside(points, CONDUCTIVITY)[0] == ("temperature",)
    assert "cannot be told" in judge.notes[0]
    with pytest.raises(BadInput, match="does not keep the polymers"):
        pool_map(judge, CONDUCTIVITY, ["*CCO*"], GRID)


def test_a_model_that_cannot_say_what_it_learnt_is_refused_in_words() -> None:
    class Mute:
        def posterior(self, formulations: object, conditions: object) -> Posterior:
            raise NotImplementedError

        def save(self, folder: Path) -> None: ...

    with pytest.raises(BadInput, match="the model 'mute' cannot screen"):
        judge_of(Mute(), "mute")
