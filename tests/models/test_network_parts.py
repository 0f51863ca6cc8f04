"""Laws rise with temperature, graphs are periodic, tokens are hidden as they should be."""

import numpy as np
import pytest
import torch

from chemistry.canonical import canonical_repeat_unit
from chemistry.errors import BadInput
from models.networks.encoders import GraphEncoder, Recurrent, Transformer
from models.networks.graphs import feature_sizes, graph_of
from models.networks.laws import R_LN10_KJ_MOL_K, Readout, in_kelvin
from models.networks.settings import EncoderSettings
from models.networks.tokens import ALPHABET, END, MASK, SPECIAL, START, UNKNOWN, masked, padded, tokens_of

UNITS = ("*CCO*", "*CC(*)c1ccccc1", "*CCCOC(=O)O*", "*C=C*", "*CC(*)(C)C(=O)OCCOC", "*[Si](*)(C)C", "*c1ccc(O*)cc1")
SALT = "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]"


def readout(law, may_fall=False):
    return Readout(law, may_fall, centre=-5.0, scale=1.5, coldest_K=280.0)


@pytest.mark.parametrize("law", ["arrhenius", "vtf"])
def test_no_output_of_a_network_lets_a_law_fall_unless_it_may(law):
    generator = torch.Generator().manual_seed(0)
    temperatures = torch.linspace(260.0, 460.0, 41)
    for may_fall in (False, True):
        module = readout(law, may_fall).module()
        raw = 5 * torch.randn(200, module.outputs, generator=generator, dtype=torch.double)
        value = torch.stack([module(raw, temperature.expand(200)) for temperature in temperatures])
        assert torch.isfinite(value).all()
        falls = (value.diff(dim=0) < -1e-9).any(dim=0)
        assert bool(falls.any()) is may_fall


@pytest.mark.parametrize(("law", "steepness"), [("arrhenius", "E_kJ_mol"), ("vtf", "B_kJ_mol")])
def test_the_constants_are_those_of_the_law_as_a_chemist_writes_it(law, steepness):
    module = readout(law).module()
    raw = torch.randn(50, module.outputs, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    constants = module.constants(raw)
    T = torch.full((50,), 350.0, dtype=torch.double)
    t0 = constants.get("T0_K", torch.zeros(50))
    expected = constants["log10_A"] - constants[steepness] / (R_LN10_KJ_MOL_K * (T - t0))
    assert torch.allclose(module(raw, T), expected)
    assert (constants[steepness] >= 0).all()
    assert (t0 < 280.0).all()


def test_a_plain_readout_knows_no_temperature_and_a_law_asks_for_one():
    module = readout("plain").module()
    raw = torch.zeros(2, 1)
    assert module(raw, torch.tensor([300.0, float("nan")])).tolist() == [-5.0, -5.0]
    nothing = torch.tensor([25.0, float("nan")])
    assert torch.isnan(in_kelvin(nothing, "plain")[1])
    with pytest.raises(BadInput, match="has no temperature"):
        in_kelvin(nothing, "vtf")


@pytest.mark.parametrize("unit", UNITS)
def test_a_graph_has_no_ends_and_each_bond_its_reverse(unit):
    graph = graph_of(canonical_repeat_unit(unit))
    assert (graph.V.shape[1], graph.E.shape[1]) == feature_sizes()
    ends = graph.edge_index
    assert (ends[:, graph.rev_edge_index] == ends[::-1]).all()
    assert (graph.V[:, 0] == 0).all()  # no hydrogen, and no open end, is an atom of its own
    assert set(ends.ravel()) == set(range(len(graph.V)))


def test_what_a_graph_says_is_the_same_however_many_units_are_drawn():
    torch.manual_seed(0)
    passing = GraphEncoder(EncoderSettings("graph", width=8, depth=3)).eval()
    from chemprop.data import BatchMolGraph

    for unit in UNITS:
        canonical = canonical_repeat_unit(unit)
        means = [
            passing.passing(BatchMolGraph([graph_of(canonical, more_units=more)])).mean(dim=0) for more in (0, 1, 3)
        ]
        assert torch.allclose(means[0], means[1], atol=1e-5), unit
        assert torch.allclose(means[0], means[2], atol=1e-5), unit


def test_a_conjugated_chain_is_no_annulene():
    aromatic = graph_of(canonical_repeat_unit("*C=C*")).V[:, -2]
    assert (aromatic == 0).all()


@pytest.mark.parametrize("encoder", [Transformer, Recurrent])
def test_padding_says_nothing(encoder):
    torch.manual_seed(0)
    reader = encoder(EncoderSettings("recurrent", width=16, depth=2, heads=2)).eval()
    with torch.no_grad():
        alone, together = reader(["*CCO*"]), reader(["*CCO*", SALT])
    assert torch.allclose(alone[0], together[0], atol=1e-5)


def test_tokens_are_whole_atoms_and_what_is_not_known_is_said():
    assert [ALPHABET[number] for number in tokens_of("*CC(Cl)[Zn]")] == [START, "*", *"CC(", "Cl", ")", UNKNOWN, END]
    assert ALPHABET.index("[Li+]") in tokens_of(SALT)
    assert ALPHABET.index(UNKNOWN) not in tokens_of(SALT)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_some_tokens_of_each_row_are_hidden_and_none_that_stands_for_nothing():
    tokens = padded([tokens_of(unit) for unit in UNITS] * 60)
    hidden, chosen = masked(tokens, 0.15, torch.Generator().manual_seed(2))
    assert chosen.any(dim=1).all()
    assert not (chosen & (tokens < SPECIAL)).any()
    assert torch.equal(hidden[~chosen], tokens[~chosen])
    share = float((hidden[chosen] == ALPHABET.index(MASK)).double().mean())
    assert share == pytest.approx(0.8, abs=0.05)
    of_all = float(chosen.sum() / (tokens >= SPECIAL).sum())
    assert 0.1 < of_all < 0.25
    again, _ = masked(tokens, 0.15, torch.Generator().manual_seed(2))
    assert torch.equal(again, hidden)


def test_reverse_bonds_of_a_salt_and_a_lone_ion():
    graph = graph_of("[Cl-].[Li+]")
    assert graph.edge_index.shape == (2, 0)
    assert np.isfinite(graph.V).all()
