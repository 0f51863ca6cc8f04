"""A table that is mended and imported again: nothing counts twice, nothing is lost, and it can be taken back."""

from pathlib import Path

from ledger.amendments import Change
from ledger.film import Film
from ledger.kinds import EventKind
from ledger.literature import read_table
from ledger.store import Ledger

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
PEO = [f"[Cu]OCC[Au],{value},,{TFSI},1,{t}" for t, value in ((40, -6), (60, -5), (80, -4.5))]
OTHER = [f"[Cu]OCCC[Au],-7,,{TFSI},1,60"]
HALF = "[Cu]OCC[Au],-4.2,,,,90"


def brought(ledger: Ledger, folder: Path, *rows: str, mended: bool = True) -> tuple[int, int, int]:
    """Imports rows as one table; films added, taken back, and back again."""
    path = folder / "table.csv"
    path.write_text("\n".join(["smiles,conductivity,mw,salt smiles,molality,temperature", *rows]) + "\n")
    films = read_table(path, "bradford").films
    added = ledger.add_literature("bradford: table.csv", films, "table.csv" if mended else None)
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
    assert ledger.left_beside("table.csv", films) == 1
    assert ledger.left_beside("another.csv", films) == 0


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
    added = ledger.add_literature("tg: table.csv", films, "table.csv")
    assert (added.films, added.taken_back, ledger.left_beside("table.csv", films)) == (2, 0, 0)
    assert brought(ledger, tmp_path, *PEO) == (0, 0, 0)
    assert holding(ledger) == [-70, -60, -6, -5, -4.5]
