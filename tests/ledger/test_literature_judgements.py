"""Judgements on rows that can be read: scales that cannot be, duplicates in conflict, and what is declared."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from ledger.literature import LiteratureTable, cleaning, read_table
from ledger.literature.conflicts import CONFLICT, DEVIATIONS, SPREAD
from ledger.literature.scales import INVERSE, KELVIN

TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
LIMIT = DEVIATIONS * 2**0.5 * SPREAD["log10_conductivity"]


def table(folder: Path, *rows: tuple[float, float] | tuple[float, float, str], **options: object) -> LiteratureTable:
    """A table of temperatures and conductivities (log10), of one composition or of one that is named by its length."""
    lines = ["smiles,conductivity,mw,salt smiles,molality,temperature"]
    for temperature, value, *host in rows:
        lines.append(f"[Cu]{host[0] if host else 'OCC'}[Au],{value},,{TFSI},1,{temperature}")
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_table(path, "bradford", **options)  # pyright: ignore[reportArgumentType]


def reasons(told: LiteratureTable) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.reason) for refusal in told.refusals]


def test_a_whole_table_in_kelvin_is_found_though_298_could_be_hot(tmp_path: Path) -> None:
    told = table(tmp_path, (298, -6), (273, -7, "OCCC"), (248, -8, "NCC"))
    assert reasons(told) == [(row, KELVIN) for row in (2, 3, 4)]
    assert "298 stands for 24.85 °C" in told.refusals[0].detail
    assert "Subtract 273.15" in told.refusals[0].detail


def test_a_series_in_kelvin_is_found_among_others_and_down_to_its_coldest_row(tmp_path: Path) -> None:
    told = table(tmp_path, (25, -6), (60, -5), (233, -8, "OCCC"), (298, -6, "OCCC"), (80, -4, "NCC"))
    assert reasons(told) == [(4, KELVIN), (5, KELVIN)]


@pytest.mark.parametrize("hot", [150.0, 200.0, 250.0])
def test_a_hot_film_is_no_kelvin(tmp_path: Path, hot: float) -> None:
    assert not table(tmp_path, (25, -6), (hot, -3)).refusals


def test_1000_over_T_is_found_by_its_law_in_a_series_or_in_a_whole_table(tmp_path: Path) -> None:
    inverse = [(2.8, -4), (3.0, -5), (3.2, -6), (3.4, -7)]
    told = table(tmp_path, *inverse, (60, -5, "NCC"))
    assert reasons(told) == [(row, INVERSE) for row in (2, 3, 4, 5)]
    assert "83.99 °C" in told.refusals[0].detail
    assert reasons(table(tmp_path, (2.8, -4), (3.2, -5), (3.0, -6, "NCC"))) == [(row, INVERSE) for row in (2, 3, 4)]


def test_cold_films_that_conduct_better_when_warmed_are_no_inverse_temperatures(tmp_path: Path) -> None:
    assert not table(tmp_path, (2, -8), (3, -7.9), (4, -7.8), (4.4, -7.7)).refusals


def test_repeats_as_far_apart_as_papers_are_stay_and_further_ones_are_refused_both(tmp_path: Path) -> None:
    assert not table(tmp_path, (60, -5), (60, -5 - LIMIT + 0.01)).refusals
    told = table(tmp_path, (60, -5), (60, -5 - LIMIT - 0.01))
    assert reasons(told) == [(2, CONFLICT), (3, CONFLICT)]
    assert "row 3 says -7.8" in told.refusals[0].detail


def test_of_many_repeats_only_what_contradicts_most_of_them_is_refused(tmp_path: Path) -> None:
    told = table(tmp_path, (60, -5), (60, -5.3), (60, -9.5), (60, -4.8))
    assert reasons(told) == [(4, CONFLICT)]


def test_other_temperatures_and_other_hosts_contradict_nothing(tmp_path: Path) -> None:
    assert not table(tmp_path, (60, -2), (20, -9), (60, -9, "CCCCC(=O)O")).refusals


def test_each_judgement_is_taken_back_by_its_name_and_changes_nothing_else(tmp_path: Path) -> None:
    rows = ((60, -2), (60, -2), (60, -9), (80, -4))
    assert reasons(table(tmp_path, *rows)) == [(row, CONFLICT) for row in (2, 3, 4)]  # said twice, it counts once
    assert reasons(table(tmp_path, *rows, keep=["conflicts"])) == [(3, "exact duplicate")]
    assert reasons(table(tmp_path, *rows, keep=["duplicates"])) == [(row, CONFLICT) for row in (2, 3, 4)]
    everything = table(tmp_path, *rows, keep=["conflicts", "duplicates"])
    assert everything.readings == 4
    assert cleaning(everything)["left_out"] == {}
    with pytest.raises(BadInput, match="'luck' cannot be kept"):
        table(tmp_path, *rows, keep=["luck"])


def glasses(folder: Path, *rows: tuple[str, float]) -> LiteratureTable:
    path = folder / "tg.csv"
    path.write_text("SMILES,tg\n" + "".join(f"{smiles},{value}\n" for smiles, value in rows))
    return read_table(path, "tg")


def test_glass_transitions_in_kelvin_are_told_by_polymers_that_everybody_knows(tmp_path: Path) -> None:
    kelvin = (("*OCC*", 209), ("*CC(*)c1ccccc1", 371), ("*CCCCO*", 189))
    told = glasses(tmp_path, *kelvin)
    assert reasons(told) == [(row, KELVIN) for row in (2, 3, 4)]
    assert "209 stands for -64.15 °C" in told.refusals[0].detail
    mixed = glasses(tmp_path, kelvin[0], ("*CC(*)c1ccccc1", 100), ("*CCCCO*", -84))
    assert reasons(mixed) == [(2, KELVIN)]
    assert not glasses(tmp_path, ("*OCC*", -64), ("*CC(*)c1ccccc1", 98), ("*CC(*)C#N", 300)).refusals
    assert not glasses(tmp_path, ("*CCCCO*", 189), ("*CC(*)C#N", 390)).refusals  # nobody knows these here


COMPOUNDS = "Nickname,SMILES,Molar ratio,Weight ratio,Mw,Mn,Mw/Mn,Structure\npeo,[Mg]OCC[Mg],,,,,,\n"
PE_I = (
    "DOI,Composition,Mole ratio,Weight ratio,Inorganic additive,Weight_ratio of inorg. additive(wt),Tg [oC],"
    "Temperature [oC],Conductivity [S/cm]\n"
)


def test_a_nickname_that_is_there_twice_is_refused_and_a_broken_compound_costs_its_rows_alone(tmp_path: Path) -> None:
    compounds = tmp_path / "pe_i_compounds.csv"
    (tmp_path / "pe_i.csv").write_text(
        PE_I + "10.1016/x,peo/clo4,12/1,,,,,60,1e-5\n10.1016/x,bad/clo4,12/1,,,,,60,1e-5\n"
    )
    anion = "clo4,[O-]Cl(=O)(=O)=O,,,,,,\n"
    compounds.write_text(COMPOUNDS + anion + "bad,[Mg]OC(C[Mg],,,,,,\n")
    told = read_table(tmp_path / "pe_i.csv", "pe_i")
    assert (len(told.films), [refusal.row for refusal in told.refusals]) == (1, [3])
    assert "is not a SMILES" in told.refusals[0].detail
    compounds.write_text(COMPOUNDS + anion + "peo,[Mg]CCO[Mg],,,,,,\n")
    with pytest.raises(BadInput, match="'peo' is there twice, on lines 2 and 4"):
        read_table(tmp_path / "pe_i.csv", "pe_i")
