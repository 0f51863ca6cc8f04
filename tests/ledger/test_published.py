"""Literature enters once, whole or not at all."""

import pytest

from chemistry.errors import BadInput
from ledger.film import Film, Reading, Source
from ledger.published import PublishedFilm
from ledger.store import Ledger
from tests.ledger.conftest import formulation


def published(name: str, value: float = -5.0, trust: float = 0.5, source: Source = Source.LITERATURE) -> PublishedFilm:
    readings = tuple(
        Reading(
            property="log10_conductivity", value=value + k, sd=0.3, temperature_C=30.0 + k, source=source, trust=trust
        )
        for k in range(3)
    )
    film = Film(film_id=name, formulation=formulation(0.7), readings=readings)
    return PublishedFilm(film=film, reference="10.1021/acscentsci.2c01123", provenance={"rows": [1, 2, 3]})


def test_literature_comes_back_as_films(ledger: Ledger) -> None:
    given = [published("t:1"), published("t:2", -6.0)]
    added = ledger.add_literature("t", given)
    assert (added.films, added.readings, added.known, added.event) == (2, 6, 0, 1)
    assert ledger.films(sources=[Source.LITERATURE]) == [each.film for each in given]
    assert ledger.films(up_to_event=0) == []
    assert ledger.references() == {"10.1021/acscentsci.2c01123": 2}


def test_a_second_import_adds_nothing(ledger: Ledger) -> None:
    given = [published("t:1"), published("t:2", -6.0)]
    ledger.add_literature("t", given)
    again = ledger.add_literature("t", [*given, given[0]])
    assert (again.films, again.known, again.event) == (0, 2, None)
    more = ledger.add_literature("t", [*given, published("t:3", -7.0)])
    assert (more.films, more.known) == (1, 2)
    assert len(ledger.films()) == 3


def test_another_trust_is_no_other_film(ledger: Ledger) -> None:
    ledger.add_literature("t", [published("t:1", trust=0.5)])
    assert ledger.add_literature("t", [published("t:1", trust=0.9)]).known == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([published("t:9"), published("t:1", -9.0)], "other numbers"),
        ([published("t:9"), published("t:9", -9.0)], "one name"),
        ([published("t:9"), published("t:8", source=Source.MEASURED)], "measured here"),
    ],
)
def test_a_contradiction_is_refused_whole(ledger: Ledger, given: list[PublishedFilm], words: str) -> None:
    ledger.add_literature("t", [published("t:1")])
    with pytest.raises(BadInput, match=words):
        ledger.add_literature("t", given)
    assert ledger.last_event() == 1
    assert len(ledger.films()) == 1


def test_thousands_enter_in_one_event(ledger: Ledger) -> None:
    given = [published(f"t:{number}", -number / 1000) for number in range(600)]
    assert ledger.add_literature("t", given).event == 1
    assert ledger.add_literature("t", given).known == 600
    films = ledger.films()
    assert [film.film_id for film in films] == [f"t:{number}" for number in range(600)]
