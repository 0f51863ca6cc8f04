"""A table that is mended and imported again: nothing counts twice, nothing is lost, and it can be taken back."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from ledger.amendments import Change, Marked
from ledger.film import Film
from ledger.kinds import EventKind
from ledger.literature import read_table
from ledger.store import Ledger
from tests.ledger.conftest import Suggest

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
PEO = [f"[Cu]OCC[Au],{value},,{TFSI},1,{t}" for t, value in ((40, -6), (60, -5), (80, -4.5))]
OTHER = [f"[Cu]OCCC[Au],-7,,{TFSI},1,60"]
HALF = "[Cu]OCC[Au],-4.2,,,,90"


def brought(ledger: Ledger, folder: Path, *rows: str, mended: bool = True, was: str = "") -> tuple[int, int, int]:
    """Imports rows as one table; films added, taken back, and back again."""
    folder.mkdir(exist_ok=True)
    path = folder / "table.csv"
    path.write_text("\n".join(["smiles,conductivity,mw,salt smiles,molality,temperature", *rows]) + "\n")
    places = {str(path), was or str(path)} if mended else ()
    added = ledger.add_literature("bradford: table.csv", read_table(path, "bradford").films, replaces=places)
    return added.films, added.taken_back, added.back


def holding(ledger: Ledger) -> list[float]:
    films: list[Film] = ledger.films(sources=["literature"])
    return sorted(reading.value for film in films for reading in film.readings)


def test_a_row_that_was_mended_counts_once(ledger: Ledger, tmp_path: Path) -> None:
    assert brought(ledger, tmp_path, *PEO, HALF, *OTHER) == (2, 0, 0)
    assert holding(ledger) == [-7, -6, -5, -4.5]
    mended = f"[Cu]OCC[Au],-4.2,,{TFSI},1,90"
    assert brought(ledger, tmp_path, *PEO, mended, *OTHER) == (1, 1, 0)
    assert holding(ledger) == [-7, -6, -5, -4.5, -4.2]
    assert brought(ledger, tmp_path, *PEO, mended, *OTHER) == (0, 0, 0)


def test_what_was_taken_back_comes_back_with_the_table(ledger: Ledger, tmp_path: Path) -> None:
    brought(ledger, tmp_path, *PEO, *OTHER)
    before = ledger.last_event()
    assert brought(ledger, tmp_path, *PEO) == (0, 1, 0)
    assert holding(ledger) == [-6, -5, -4.5]
    assert brought(ledger, tmp_path, *PEO, *OTHER) == (0, 0, 1)
    assert holding(ledger) == [-7, -6, -5, -4.5]
    assert sum(len(film.readings) for film in ledger.films(sources=["literature"], up_to_event=before)) == 4


def test_without_being_told_nothing_is_taken_back_and_what_lies_beside_is_counted(
    ledger: Ledger, tmp_path: Path
) -> None:
    brought(ledger, tmp_path, *PEO, *OTHER)
    assert brought(ledger, tmp_path, *PEO[:2], *OTHER, mended=False) == (1, 0, 0)
    films = read_table(tmp_path / "table.csv", "bradford").films
    assert ledger.left_beside(films) == 1
    (tmp_path / "table.csv").rename(tmp_path / "another.csv")
    assert ledger.left_beside(read_table(tmp_path / "another.csv", "bradford").films) == 0


def test_what_a_person_took_back_stays_so(ledger: Ledger, tmp_path: Path) -> None:
    brought(ledger, tmp_path, *OTHER)
    ledger.amend([Change(observation_id=1, value=None)], by="Ada", note="a slip in the paper")
    assert brought(ledger, tmp_path, *PEO) == (1, 0, 0)
    assert brought(ledger, tmp_path, *PEO, *OTHER) == (0, 0, 0)
    assert holding(ledger) == [-6, -5, -4.5]
    retracted = [event.payload["by"] for event in ledger.events() if event.kind == EventKind.RETRACTED]
    assert retracted == ["Ada"]


def test_what_a_person_said_of_single_readings_comes_back_with_the_film(ledger: Ledger, tmp_path: Path) -> None:
    brought(ledger, tmp_path, *PEO, *OTHER)
    ledger.amend([Change(observation_id=1, value=-6.3)], by="Ada", note="read off the figure again")
    ledger.amend([Change(observation_id=2, value=None)], by="Ada", note="a slip in the paper")
    as_ada_said = [reading for film in ledger.films(sources=["literature"]) for reading in film.readings]
    for _ in range(2):
        assert brought(ledger, tmp_path, *OTHER) == (0, 1, 0)
        assert holding(ledger) == [-7]
        assert brought(ledger, tmp_path, *PEO, *OTHER) == (0, 0, 1)
        assert holding(ledger) == [-7, -6.3, -4.5]
    assert [r for film in ledger.films(sources=["literature"]) for r in film.readings] == as_ada_said


def test_another_format_of_the_same_file_is_another_table(ledger: Ledger, tmp_path: Path) -> None:
    brought(ledger, tmp_path, *PEO)
    path = tmp_path / "table.csv"
    path.write_text("SMILES,tg\n*CCO*,-60\n*CC(C)O*,-70\n")
    films = read_table(path, "tg").films
    added = ledger.add_literature("tg: table.csv", films, replaces={str(path)})
    assert (added.films, added.taken_back, ledger.left_beside(films)) == (2, 0, 0)
    assert brought(ledger, tmp_path, *PEO) == (0, 0, 0)
    assert holding(ledger) == [-70, -60, -6, -5, -4.5]


def test_two_tables_of_one_name_do_not_replace_each_other(ledger: Ledger, tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    brought(ledger, here, *PEO)
    assert brought(ledger, there, *OTHER) == (1, 0, 0)
    assert brought(ledger, here, *PEO[:2]) == (1, 1, 0)
    assert holding(ledger) == [-7, -6, -5]
    assert ledger.namesakes(str(here / "table.csv")) == [str(there / "table.csv")]


def test_a_film_that_two_tables_hold_stays_until_both_let_it_go(ledger: Ledger, tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    brought(ledger, here, *PEO, *OTHER)
    assert brought(ledger, there, *OTHER, mended=False) == (0, 0, 0)
    assert brought(ledger, here, *PEO) == (0, 0, 0)
    assert holding(ledger) == [-7, -6, -5, -4.5]
    assert brought(ledger, there, *PEO) == (0, 1, 0)
    assert holding(ledger) == [-6, -5, -4.5]
    assert brought(ledger, here, *PEO, *OTHER, mended=False) == (0, 0, 1), "another table brings it back"
    assert holding(ledger) == [-7, -6, -5, -4.5]


def test_a_table_that_moved_takes_its_films_along(ledger: Ledger, tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    brought(ledger, here, *PEO, *OTHER)
    assert brought(ledger, there, *PEO, was=str(here / "table.csv")) == (0, 1, 0)
    assert brought(ledger, there, *OTHER) == (0, 1, 1)
    assert holding(ledger) == [-7]
    before = ledger.last_event()
    with pytest.raises(BadInput, match=r"no table was imported from .*a/table.csv"):
        brought(ledger, there, *PEO, was=str(here / "table.csv"))
    assert ledger.last_event() == before


def test_what_an_older_ionloop_knew_by_its_name_alone_is_named_so(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["smiles,conductivity,mw,salt smiles,molality,temperature", *OTHER]) + "\n")
    (film,) = read_table(path, "bradford").films
    told = {name: value for name, value in film.provenance.items() if name != "path"}
    ledger.add_literature("bradford: table.csv", [film.model_copy(update={"provenance": told})])
    assert brought(ledger, tmp_path, *PEO) == (1, 0, 0)
    assert ledger.namesakes(str(path)) == ["table.csv"]
    assert brought(ledger, tmp_path, *PEO, was="table.csv") == (0, 1, 0)
    assert holding(ledger) == [-6, -5, -4.5]


def test_decisions_that_rested_on_what_is_taken_back_are_marked(
    ledger: Ledger, tmp_path: Path, campaign: int, suggest: Suggest
) -> None:
    brought(ledger, tmp_path, *PEO, *OTHER)
    told = {"name": "gp", "configuration": {}, "training_hash": "h", "n": 1}
    known = ledger.last_event()
    used = ledger.add_model_version(campaign, **told, training_event=known, weights=b"")
    suggest(model_version=used.number)
    gone = next(film.film_id for film in ledger.films() if len(film.readings) == 1)
    table = read_table(tmp_path / "table.csv", "bradford").films
    kept = [film for film in table if film.film.film_id != gone]
    places = {str(tmp_path / "table.csv")}
    for nobody in ({}, {"another film": [campaign]}):
        ledger.add_literature("again", table, replaces=places, used_by=nobody)
        assert ledger.marked(campaign) == Marked()
    ledger.add_literature("mended", kept, replaces=places, used_by={gone: [campaign]})
    assert ledger.marked(campaign) == Marked(suggestions=(0,), model_versions=(used.number,))
    late = ledger.add_model_version(campaign, **told, training_event=known)
    after = ledger.add_model_version(campaign, **told, training_event=ledger.last_event())
    assert late.number in ledger.marked(campaign).model_versions, "it was being fitted meanwhile"
    assert after.number not in ledger.marked(campaign).model_versions
