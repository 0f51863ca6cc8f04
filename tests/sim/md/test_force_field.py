"""The force field: what its file says is what LAMMPS computes, term by term, against a reckoning by hand in numpy."""

import math
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.all_atom import Conditions
from sim.md.atomic_box import CHARGE_SCALE, AtomicBox, atomic_box
from sim.md.atomic_molecule import LITHIUM, TFSI, atomic_molecule, oligomer_smiles
from sim.md.evaluation import evaluated
from sim.md.force_field import FILE, force_field, parsed
from sim.md.program import Program

COULOMB_kcal_A = 332.06371
"""Of two elementary charges 1 Å apart, as LAMMPS has it in `units real`."""
EDGE = 60.0


def alone(contents: dict[str, int], *, charge_scale: float = CHARGE_SCALE) -> AtomicBox:
    """Molecules near one another in an empty box, their bonds stretched a little at random."""
    conditions = Conditions(300.0, force_error=1e-6)
    box = atomic_box(contents, conditions, 1, charge_scale=charge_scale, density_g_cm3=0.5)
    random = np.random.default_rng(1)
    near = box.system.positions - box.system.positions.mean(axis=0) + EDGE / 2
    near += random.normal(scale=0.05, size=near.shape)
    return replace(box, system=replace(box.system, edge=EDGE, positions=near))


def by_hand(box: AtomicBox) -> dict[str, float]:
    """Energies by the formulas, kcal/mol; parameters straight from the file, by the names of types."""
    told = tomllib.loads(FILE.read_text())
    kinds: dict[str, dict] = {}
    tables: dict[str, dict[tuple, tuple]] = {"bonds": {}, "angles": {}, "torsions": {}}
    for part in told["part"]:
        unit = {"kcal/mol": 1.0, "kJ/mol": 1 / 4.184}[part["energy"]]
        half = {"whole": 1.0, "half": 0.5}[part["constants"]]
        for row in part["types"]:
            kinds[row["name"]] = row | {
                "eps": row["epsilon"] * unit,
                "q": row["charge"] * (box.charge_scale if part["ionic"] else 1.0),
            }
        for title, n in (("bonds", 2), ("angles", 3), ("torsions", 4)):
            for row in part.get(title, []):
                numbers = [v * unit for v in row[n:]] if title == "torsions" else [row[n], row[n + 1] * unit * half]
                tables[title][tuple(row[:n])] = tables[title][tuple(row[:n][::-1])] = tuple(numbers)
    system, x = box.system, box.system.positions
    kind = [kinds[name] for name in system.names]

    def looked_up(title: str, atoms: np.ndarray) -> tuple:
        return tables[title][tuple(kind[i]["class"] for i in atoms)]

    energy: dict[str, float] = dict.fromkeys(("bonds", "angles", "torsions", "pairs", "charges"), 0.0)
    for i, j in system.bonds:
        r0, k = looked_up("bonds", np.array([i, j]))
        energy["bonds"] += k * (np.linalg.norm(x[i] - x[j]) - r0) ** 2
    for i, j, k in system.angles:
        theta0, constant = looked_up("angles", np.array([i, j, k]))
        a, b = x[i] - x[j], x[k] - x[j]
        theta = math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        energy["angles"] += constant * (theta - math.radians(theta0)) ** 2
    for i, j, k, m in system.torsions:
        v1, v2, v3 = looked_up("torsions", np.array([i, j, k, m]))
        one, other = np.cross(x[j] - x[i], x[k] - x[j]), np.cross(x[k] - x[j], x[m] - x[k])
        phi = math.acos(np.clip(one @ other / np.linalg.norm(one) / np.linalg.norm(other), -1, 1))
        energy["torsions"] += (
            v1 / 2 * (1 + math.cos(phi)) + v2 / 2 * (1 - math.cos(2 * phi)) + v3 / 2 * (1 + math.cos(3 * phi))
        )
    apart = bonds_apart(system.n, system.bonds)
    for i in range(system.n):
        for j in range(i + 1, system.n):
            weight = {1: 0.0, 2: 0.0, 3: 0.5}.get(apart[i, j], 1.0)
            r = float(np.linalg.norm(x[i] - x[j]))
            eps = math.sqrt(kind[i]["eps"] * kind[j]["eps"])
            sigma = math.sqrt(kind[i]["sigma"] * kind[j]["sigma"])
            if r < box.model.conditions.cutoff_A:
                energy["pairs"] += weight * 4 * eps * ((sigma / r) ** 12 - (sigma / r) ** 6)
            energy["charges"] += weight * COULOMB_kcal_A * kind[i]["q"] * kind[j]["q"] / r
    # What the images of a dipole do to it in a cube with conducting surroundings, to first order.
    dipole = np.array([one["q"] for one in kind]) @ x
    energy["charges"] -= COULOMB_kcal_A * 2 * math.pi / 3 * float(dipole @ dipole) / system.volume
    return energy


def bonds_apart(n: int, bonds: np.ndarray) -> np.ndarray:
    apart = np.full((n, n), 99)
    np.fill_diagonal(apart, 0)
    for i, j in bonds:
        apart[i, j] = apart[j, i] = 1
    for k in range(n):
        apart = np.minimum(apart, apart[:, [k]] + apart[[k]])
    return apart


