"""Casting solvents: what they are, how volatile, how polar.

Normal boiling and melting points, and permittivity at 20 to 25 °C: CRC Handbook of Chemistry and Physics, 97th ed., CRC
Press, 2016.
"""

from dataclasses import dataclass

from chemistry.errors import BadInput


@dataclass(frozen=True)
class Solvent:
    """A liquid in which films are cast."""

    smiles: str
    boiling_point_C: float
    melting_point_C: float
    relative_permittivity: float


SOLVENTS = {
    "acetone": Solvent("CC(C)=O", 56.1, -94.8, 21.0),
    "acetonitrile": Solvent("CC#N", 81.6, -43.8, 36.6),
    "chloroform": Solvent("ClC(Cl)Cl", 61.2, -63.4, 4.8),
    "dichloromethane": Solvent("ClCCl", 39.8, -97.2, 8.9),
    "dimethyl sulfoxide": Solvent("CS(C)=O", 189.0, 18.5, 47.2),
    "ethanol": Solvent("CCO", 78.2, -114.1, 25.3),
    "methanol": Solvent("CO", 64.6, -97.5, 33.0),
    "N,N-dimethylformamide": Solvent("CN(C)C=O", 152.8, -60.5, 38.2),
    "N-methyl-2-pyrrolidone": Solvent("CN1CCCC1=O", 202.0, -24.0, 32.6),
    "tetrahydrofuran": Solvent("C1CCOC1", 65.0, -108.4, 7.5),
    "toluene": Solvent("Cc1ccccc1", 110.6, -94.9, 2.4),
    "water": Solvent("O", 100.0, 0.0, 80.1),
}
_SHORT = {
    "ACN": "acetonitrile",
    "MeCN": "acetonitrile",
    "DCM": "dichloromethane",
    "DMSO": "dimethyl sulfoxide",
    "EtOH": "ethanol",
    "MeOH": "methanol",
    "DMF": "N,N-dimethylformamide",
    "NMP": "N-methyl-2-pyrrolidone",
    "THF": "tetrahydrofuran",
}


def solvent(name: str) -> Solvent:
    """The solvent of a name, in whatever case, or of a usual abbreviation.

    Raises:
        BadInput: nobody here knows it.
    """
    known = {other.lower(): found for other, found in SOLVENTS.items()}
    known |= {short.lower(): SOLVENTS[full] for short, full in _SHORT.items()}
    found = known.get(name.strip().lower())
    if found is None:
        raise BadInput(f"the solvent {name!r} is not known", remedy=f"Known are {', '.join(SOLVENTS)}")
    return found


def solvent_or_none(name: str) -> Solvent | None:
    """The same; None where nobody here knows it: a film may be cast from whatever the lab has."""
    try:
        return solvent(name)
    except BadInput:
        return None
