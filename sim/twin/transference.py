"""Share of the current that lithium carries, at small currents and steady state: the noise-free truth.

logit t = Σ share · logit t_group + anion + loading, over the groups that hold the lithium. The numbers are set by
hand to published ones and are no better than ±0.1:

- Poly(ethylene oxide) with LiTFSI: 0.08 to 0.25, less with more salt (Gorecki et al., J. Phys.: Condens. Matter 1995,
  7, 6823; Pesko et al., J. Electrochem. Soc. 2017, 164, E3569).
- Polyesters and polycarbonates hold lithium more weakly: 0.4 to 0.8 (Tominaga and Yamazaki, Chem. Commun. 2014, 50,
  4448; Mindemark et al., Prog. Polym. Sci. 2018, 81, 114; Rosenwinkel et al., J. Electrochem. Soc. 2019, 166, A3228).
- Anions on the chain: 0.85 to 0.95 (Bouchet et al., Nat. Mater. 2013, 12, 452).
- A small molecule carries lithium with it: 0.3 to 0.4 in liquid carbonates (Diederichsen, McShane and McCloskey, ACS
  Energy Lett. 2017, 2, 2563); a glyme holds it as poly(ethylene oxide) does, but moves.
- What an anion's size does is an estimate: the larger it is the slower, so that lithium's share rises.
"""

from math import exp, log

from chemistry.formulation import Formulation
from sim.twin.composition import composition
from sim.twin.donors import Donors, donors

_OF_POLYMER = {
    "chelating ether": 0.18,
    "ether": 0.22,
    "ester": 0.50,
    "carbonate": 0.58,
    "amide": 0.28,
    "nitrile": 0.45,
    "amine": 0.15,
    "hydroxyl": 0.25,
    "other": 0.33,
    "none": 0.40,
}
_OF_PLASTICISER = {
    "chelating ether": 0.30,
    "ether": 0.33,
    "ester": 0.40,
    "carbonate": 0.38,
    "amide": 0.30,
    "nitrile": 0.42,
    "amine": 0.25,
    "hydroxyl": 0.30,
    "other": 0.35,
    "none": 0.35,
}
TETHERED = 0.93
_PER_ANION_VOLUME = 0.35
"""Change of logit t with ln(molar mass of the salt over that of LiTFSI)."""
_PER_LOADING = -2.5
"""Change of logit t with Li⁺ per chelating ether, from 0.05 on: aggregates carry lithium backwards."""
_LITFSI_g_mol = 287.1


def truth_transference_number(formulation: Formulation) -> float:
    """Transference number of a formulation, without film effect and without noise; temperature is not in the law."""
    return 1 / (1 + exp(-logit_transference(formulation)))


def logit_transference(formulation: Formulation) -> float:
    """ln(t / (1 - t))."""
    held = donors(formulation)
    if held.tethered:
        return _logit(TETHERED)
    value = _mean_logit(held)
    if formulation.salt is not None:
        value += _PER_ANION_VOLUME * log(formulation.salt.molar_mass / _LITFSI_g_mol)
    chelated = held.all.get("chelating ether", 0.0)
    return value + _PER_LOADING * chelated * (min(0.3, composition(formulation).loading) - 0.05)


def _mean_logit(held: Donors) -> float:
    of_polymer = sum(share * _logit(_OF_POLYMER[group]) for group, share in held.polymer.items())
    return of_polymer + sum(share * _logit(_OF_PLASTICISER[group]) for group, share in held.plasticiser.items())


def _logit(share: float) -> float:
    return log(share / (1 - share))