@pytest.mark.parametrize("contents", [{oligomer_smiles(2): 1}, {TFSI: 1, LITHIUM: 1}], ids=["diglyme", "LiTFSI"])
def test_every_term_is_that_of_the_formula(contents: dict[str, int], program: Program) -> None:
    box = alone(contents)
    found, expected = evaluated(box.system, box.model, program=program), by_hand(box)
    for term in ("bonds", "angles", "torsions"):
        assert abs(expected[term]) > 0.1
        assert found.terms[term] == pytest.approx(expected[term], rel=1e-6)
    # The tail of a uniform density is a few thousandths in so large a box.
    assert found.terms["pairs"] == pytest.approx(expected["pairs"], abs=0.01)
    charges = found.terms["charges near"] + found.terms["charges far"]
    assert charges == pytest.approx(expected["charges"], abs=0.02)
    assert found.energy == pytest.approx(sum(found.terms.values()), abs=1e-6)


def test_forces_are_what_energy_falls_by(program: Program) -> None:
    box = alone({oligomer_smiles(1): 1, TFSI: 1, LITHIUM: 1})
    forces = evaluated(box.system, box.model, program=program).forces
    assert np.abs(forces.sum(axis=0)).max() < 0.01  # nothing pushes the whole
    lithium, nitrogen = (int(np.flatnonzero(box.system.names == name)[0]) for name in ("Li", "N (TFSI)"))
    step = 1e-3
    for atom, axis in ((lithium, 0), (nitrogen, 1), (1, 2)):
        moved = [box.system.positions.copy() for _ in range(2)]
        moved[0][atom, axis] += step
        moved[1][atom, axis] -= step
        up, down = (evaluated(box.system, box.model, places, program=program).energy for places in moved)
        assert forces[atom, axis] == pytest.approx(-(up - down) / (2 * step), rel=2e-3, abs=0.02)


def test_scaled_charges_scale_what_ions_bear_and_nothing_else() -> None:
    whole, scaled = (alone({oligomer_smiles(3): 2, TFSI: 2, LITHIUM: 2}, charge_scale=s) for s in (1.0, 0.5))
    ions = scaled.system.molecules >= 2
    assert scaled.system.charges[ions] == pytest.approx(whole.system.charges[ions] / 2)
    assert scaled.system.charges[~ions] == pytest.approx(whole.system.charges[~ions])
    for molecule in range(6):
        mine = scaled.system.charges[scaled.system.molecules == molecule].sum()
        assert mine == pytest.approx([0, 0, -0.5, -0.5, 0.5, 0.5][molecule], abs=1e-12)
    for factor in (0.0, 1.2, -1.0):
        with pytest.raises(BadInput, match="charges of ions times"):
            atomic_box({LITHIUM: 1}, Conditions(300.0), 1, charge_scale=factor)


def test_a_box_with_more_of_one_ion_is_refused() -> None:
    with pytest.raises(BadInput, match=r"sum to -0\.79 e, not 0"):
        atomic_box({TFSI: 2, LITHIUM: 1}, Conditions(300.0), 1)


@pytest.mark.parametrize("smiles", ["CCO", "COCCO", "CCOCC", "C", "O=S(=O)([N-]S(=O)(=O)F)F", "[Na+]"])
def test_atoms_that_the_force_field_does_not_know_are_refused(smiles: str) -> None:
    with pytest.raises(BadInput, match="does not know what"):
        atomic_molecule(smiles, force_field())


def test_no_structure_is_refused() -> None:
    with pytest.raises(BadInput, match="is no structure"):
        atomic_molecule("CO(", force_field())
    with pytest.raises(BadInput, match="of 0 units"):
        oligomer_smiles(0)


def test_missing_parameters_are_told_all_at_once() -> None:
    field = force_field()
    kept = {term: numbers for term, numbers in field.torsions.items() if "OS" not in term}
    lacking = replace(field, torsions=kept, angles={})
    with pytest.raises(BadInput, match=r"no parameters for .*CT-CT-OS-CT.*CT-OS-CT, .*OS-CT-CT-OS"):
        atomic_molecule(oligomer_smiles(2), lacking)


def test_an_oligomer_has_its_atoms_and_no_charge() -> None:
    for units in (1, 4, 9):
        found = atomic_molecule(oligomer_smiles(units), force_field())
        assert found.n == 7 * units + 9
        assert sum(one.element == "O" for one in found.types) == units + 1
        assert sum(one.charge for one in found.types) == pytest.approx(0, abs=1e-12)
        assert len(found.chain) == 3 * units + 3
        assert len(found.bonds) == found.n - 1


def test_the_file_is_read_in_the_units_it_names() -> None:
    told = tomllib.loads(FILE.read_text())
    in_kcal = parsed(told)
    for part in told["part"]:
        part["energy"] = "kJ/mol"
    in_kJ = parsed(told)
    assert in_kcal.bonds["CT", "CT"][1] == 268.0
    assert in_kJ.bonds["CT", "CT"][1] == pytest.approx(268.0 / 4.184)
    assert in_kJ.angles["SB", "NB", "SB"] == in_kcal.angles["SB", "NB", "SB"] == (125.6, pytest.approx(671 / 2 / 4.184))
    with pytest.raises(BadInput, match="energy in eV"):
        parsed(told | {"part": [told["part"][0] | {"energy": "eV"}]})
    with pytest.raises(BadInput, match="given twice"):
        parsed(told | {"part": [told["part"][0]] * 2})


def test_every_part_says_where_it_is_from() -> None:
    sources = force_field().sources
    assert set(sources) == {"OPLS-AA ethers", "TFSI", "Li"}
    assert all("19" in source or "20" in source for source in sources.values())
