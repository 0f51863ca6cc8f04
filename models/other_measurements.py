"""The measurements that give one property each, and no law: how they are analysed, read, and missed."""

from collections.abc import Iterable

from ledger.film import Reading
from ledger.measurement import Calorimetry, Measurement, Polarisation, VoltageSweep
from models.glass_transition import GLASS_TRANSITION, analyse_calorimetry
from models.oxidation import OXIDATION, analyse_voltage_sweep
from models.property_result import PropertyResult
from models.transference import TRANSFERENCE, analyse_polarisation

SAME_TEMPERATURE_K = 0.5
"""A measurement belongs to the temperature that is asked for within this distance: stages settle to a few tenths."""
MODULUS = "log10_storage_modulus"
_TOLD = {
    MODULUS: "modulus",
    TRANSFERENCE: "transference number",
    OXIDATION: "oxidation limit",
    GLASS_TRANSITION: "glass transition",
}


def analysed(measured: Measurement) -> PropertyResult | None:
    """What the analysis of its kind says; None for spectra and moduli, which have ways of their own."""
    match measured:
        case Polarisation():
            return analyse_polarisation(measured)
        case VoltageSweep():
            return analyse_voltage_sweep(measured)
        case Calorimetry():
            return analyse_calorimetry(measured)
        case _:
            return None


def reading(result: PropertyResult) -> Reading:
    """An accepted result as a reading."""
    value, sd = result.value or 0.0, result.sd or 0.0
    return Reading(property=result.property, value=value, sd=sd, temperature_C=result.temperature_C)


def why_missing(
    readings: Iterable[Reading], name: str, asked_C: float | None, results: Iterable[PropertyResult]
) -> str:
    """Why a property that is measured, not read from a law, is not there; empty where it is."""
    if any(found.property == name and _at(found.temperature_C, asked_C) for found in readings):
        return ""
    told = _TOLD.get(name, name)
    for result in results:
        if result.property == name and not result.accepted and _at(result.temperature_C, asked_C):
            return f"{told}: {result.verdict}: {result.reason}"
    return f"no {told} was measured."


def _at(measured_C: float | None, asked_C: float | None) -> bool:
    return measured_C is None or asked_C is None or abs(measured_C - asked_C) <= SAME_TEMPERATURE_K
