"""What drying leaves of the casting solvent in a film.

w = w_0 exp(-k t p(T)/p_usual): a film gives its solvent off under vacuum as fast as its vapour pressure asks (Hertz and
Knudsen), so that w decays exponentially as in a thin film whose surface decides (Crank, The Mathematics of Diffusion,
2nd ed. 1975, ch. 4). ln p = (ΔS/R) (1 - T_b/T) with ΔS = 88 J/(mol K), Trouton's rule. That residual solvent is counted
as the polymer's conductivity is a known trap (Macchi et al., Gels 2025, 11, 890). w_0 and k are assumptions, chosen so
that the usual drying leaves half a per cent.

The laws of the twin are set to films that were dried as usual: only what a film holds beyond that counts, below zero
where it is drier.
"""

from math import exp, log

from chemistry.process import Dissolve, Dry, Process
from chemistry.remembered import remembered
from chemistry.solvents import Solvent, solvent, solvent_or_none

SET_FILM_SOLVENT = 0.10
"""w/w of solvent in a film that has just set (w_0)."""
_USUAL_LEFT = 0.005
_TROUTON = 88.0 / 8.314462618
"""Entropy of vaporisation over the gas constant."""


@remembered
def excess_solvent(process: Process) -> tuple[Solvent, float]:
    """The casting solvent and its weight fraction of a film, less what the usual drying leaves of the usual solvent.

    A process of which no step is stated is the usual one; one without a solvent leaves none.
    """
    cast_from = [step.solvent for step in process.steps if isinstance(step, Dissolve)]
    usual = solvent(Dissolve().solvent)
    # What nobody here knows of a solvent is taken to be as of the usual one.
    used = (solvent_or_none(cast_from[0]) if cast_from else None) or usual
    if not process.steps:
        return used, 0.0
    left = _left(process, used) if cast_from else 0.0
    return used, left - _left(Process(), usual)


def _left(process: Process, used: Solvent) -> float:
    """w/w of solvent after all drying steps of a process."""
    usual, standard = Dry(), solvent(Dissolve().solvent)
    per_hour = log(SET_FILM_SOLVENT / _USUAL_LEFT) / usual.hours / _pressure(standard, usual.temperature_C)
    dried = sum(step.hours * _pressure(used, step.temperature_C) for step in process.steps if isinstance(step, Dry))
    return SET_FILM_SOLVENT * exp(-per_hour * dried)


def _pressure(liquid: Solvent, temperature_C: float) -> float:
    """Vapour pressure over the normal pressure."""
    return exp(_TROUTON * (1 - (liquid.boiling_point_C + 273.15) / (temperature_C + 273.15)))
