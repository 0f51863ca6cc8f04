"""Browsing: what people read is what the ledger holds, filtered and paged, the same on either database."""

import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from ledger.amendments import Change
from ledger.browsing import Browsing, Holds, Question, Sort
from ledger.errors import LedgerError
from ledger.film import Film, Reading, Source
from ledger.kinds import GateDecision
from ledger.published import PublishedFilm
from ledger.store import Ledger
from ledger.tables import Row
from tests.ledger.conftest import Measured, film_on, formulation


def published(name: str, host: str, lithium: str, *values: float, reference: str = "10.1/a") -> PublishedFilm:
    of = Formulation(polymer=polymer(host), salt=salt(lithium), salt_molality_mol_kg=1.0)
    readings = tuple(
        Reading(
            property="log10_conductivity",
            value=v,
            sd=0.3,
            temperature_C=20.0 + 10 * n,
            source=Source.LITERATURE,
            trust=0.5,
        )
        for n, v in enumerate(values)
    )
    return PublishedFilm(film=Film(film_id=name, formulation=of, readings=readings), reference=reference)


@pytest.fixture
def browsing(ledger: Ledger, measured: Measured) -> Browsing:
    """A measured film with an amended and a retracted reading, and three published films."""
    experiment, sample = measured()
    ledger.decide(experiment.id, sample.id, GateDecision.ACCEPT, "all can be read", {})
    ledger.observe(experiment.id, film_on(sample.id, formulation(), -5.0, -4.5, -4.0))
    first, second, _ = ledger.observations(sample.id)
    ledger.amend([Change(observation_id=first.id, value=-5.2)], by="Ada", note="thinner")
    ledger.amend([Change(observation_id=second.id, value=None)], by="Bea", note="wrong vial")
    films = [
        published("table:1", "PEO", "LiTFSI", -6.0, -5.5),
        published("table:2", "PEO", "LiFSI", -6.1),
        published("table:3", "PCL", "LiTFSI", -7.0, -6.5, -6.2, reference="10.1/100%_real"),
    ]
    ledger.add_literature("table", films)
    return Browsing(ledger)


def found(browsing: Browsing, **asked: object) -> list[float]:
    page = browsing.observations(Question.model_validate(asked))
    assert page.total == len(page.items)
    return [item.value for item in page.items]


def test_what_holds_is_shown_first_and_the_rest_on_request(browsing: Browsing) -> None:
    assert found(browsing, published=False) == [-5.2, -4.0]
    assert found(browsing, published=False, holds="any", descending=False) == [-5.0, -4.5, -4.0, -5.2]
    assert found(browsing, holds=Holds.REPLACED) == [-5.0]
    assert found(browsing, holds=Holds.TAKEN_BACK) == [-4.5]
    assert found(browsing, amended=True) == [-5.2]
    assert found(browsing, amended=False, published=False) == [-4.0]


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ({"polymer": "peo", "published": True}, [-6.1, -5.5, -6.0]),
        ({"polymer": "*CCO*", "salt": "litfsi"}, [-5.5, -6.0]),
        ({"salt": "LiFSI"}, [-6.1]),
        ({"text": "PCL litfsi"}, [-6.2, -6.5, -7.0]),
        ({"text": "100%_REAL"}, [-6.2, -6.5, -7.0]),
        ({"text": "0%x"}, []),
        ({"text": "TABLE:2"}, [-6.1]),
        ({"film_id": "table:2"}, [-6.1]),
        ({"source": "measured"}, [-5.2, -4.0]),
        ({"coldest_C": 25.0, "hottest_C": 30.0, "published": True}, [-6.5, -5.5]),
        ({"least": -5.3, "most": -5.0}, [-5.2]),
        ({"property": "glass_transition"}, []),
        ({"verdict": "accept"}, [-5.2, -4.0]),
        ({"verdict": "discard"}, []),
        ({"campaign_id": 4711}, []),
    ],
)
def test_filters(browsing: Browsing, asked: dict[str, object], values: list[float]) -> None:
    assert found(browsing, **asked) == values


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_every_observation_once_in_one_order(browsing: Browsing, sort: Sort, descending: bool) -> None:
    whole = browsing.observations(Question(sort=sort, descending=descending)).items
    paged = [
        item
        for offset in range(0, len(whole) + 3, 3)
        for item in browsing.observations(Question(sort=sort, descending=descending, offset=offset, limit=3)).items
    ]
    assert paged == list(whole)
    assert len({item.id for item in whole}) == len(whole) == 8
    if sort is Sort.VALUE:
        assert [item.value for item in whole] == sorted((i.value for i in whole), reverse=descending)


