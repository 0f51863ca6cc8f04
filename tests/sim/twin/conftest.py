"""Films to ask the twin about."""

import pytest

from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Additive, Filler, Salt

LITFSI = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"
LIBF4 = "F[B-](F)(F)F.[Li+]"
SUCCINONITRILE, TETRAGLYME = "N#CCCC#N", "COCCOCCOCCOCCOC"


def make_film(
    host="*CCO*", r=0.08, salt=LITFSI, plasticiser=None, fraction=0.0, molar_mass_kg_mol=None, silica=0.0, **polymer
):
    """A film of `host` (SMILES, or a list of them) with r lithium per coordinating site."""
    units = [{"smiles": unit} for unit in ([host] if isinstance(host, str) else host)]
    made = Polymer.model_validate({"units": units, "molar_mass_kg_mol": molar_mass_kg_mol, **polymer})
    return Formulation(
        polymer=made,
        salt=Salt(smiles=salt) if r else None,
        salt_molality_mol_kg=r * (made.sites_mol_kg or 5.0),
        additives=(AdditiveContent(additive=Additive(smiles=plasticiser), weight_fraction=fraction),)
        if plasticiser
        else (),
        fillers=(FillerContent(filler=Filler(formula="SiO2"), weight_fraction=silica),) if silica else (),
    )


@pytest.fixture
def film():
    """`make_film`, for tests that cannot import a conftest."""
    return make_film
