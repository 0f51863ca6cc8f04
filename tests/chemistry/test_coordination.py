"""Sites are counted by one rule, whatever the cut."""

import pytest

from chemistry.coordination import coordinating_groups, coordinating_sites
from tests.chemistry.chains import drawn_longer


@pytest.mark.parametrize(
    ("unit", "sites"),
    [
        ("*CCO*", 1),
        ("*CO*", 1),
        ("*COC(*)C", 1),
        ("*CCOC(=O)O*", 1),
        ("*CCCCCC(=O)O*", 1),
        ("*OC(C)C(*)=O", 1),
        ("*CC(*)(C)C(=O)OC", 1),
        ("*CC(*)C#N", 1),
        ("*CCN*", 1),
        ("*CC(*)O", 1),
        ("*CCCCCC(=O)N*", 1),
        ("*N=P(*)(OCCOCCOC)OCCOCCOC", 4),
        ("*CC(*)c1ccccc1", 0),
        ("*O[Si](*)(C)C", 0),
        ("*CC(*)(F)F", 0),
        ("*c1ccc(O*)cc1", 0),
        ("*C*", 0),
        ("*CC(*)C(=O)[O-]", 0),
        ("*CC(*)c1ccc(S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F)cc1", 0),
    ],
)
def test_sites_of_known_hosts(unit: str, sites: int) -> None:
    assert coordinating_sites(unit) == sites


@pytest.mark.parametrize("unit", ["*CCO*", "*OC(C)C(*)=O", "*CCOC(=O)CCC(=O)O*", "*CCN(*)C"])
def test_a_longer_drawing_has_the_sites_of_its_shortest_period(unit: str) -> None:
    assert coordinating_groups(drawn_longer(unit, 3)) == coordinating_groups(unit)


@pytest.mark.parametrize(
    ("smiles", "groups"),
    [
        ("N#CCCC#N", {"nitrile": 2}),
        ("COCCOCCOCCOCCOC", {"ether": 5}),
        ("O=C1OCCO1", {"carbonyl": 1}),
        ("O=c1occo1", {"carbonyl": 1}),
        ("CS(C)=O", {"sulfoxide": 1}),
        ("O=S1(=O)CCCC1", {"sulfonyl": 1}),
        ("CCOP(=O)(OCC)OCC", {"phosphoryl": 1}),
        ("CCCC", {}),
    ],
)
def test_groups_of_known_plasticisers(smiles: str, groups: dict[str, int]) -> None:
    assert coordinating_groups(smiles) == groups
