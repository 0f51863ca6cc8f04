"""The redox window of a film by density functional theory: that of its weakest molecule.

Each repeat unit stands for itself as a capped oligomer, each plasticiser as it is, in the continuum of the host. Ions
are left aside: whatever is oxidised first is taken to be neutral, which holds for salts
with fluorinated anions and not for halides. Fillers are left aside too.
"""

import json
from collections.abc import Sequence

from chemistry.catalogue import polymer_facts
from chemistry.formulation import Formulation
from flows.theory.asking import Theory
from flows.theory.calculated import Calculated
from flows.theory.recipes import OXIDATION_LIMIT
from ledger.film import Reading, Source

SD_V = 0.35
"""By which the oxidation limit of a single molecule in a continuum errs, V: our estimate, the mean error that is asked
of ionisation energies; for sulfones it errs by more (`docs/explanation/dft.md`)."""
CORE_HOURS = 0.1
"""That a host and a plasticiser of some 25 atoms are expected to take."""
UNITS = 2


def film_window(
    formulation: Formulation, temperatures_C: Sequence[float], seeds: Sequence[int], theory: Theory
) -> Calculated:
    """The oxidation limit of a film, the same at every temperature; nothing of it is chance, whatever the seeds.

    Raises:
        BadInput: a repeat unit that cannot be calculated, such as a charged one.
        CalculationFailed: a molecule did not converge, or fell apart.
    """
    from sim.dft.solvent import Medium
    from sim.dft.window import PEO, window_key

    fact = polymer_facts(formulation.polymer).relative_permittivity
    permittivity = PEO.permittivity if fact is None else fact.value
    keys = {smiles: window_key(smiles, medium=Medium(permittivity)) for smiles in _molecules(formulation)}
    told, hours = {}, 0.0
    for smiles, key in keys.items():
        answer, known = theory.ask(
            key.text, f"redox window of {smiles}", window_as_json, smiles=smiles, permittivity=permittivity
        )
        window = json.loads(answer.text)
        hours += 0.0 if known else answer.core_hours
        told[smiles] = {name: window[name] for name in ("oxidation_V_vs_Li", "reduction_V_vs_Li", "notes")}
    lowest = min(one["oxidation_V_vs_Li"] for one in told.values())
    readings = tuple(
        Reading(property=OXIDATION_LIMIT, value=lowest, sd=SD_V, temperature_C=T, source=Source.DFT)
        for T in temperatures_C
    )
    first = next(iter(keys.values()))
    return Calculated(readings, hours, {"method": first.method, "solvent": first.solvent, "molecules": told})


def window_as_json(smiles: str, permittivity: float) -> str:
    """The window of one molecule by the documented default, worked out here."""
    from sim.dft.conformers import relaxed_model
    from sim.dft.solvent import Medium
    from sim.dft.window import redox_window

    return redox_window(relaxed_model(smiles), medium=Medium(permittivity)).model_dump_json()


def _molecules(formulation: Formulation) -> list[str]:
    """Canonical SMILES of the molecules that stand for the neutral components."""
    from sim.dft.oligomer import model_molecule

    hosts = [model_molecule(unit.smiles, UNITS) for unit in formulation.polymer.units]
    return list(dict.fromkeys([*hosts, *(model_molecule(one.additive.smiles) for one in formulation.additives)]))
