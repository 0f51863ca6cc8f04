"""Casting solvents: what they are, and how volatile. Normal boiling points: CRC Handbook, 97th ed., CRC Press, 2016."""

from dataclasses import dataclass

from chemistry.errors import BadInput


@dataclass(frozen=True)
class Solvent:
    """A liquid in which films are cast."""

    smiles: str
    boiling_point_C: float


SOLVENTS = {
    "acetone": Solvent("CC(C)=O", 56.1),
    "acetonitrile": Solvent("CC#N", 81.6),
    "chloroform": Solvent("ClC(Cl)Cl", 61.2),
    "dichloromethane": Solvent("ClCCl", 39.8),
    "dimethyl sulfoxide": Solvent("CS(C)=O", 189.0),
    "ethanol": Solvent("CCO", 78.2),
    "methanol": Solvent("CO", 64.6),
    "N,N-dimethylformamide": Solvent("CN(C)C=O", 152.8),
    "N-methyl-2-pyrrolidone": Solvent("CN1CCCC1=O", 202.0),
    "tetrahydrofuran": Solvent("C1CCOC1", 65.0),
    "toluene": Solvent("Cc1ccccc1", 110.6),
    "water": Solvent("O", 100.0),
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