def test_a_film_tells_its_whole_history(ledger: Ledger, campaign: int, browsing: Browsing) -> None:
    sample = ledger.samples(ledger.experiments(campaign)[0].id)[0].id
    told = browsing.film(sample)
    assert (told.film.campaign, told.film.run, told.film.experiment) == ("peo_salts", 1, 1)
    assert told.suggestion is not None
    assert (told.suggestion.planner, told.suggestion.number) == ("sobol", 1)
    assert [(a.by, a.before, a.after) for a in told.amendments] == [("Ada", -5.0, -5.2), ("Bea", -4.5, None)]
    assert [row.holds for row in told.observations] == [Holds.REPLACED, Holds.TAKEN_BACK, Holds.NOW, Holds.NOW]
    assert [d.decision for d in told.decisions] == [GateDecision.ACCEPT]
    assert [h.kind for h in told.happenings][:3] == ["suggested", "experiment moved", "sample added"]
    assert told.samples[0].thickness_um == 150.0


def test_a_sample_without_a_result_is_told_too(ledger: Ledger, campaign: int, measured: Measured) -> None:
    experiment, sample = measured()
    ledger.move(experiment.id, "discarded", "it cracked")
    told = Browsing(ledger).film(sample.id)
    assert (told.state, told.why, told.observations) == ("discarded", "it cracked", ())


def test_an_unknown_film_is_said_to_be_unknown(browsing: Browsing) -> None:
    with pytest.raises(LedgerError, match="no film 'nowhere'"):
        browsing.film("nowhere")


def test_campaigns_and_counts(browsing: Browsing) -> None:
    (told,) = browsing.campaigns()
    assert (told.name, told.experiments, told.films, told.observations) == ("peo_salts", {"observed": 1}, 1, 2)
    counts = browsing.counts()
    assert (counts.campaigns, counts.films, counts.published_films, counts.observations) == (1, 4, 3, 8)


def test_films_are_found_by_their_words(browsing: Browsing) -> None:
    page = browsing.films(text="peo")
    assert (page.total, [film.film_id for film in page.items][:2]) == (3, ["table:2", "table:1"])
    assert browsing.films(limit=1, offset=3).items[0].campaign == "peo_salts"


def test_no_row_of_a_table_goes_out(ledger: Ledger, campaign: int, browsing: Browsing) -> None:
    """A row could be changed by whoever gets it, and drags a session behind it."""

    def rows_in(value: object) -> list[object]:
        if isinstance(value, Row):
            return [value]
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        fields = (getattr(value, name) for name in getattr(type(value), "model_fields", ()))
        return [row for part in (*inner, *fields) for row in rows_in(part)]

    sample = ledger.samples(ledger.experiments(campaign)[0].id)[0].id
    answers = (browsing.film(sample), browsing.campaigns(), browsing.observations(Question()), browsing.films())
    assert rows_in(answers) == []


@pytest.mark.parametrize(
    "asked", [{"property": "colour"}, {"coldest_C": 2.0, "hottest_C": 1.0}, {"limit": 501}, {"text": "\0"}]
)
def test_a_question_that_means_nothing_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"property|lies above|less than|null"):
        Question.model_validate(asked)
