"""Published tables: every row ends in a film or among the refusals, with its units, its source and the way back."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemistry.errors import BadInput
from chemistry.polymer import Architecture
from chemistry.units import li_per_site, salt_weight_fraction
from ledger.film import Film, Source
from ledger.literature import LiteratureTable, read_table
from ledger.store import Ledger

TABLES = Path(__file__).parents[3] / "shared" / "data"

BRADFORD = "smiles,conductivity,mw,salt smiles,molality,temperature"
TFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
PE_I = (
    "ID,DOI,Composition,Mole ratio,Weight ratio,Inorganic additive,Weight_ratio of inorg. additive(wt),"
    "Crystalinity,Tg [oC],Melting temperature [oC],Temperature [oC],Conductivity [S/cm]"
)
COMPOUNDS = """Nickname,SMILES,Molar ratio,Weight ratio,Mw,Mn,Mw/Mn,Polymn_deg,Structure,Tg [oC]
peo,[Mg]OCC[Mg],,,600000,,,,,
ppo,[Mg]OCC(C)[Mg],,,,,,,,
co,[Mg]OCC[Mg].[Mg]OCC(C)[Mg],3/1,,,20000,1.5,,random,
ionomer,[Mg]CC(C(=O)[N-]S(=O)(=O)C(F)(F)F)[Mg],,,,,,,,
pil,[Mg]CC1C(C[Mg])C[N+](C)(C)C1.F[B-](F)(F)F,,,,,,,,
tfsi,O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F,,,,,,,,
clo4,[O-]Cl(=O)(=O)=O,,,,,,,,
dianion,O=C([O-])C(F)(F)C(=O)[O-],,,,,,,,
EC,O=C1OCCO1,,,,,,,,
star,[Mg]OCC([Mg])C[Mg],,,,,,,,
ethylene,[Mg]OCC[Mg].[Mg]CC[Mg],5/1,,,,,,block,
weighed,[Mg]OCC[Mg].[Mg]OCC(C)[Mg],,3/1,,,,,random,
"""


def bradford(folder: Path, *rows: str) -> LiteratureTable:
    path = folder / "table.csv"
    path.write_text("\n".join([BRADFORD, *rows]) + "\n")
    return read_table(path, "bradford")


def pe_i(folder: Path, *rows: str) -> LiteratureTable:
    (folder / "pe_i_compounds.csv").write_text(COMPOUNDS)
    path = folder / "pe_i.csv"
    path.write_text("\n".join([PE_I, *rows]) + "\n")
    return read_table(path, "pe_i")


def films(table: LiteratureTable) -> list[Film]:
    return [item.film for item in table.films]


def reasons(table: LiteratureTable) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.reason) for refusal in table.refusals]


def test_a_temperature_series_is_one_film_however_the_polymer_is_drawn(tmp_path: Path) -> None:
    table = bradford(
        tmp_path,
        f"[Cu]OCC[Au],-5.1,100000,{TFSI},1.5,30",
        f"[Cu]COC[Au],-4.2,100000,{TFSI},1.5,60",
        f"[Cu]OCCOCC[Au],-3.3,100000,{TFSI},1.5,90",
    )
    (film,) = films(table)
    assert [(r.temperature_C, r.value) for r in film.readings] == [(30, -5.1), (60, -4.2), (90, -3.3)]
    assert film.formulation.polymer.units[0].smiles == "*CCO*"
    assert film.formulation.polymer.molar_mass_kg_mol == 100
    assert film.formulation.salt_molality_mol_kg == 1.5
    assert all(r.source is Source.LITERATURE and r.sd > 0 and 0 < r.trust < 1 for r in film.readings)
    provenance = table.films[0].provenance
    assert provenance["rows"] == [2, 3, 4]
    assert provenance["file"] == "table.csv"
    assert "Bradford" in provenance["citation"]
    assert table.films[0].reference == "10.1021/acscentsci.2c01123"


def test_glass_transitions_of_neat_polymers_come_in_and_what_cannot_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tg.csv"
    path.write_text("SMILES,tg\n*CCO*,-67\n*COC*,-60\n*CC(*)c1ccccc1,100\n*CCO,-50\n,20\n*CC*,9000\n*CC*,\n")
    table = read_table(path, "tg")
    assert [(film.formulation.polymer.units[0].smiles, film.readings[0].value) for film in films(table)] == [
        ("*CCO*", -67),
        ("*CCO*", -60),
        ("*CC(*)c1ccccc1", 100),
    ]
    for film in films(table):
        assert film.formulation.salt is None
        assert [(r.property, r.temperature_C, r.source) for r in film.readings] == [
            ("glass_transition", None, Source.LITERATURE)
        ]
    assert reasons(table) == [
        (5, "unreadable polymer SMILES"),
        (6, "no polymer"),
        (7, "physically impossible value"),
        (8, "no tg"),
    ]


def test_a_series_that_starts_over_is_another_sample_and_jitter_is_not(tmp_path: Path) -> None:
    rows = [f"[Cu]OCC[Au],{value},,{TFSI},1.5,{t}" for t, value in ((80, -3), (60, -4), (61, -3.9), (40, -5))]
    again = [f"[Cu]OCC[Au],{value},,{TFSI},1.5,{t}" for t, value in ((79, -4), (59, -5))]
    assert [len(film.readings) for film in films(bradford(tmp_path, *rows, *again))] == [4, 2]


def test_an_empty_salt_is_a_single_ion_conductor_only_if_the_chain_has_an_anion(tmp_path: Path) -> None:
    table = bradford(tmp_path, "[Cu]CC(C(=O)[N-]S(=O)(=O)C(F)(F)F)[Au],-7,,,,30", "[Cu]OCC[Au],-9,,,,30")
    (film,) = films(table)
    assert film.formulation.salt is None
    assert film.formulation.salt_molality_mol_kg == 0
    assert "single-ion" in table.films[0].provenance["remark"]
    assert reasons(table) == [(3, "neither salt nor tethered anion")]


def test_what_cannot_be_is_refused_by_row_with_the_reason(tmp_path: Path) -> None:
    table = bradford(
        tmp_path,
        f"[Cu]OCC[Au],-5,100000,{TFSI},1.5,30",
        f"[Cu]COC[Au],-5,100000,{TFSI},1.5,30",
        f"[Cu]OCC,-5,100000,{TFSI},1.5,30",
        f",-5,100000,{TFSI},1.5,30",
        "[Cu]OCC[Au],-5,100000,[Na+].[Cl-],1.5,30",
        f"[Cu]OCC[Au],-5,100000,{TFSI},,30",
        "[Cu]OCC[Au],-5,100000,,1.5,30",
        f"[Cu]OCC[Au],3,100000,{TFSI},1.5,40",
        f"[Cu]OCC[Au],-5,100000,{TFSI},1.5,900",
        f"[Cu]OCC[Au],-5,1e9,{TFSI},1.5,30",
        f"[Cu]OCC[Au],-5,100000,{TFSI},-1,30",
        f"[Cu]OCC[Au],nan,100000,{TFSI},1.5,30",
        f"[Cu]OCC[Au],,100000,{TFSI},1.5,30",
    )
    assert reasons(table) == [
        (3, "exact duplicate"),
        (4, "unreadable polymer SMILES"),
        (5, "no polymer"),
        (6, "unreadable salt SMILES"),
        (7, "salt without loading"),
        (8, "loading without salt"),
        (9, "physically impossible value"),
        (10, "physically impossible value"),
        (11, "physically impossible value"),
        (12, "physically impossible value"),
        (13, "not a number"),
        (14, "no conductivity"),
    ]
    assert "row 2" in table.refusals[0].detail
    assert "900 °C is outside -100 to 250 °C" in table.refusals[7].detail
    assert sum(table.reasons.values()) == 12


def test_lithium_is_counted_not_formula_units_and_salt_rich_films_are_trusted_less(tmp_path: Path) -> None:
    double = "O=C([O-])C(F)(F)C(=O)[O-].[Li+].[Li+]"
    table = bradford(tmp_path, f"[Cu]OCC[Au],-5,,{double},1.5,30", "[Cu]OCC[Au],-6,,[Li+].[I-],50,30")
    assert films(table)[0].formulation.salt_molality_mol_kg == 3.0
    assert films(table)[1].readings[0].trust == films(table)[0].readings[0].trust / 2


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([20, 30, 40]), st.sampled_from([-5.0, -4.0]), st.sampled_from(["1.0", "2.0", ""])),
        min_size=1,
        max_size=30,
    )
)
def test_every_row_is_in_one_film_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, float, str]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    written = (f"[Cu]OCC[Au],{value},,{TFSI},{molality},{t}" for t, value, molality in rows)
    table = bradford(folder, *written)
    placed = [row for item in table.films for row in item.provenance["rows"]] + [r.row for r in table.refusals]
    assert sorted(placed) == list(range(2, len(rows) + 2))
    for film in films(table):
        temperatures = [reading.temperature_C for reading in film.readings]
        assert len(set(temperatures)) == len(temperatures)


def test_md_rows_keep_their_units_and_say_that_they_are_simulated(tmp_path: Path) -> None:
    path = tmp_path / "md.csv"
    header = "trajectory_id,s3_prefix,conductivity,li_diffusivity,tfsi_diffusivity,poly_diffusivity,mol_smiles,"
    path.write_text(f"{header}transference_number,molarity\n7,x,1e-4,1e-8,2e-8,3e-9,[Cu]OCC[Au],-0.2,1.45\n")
    table = read_table(path, "htpmd")
    (film,) = films(table)
    found = {reading.property: reading.value for reading in film.readings}
    assert found == pytest.approx(
        {
            "log10_conductivity": -4,
            "log10_lithium_diffusivity": -8,
            "log10_anion_diffusivity": math.log10(2e-8),
            "log10_polymer_diffusivity": math.log10(3e-9),
            "transference_number": -0.2,
        }
    )
    assert {reading.source for reading in film.readings} == {Source.MD}
    assert film.readings[0].temperature_C == pytest.approx(79.85)


def test_a_mole_ratio_counts_repeat_units_and_the_salt_gets_its_lithium(tmp_path: Path) -> None:
    table = pe_i(tmp_path, "1,10.1016/x,peo/tfsi,20/1,,,,,-35.0,,25,1e-5", "2,10.1016/x,peo/dianion,20/1,,,,,,,25,1e-5")
    first, second = films(table)
    assert li_per_site(first.formulation) == pytest.approx(0.05)
    assert li_per_site(second.formulation) == pytest.approx(0.10)
    assert {r.property: r.value for r in first.readings} == {"log10_conductivity": -5.0, "glass_transition": -35.0}
    assert table.films[0].reference == "10.1016/x"


def test_several_polymers_are_a_blend_of_their_repeat_units(tmp_path: Path) -> None:
    rows = ("1,10.1016/x,peo/ppo/tfsi,6/2/1,,,,,,,25,1e-5", "2,10.1016/x,co/peo/tfsi,,40/40/20,,,,,,25,1e-5")
    plain, with_copolymer = films(pe_i(tmp_path, *rows))
    polymer = plain.formulation.polymer
    assert polymer.architecture is Architecture.BLEND
    assert dict(zip((unit.smiles for unit in polymer.units), polymer.fractions, strict=True)) == pytest.approx(
        {"*CCO*": 0.75, "*COC(*)C": 0.25}
    )
    assert li_per_site(plain.formulation) == pytest.approx(1 / 8)
    mixed = with_copolymer.formulation.polymer
    assert len(mixed.units) == 2, "a unit that both chains have counts once"
    assert dict(zip((unit.smiles for unit in mixed.units), mixed.fractions, strict=True))["*CCO*"] > 0.75
    assert salt_weight_fraction(with_copolymer.formulation) == pytest.approx(0.2)


def test_weight_ratios_and_fillers_become_weight_fractions_of_the_film(tmp_path: Path) -> None:
    (film,) = films(pe_i(tmp_path, "1,10.1016/x,co/tfsi/EC,,60/20/20,SiO2,10,,,,25,1e-4"))
    assert film.formulation.polymer.fractions == (0.75, 0.25)
    assert film.formulation.polymer.molar_mass_kg_mol == 20
    assert film.formulation.fillers[0].weight_fraction == pytest.approx(0.1)
    assert film.formulation.additives[0].weight_fraction == pytest.approx(0.18)
    assert salt_weight_fraction(film.formulation) == pytest.approx(0.18)


def test_moles_of_a_copolymer_are_of_its_repeat_units_as_they_are_drawn(tmp_path: Path) -> None:
    """Five ethers and one ethylene: 15 units hold 12.5 oxygens (doi:10.1021/acs.macromol.6b00851)."""
    (film,) = films(pe_i(tmp_path, "1,10.1016/x,ethylene/tfsi,15/1,,,,,,,25,1e-5"))
    assert li_per_site(film.formulation) == pytest.approx(1 / 12.5)
    polymer = film.formulation.polymer
    assert dict(zip((unit.smiles for unit in polymer.units), polymer.fractions, strict=True)) == pytest.approx(
        {"*CCO*": 5 / 7, "*C*": 2 / 7}
    ), "an ethylene is two of the shortest units"


def test_a_paper_that_would_be_all_salt_counts_a_copolymer_by_its_formula(tmp_path: Path) -> None:
    """`3/1` is one formula of four units; the film that tells decides for every film of its paper and for no other."""
    salty = "1,10.1016/x,co/tfsi,1/2.21,,,,,,,25,1e-5"
    table = pe_i(tmp_path, salty, "2,10.1016/x,co/tfsi,20/1,,,,,,,25,1e-5", "3,10.1016/y,co/tfsi,20/1,,,,,,,25,1e-5")
    most, by_formula, by_unit = films(table)
    assert li_per_site(most.formulation) == pytest.approx(2.21 / 4)
    assert li_per_site(by_formula.formulation) == pytest.approx(1 / 80)
    assert li_per_site(by_unit.formulation) == pytest.approx(1 / 20)


def test_inverse_temperatures_are_found_by_their_law_and_refused(tmp_path: Path) -> None:
    points = ((2.5, 5e-6), (2.7, 3e-6), (2.9, 1e-6), (3.1, 5e-8))
    inverse = [f"{i},j.electacta.2013.09.151,peo/tfsi,12/1,,,,,,,{t},{s}" for i, (t, s) in enumerate(points)]
    cold = [f"9,10.1016/y,peo/clo4,12/1,,,,,,,{t},{s}" for t, s in ((2.5, 1e-8), (2.9, 2e-8), (3.3, 3e-8), (4, 4e-8))]
    table = pe_i(tmp_path, *inverse, *cold)
    assert reasons(table) == [(row, "1000/T where °C should stand") for row in range(2, 6)]
    assert len(films(table)[0].readings) == 4, "a film that conducts better in warmth is as cold as it says"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("tfsi/EC,1/10,,,", "no polymer (liquid electrolyte)"),
        ("peo/peo/tfsi,5/5/1,,,", "blend of one chain in two lengths"),
        ("peo/tfsi/clo4,20/1/1,,,", "two salts"),
        ("weighed/tfsi,1/2.21,,,", "mole ratio of a copolymer"),
        ("peo/tfsi,0.05,,,", "ratio does not match the composition"),
        ("peo/tfsi,01:20:00,,,", "ratio that is no number"),
        ("peo/tfsi,,,,", "mixture without a ratio"),
        ("peo/EC,2/1,,,", "neither salt nor tethered anion"),
        ("pil/tfsi,,1/1,,", "counter-ion in the polymer"),
        ("star/tfsi,2/1,,,", "unreadable polymer SMILES"),
        ("unheard/tfsi,2/1,,,", "unknown compound"),
        ("peo/tfsi,20/-1,,,", "physically impossible value"),
    ],
)
def test_mixtures_that_a_formulation_cannot_say_are_refused(tmp_path: Path, row: str, reason: str) -> None:
    assert reasons(pe_i(tmp_path, f"1,10.1016/x,{row},,,,25,1e-5")) == [(2, reason)]


def test_the_file_of_compounds_is_asked_for_by_name(tmp_path: Path) -> None:
    path = tmp_path / "pe_i.csv"
    path.write_text(PE_I + "\n")
    with pytest.raises(BadInput, match=r"pe_i_compounds\.csv: the file of compounds is missing"):
        read_table(path, "pe_i")


@pytest.mark.parametrize(
    ("unit", "loading", "conductivity", "sigma"),
    [("Li/O", "0.05", "S/cm", "1e-5"), ("Li/O", "0.05", "mS/cm", "0.01"), ("Li/O", "0.05", "log10(S/cm)", "-5")],
)
def test_a_table_of_ones_own_says_the_same_in_any_unit(
    tmp_path: Path, unit: str, loading: str, conductivity: str, sigma: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"host;Li salt;r;T;sigma;ref\nPEO;LiTFSI;{loading};303.15;{sigma};10.1/a\n")
    columns = {"polymer": "host", "salt": "Li salt", "loading": "r", "temperature": "T", "conductivity": "sigma"}
    units = {"loading": unit, "conductivity": conductivity, "temperature": "K"}
    table = read_table(path, "columns", columns={**columns, "paper": "ref"}, units=units, trust=0.8)
    (film,) = films(table)
    assert li_per_site(film.formulation) == pytest.approx(0.05)
    assert film.readings[0].value == pytest.approx(-5)
    assert film.readings[0].temperature_C == pytest.approx(30)
    assert film.readings[0].trust == 0.8
    assert table.films[0].reference == "10.1/a"


def test_a_table_of_ones_own_must_say_its_units(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("polymer,salt,loading,temperature,conductivity\nPEO,LiTFSI,0.05,30,1e-5\n")
    with pytest.raises(BadInput, match=r"unit of loading is not given.*Li/O"):
        read_table(path, "columns")
    with pytest.raises(BadInput, match="'mol' is no unit of loading"):
        read_table(path, "columns", units={"loading": "mol", "conductivity": "S/cm"})
    units = {"loading": "Li/O", "conductivity": "S/cm"}
    with pytest.raises(BadInput, match=r"missing columns: sigma.*polymer, salt"):
        read_table(path, "columns", columns={"conductivity": "sigma"}, units=units)


@pytest.mark.parametrize(
    ("content", "format_name", "message"),
    [
        (None, "bradford", "no such file"),
        (b"\x00\x01\x02", "bradford", "binary file"),
        (b"", "bradford", "empty"),
        (b"a,b\n1,2\n", "bradford", "missing columns: smiles"),
        (b"a,b\n1,2\n", "nature", "unknown format 'nature'"),
        (f"{BRADFORD}\n1,2,3,4,5,6,7\n".encode(), "bradford", "line 2: 7 cells under 6 column names"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(
    tmp_path: Path, content: bytes | None, format_name: str, message: str
) -> None:
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        read_table(path, format_name)


def test_importing_twice_adds_nothing_even_under_another_name_and_order(tmp_path: Path) -> None:
    rows = [f"[Cu]OCC[Au],{v},,{TFSI},{m},30" for m, v in ((1.0, -5), (1.5, -4.8), (2.0, -4.7))]
    first = bradford(tmp_path, *rows)
    again = bradford(tmp_path, *rows[::-1])
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.add_literature("one", first.films).films == 3
        event = ledger.last_event()
        assert ledger.add_literature("two", again.films).films == 0
        assert ledger.last_event() == event
        assert sorted(film.film_id for film in ledger.films()) == sorted(film.film_id for film in films(first))


with_tables = pytest.mark.skipif(not TABLES.is_dir(), reason=f"the public tables are not at {TABLES}")


@with_tables
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "format_name", "rows", "imported", "refused"),
    [
        ("spe_conductivity.csv", "bradford", 8648, 8575, {"exact duplicate": 7, "physically impossible value": 65}),
        ("htpmd.csv", "htpmd", 3005, 3005, {}),
        ("pe_i.csv", "pe_i", 9039, 4288, {"1000/T where °C should stand": 11, "no polymer (liquid electrolyte)": 3509}),
    ],
)
def test_the_public_tables_come_in_as_documented(
    name: str, format_name: str, rows: int, imported: int, refused: dict[str, int]
) -> None:
    table = read_table(TABLES / name, format_name)
    assert table.rows == rows
    assert rows - len(table.refusals) == imported
    assert refused.items() <= table.reasons.items()
