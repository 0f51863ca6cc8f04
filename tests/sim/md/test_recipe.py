"""Boxes of formulations hold what the formulation says, and a whole run ends in S/cm with its doubts."""

from pathlib import Path

import numpy as np
import pytest

from chemistry.catalogue import polymer, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Architecture, Polymer
from chemistry.salt import Additive, Filler
from chemistry.units import molality
from sim.md.box import ADDITIVE, ANION, CATION, FILLER, box_of
from sim.md.mapping import Known, coarse_grained
from sim.md.program import Program
from sim.md.recipe import Settings, simulate
from sim.md.script import Segment
from sim.md.stages import Plan


def peo(loading: float = 0.1) -> Formulation:
    host, ions = polymer("PEO"), salt("LiTFSI")
    return Formulation(polymer=host, salt=ions, salt_molality_mol_kg=molality(loading, "Li/O", host, ions))


def test_amounts_are_those_of_the_formulation() -> None:
    made = peo().model_copy(
        update={
            "additives": (AdditiveContent(additive=Additive(smiles="N#CCCC#N"), weight_fraction=0.1),),
            "fillers": (FillerContent(filler=Filler(formula="SiO2"), weight_fraction=0.1),),
        }
    )
    grained = coarse_grained(made, 80.0)
    system = box_of(made, grained, 3000, np.random.default_rng(1)).system
    units = system.count("unit 1")
    assert system.count(CATION) == system.count(ANION)
    in_peo = units * grained.bead_g_mol / 44.053
    assert system.count(CATION) / in_peo == pytest.approx(0.1, rel=0.01)
    polymer_share = (1 - 0.2) / (1 + made.salt_molality_mol_kg * 0.2871)
    assert system.count(ADDITIVE) / units == pytest.approx(0.1 / polymer_share, rel=0.01)
    assert system.count(FILLER) >= 1
    assert system.n == pytest.approx(3000, rel=0.05)


@pytest.mark.parametrize(
    "kind", [Architecture.RANDOM, Architecture.BLOCK, Architecture.ALTERNATING, Architecture.BLEND, Architecture.GRAFT]
)
def test_architectures_share_beads_alike_and_differ_in_their_order(kind: Architecture) -> None:
    content = {"units": ("*CCO*", "*COC(*)C"), "fractions": (0.5, 0.5), "architecture": kind}
    made = Formulation(polymer=Polymer.model_validate(content), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    grained = coarse_grained(made, 80.0, Known(glass_transition_C=-65.0))
    system = box_of(made, grained, 1500, np.random.default_rng(2)).system
    ones, others = system.count("unit 1"), system.count("unit 2")
    assert ones / (ones + others) == pytest.approx(0.5, abs=0.11 if kind is Architecture.GRAFT else 0.06)
    along = [(system.names[chain][1:] == system.names[chain][:-1]).mean() for chain in system.chains]
    expected = {
        Architecture.RANDOM: 0.5,
        Architecture.BLOCK: 18 / 19,
        Architecture.ALTERNATING: 0.0,
        Architecture.BLEND: 1.0,
    }
    if kind is Architecture.GRAFT:
        assert not system.chains
    else:
        assert np.mean(along) == pytest.approx(expected[kind], abs=0.06)


def test_a_crosslinked_polymer_has_bonds_between_chains() -> None:
    network = Polymer.model_validate({"units": ("*CCO*",), "fractions": (1.0,), "architecture": "crosslinked"})
    made = Formulation(polymer=network, salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    grained = coarse_grained(made, 80.0, Known(glass_transition_C=-60.0))
    system = box_of(made, grained, 1000, np.random.default_rng(3)).system
    ends = system.molecules[system.bonds]
    assert (ends[:, 0] != ends[:, 1]).sum() == len(system.chains)


def test_a_loading_that_leaves_no_ion_is_refused() -> None:
    made = peo(1e-4)
    with pytest.raises(BadInput, match=r"no ion is left.*Raise the loading"):
        box_of(made, coarse_grained(made, 80.0), 1000, np.random.default_rng(4))


def test_a_formulation_becomes_a_conductivity(program: Program, tmp_path: Path) -> None:
    plan = Plan(Segment(400, 10, 10), most_equilibration=1, least_production=1, most_production=1)
    settings = Settings(beads=400, plan=plan, push_steps=150)
    told: list[str] = []
    found = simulate(peo(), 80.0, tmp_path, 1, settings, lambda stage, step, steps: told.append(stage))
    number = found.numbers["log10_conductivity"]
    assert number.unit == "log10(S/cm)"
    assert -6 < number.value < 1
    assert number.sd > 0
    assert found.numbers["log10_lithium_diffusivity"].unit == "log10(cm2/s)"
    assert 0 < found.numbers["transference_number"].value < 1
    # Nernst and Einstein: the conductivity follows from the two diffusivities.
    ions, volume_cm3 = found.box.system.count(CATION), found.box.system.volume * (found.grained.bead_nm * 1e-7) ** 3
    both = sum(10 ** found.numbers[f"log10_{name}_diffusivity"].value for name in ("lithium", "anion"))
    sigma = 1.602176634e-19**2 * ions / volume_cm3 * both / (1.380649e-23 * 353.15)
    assert number.value == pytest.approx(np.log10(sigma), abs=1e-6)
    assert not found.complete  # five times of equilibration are none, and it says so
    assert any("not in equilibrium" in note for note in found.notes)
