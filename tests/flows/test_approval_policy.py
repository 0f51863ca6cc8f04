"""Which experiments policy keeps back, and why."""

import pytest
from pydantic import ValidationError

from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, Formulation
from flows.approving.policy import ApprovalPolicy, TrustedRange
from flows.cost import expected_hours
from flows.spec import read_campaign
from planners.space import DesignSpace
from tests.flows.small_campaign import EXAMPLES

SPACE = DesignSpace.model_validate(
    {
        "polymers": ["PEO", "PPO"],
        "salts": ["LiTFSI", "LiPF6"],
        "salt_loading": {"low": 0.02, "high": 0.2, "unit": "Li/O"},
        "plasticisers": ["none", "succinonitrile"],
        "plasticiser_fraction": {"low": 0.02, "high": 0.3, "unit": "w/w"},
    }
)


def formulation(of: str = "PEO", with_salt: str = "LiTFSI", plasticiser: float = 0.0) -> Formulation:
    more = (AdditiveContent(additive=additive("succinonitrile"), weight_fraction=plasticiser),) if plasticiser else ()
    return Formulation(polymer=polymer(of), salt=salt(with_salt), salt_molality_mol_kg=1.5, additives=more)


def asked(policy: ApprovalPolicy, of: Formulation, cost_h: float = 20.0, **sd: float) -> tuple[str, ...]:
    return policy.reasons(of, SPACE, cost_h, sd)


def test_by_default_nothing_is_kept_back() -> None:
    assert asked(ApprovalPolicy(), formulation("PPO", "LiPF6", 0.3), cost_h=1e6, log10_conductivity=9.0) == ()


def test_dear_experiments_are_kept_back() -> None:
    policy = ApprovalPolicy.model_validate({"cost_above": "20 h"})
    assert asked(policy, formulation(), cost_h=20.0) == ()
    (why,) = asked(policy, formulation(), cost_h=20.5)
    assert "20.5 h" in why


def test_hazardous_components_are_kept_back_and_so_are_unknown_ones() -> None:
    policy = ApprovalPolicy(hazards=("H314",))
    (why,) = asked(policy, formulation())
    assert why == "LiTFSI is classified H314."
    assert asked(ApprovalPolicy(hazards=("H290",)), formulation()) == ()
    unlisted = Formulation(
        polymer=polymer("PEO"), salt=salt("[Li+].CC(=O)[O-]"), salt_molality_mol_kg=1.0, additives=()
    )
    (unknown,) = asked(policy, unlisted)
    assert "does not know the hazards" in unknown


@pytest.mark.parametrize(
    ("trusted", "of", "word"),
    [
        (TrustedRange(polymers=("PEO",)), formulation("PPO"), "PPO"),
        (TrustedRange(salts=("LiTFSI",)), formulation(with_salt="LiPF6"), "LiPF6"),
        (TrustedRange(plasticisers=()), formulation(plasticiser=0.1), "succinonitrile"),
        (TrustedRange(salt_loading=(0.02, 0.05)), formulation(), "salt loading"),
        (TrustedRange(plasticiser_fraction=(0.0, 0.05)), formulation(plasticiser=0.1), "plasticiser fraction"),
    ],
)
def test_what_lies_outside_the_trusted_range_is_kept_back(trusted: TrustedRange, of: Formulation, word: str) -> None:
    (why,) = asked(ApprovalPolicy(trusted=trusted), of)
    assert word in why
    within = formulation().model_copy(update={"salt_molality_mol_kg": 0.8})
    assert asked(ApprovalPolicy(trusted=trusted), within) == ()


def test_what_the_model_does_not_know_well_is_kept_back() -> None:
    policy = ApprovalPolicy(trusted=TrustedRange(sd=0.8))
    assert asked(policy, formulation(), log10_conductivity=0.7) == ()
    assert len(asked(policy, formulation(), log10_conductivity=0.9, log10_storage_modulus=1.2)) == 2
    assert asked(policy, formulation()) == (), "no model was asked"


@pytest.mark.parametrize(
    "given",
    [
        {"hazards": ["H999"]},
        {"hazards": ["H30"]},
        {"trusted": {"salts": ["LiTFSl"]}},
        {"trusted": {"salt_loading": [0.2, 0.1]}},
        {"hazards": ["X300"]},
        {"within": 0},
        {"within": "3 bananas"},
        {"cost_above": -1},
        {"colour": "blue"},
    ],
)
def test_a_policy_that_means_nothing_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApprovalPolicy.model_validate(given)


def test_the_expected_cost_is_that_of_the_rehearsal() -> None:
    """A day and a half a film in the example: 30 films, three measuring stations and one that makes one at a time."""
    spec = read_campaign(EXAMPLES / "peo_salts.yaml")
    one = expected_hours(spec, formulation())
    fewer = spec.measure.model_copy(update={"temperatures": spec.measure.temperatures[:1]})
    assert 18 < one < 22, "dissolving and drying alone take sixteen"
    assert expected_hours(spec.model_copy(update={"measure": fewer}), formulation()) < one
