"""Chains drawn in other ways than their shortest period."""

from chemistry.canonical import stretch


def drawn_longer(unit: str, times: int) -> str:
    """SMILES of so many periods of a repeat unit."""
    from rdkit import Chem

    return Chem.MolToSmiles(stretch(unit, times)).replace("[1*]", "*").replace("[2*]", "*")
