"""One short plan for each kind of measurement: tell the instrument, keep its event, and give back the typed value."""

from typing import Any

from bluesky.utils import MsgGenerator

from devices.perform import perform
from devices.plans.making import FilmAsMade
from devices.plans.parts import save
from devices.protocols import Indent, Polarise, ScanHeat, Sweep, SweepVoltage
from devices.station import Station
from ledger.measurement import Calorimetry, ImpedanceSpectrum, ModulusReading, Polarisation, VoltageSweep


def spectrum(
    station: Station, sweep: Sweep, reached_C: float, film: FilmAsMade | None
) -> MsgGenerator[ImpedanceSpectrum]:
    """Sweep the frequency; `film` gives the spectrum its thickness and area."""
    meter = station.instrument("impedance_meter")
    swept = yield from perform(meter, sweep)
    yield from save("primary", meter, station.instrument("thermal_stage"))
    return _spectrum(swept["frequency_Hz"], swept["real_ohm"], swept["imaginary_ohm"], reached_C, film)


def modulus(station: Station, indent: Indent, reached_C: float) -> MsgGenerator[ModulusReading]:
    """Indent the film."""
    tester = station.instrument("mechanical_tester")
    pressed = yield from perform(tester, indent)
    yield from save("modulus", tester, station.instrument("thermal_stage"))
    return ModulusReading(
        storage_modulus_MPa=pressed["storage_modulus_MPa"],
        sd_MPa=pressed["sd_MPa"],
        temperature_C=reached_C,
        frequency_Hz=indent.frequency_Hz,
    )


def polarisation(
    station: Station, polarise: Polarise, reached_C: float, film: FilmAsMade | None
) -> MsgGenerator[Polarisation]:
    """Polarise a disc between two lithium electrodes."""
    cell = station.instrument("lithium_cell")
    found = yield from perform(cell, polarise)
    yield from save("polarisation", cell, station.instrument("thermal_stage"))
    before, after = (
        _spectrum(found["frequency_Hz"], found[f"{when}_real_ohm"], found[f"{when}_imaginary_ohm"], reached_C, film)
        for when in ("before", "after")
    )
    return Polarisation(
        voltage_V=found["applied_V"],
        time_s=tuple(found["time_s"]),
        current_A=tuple(found["current_A"]),
        before=before,
        after=after,
        temperature_C=reached_C,
    )


def heat_scan(station: Station, scan: ScanHeat) -> MsgGenerator[Calorimetry]:
    """Scan the heat capacity of a disc; the calorimeter has an oven of its own."""
    calorimeter = station.instrument("calorimeter")
    found = yield from perform(calorimeter, scan)
    yield from save("calorimetry", calorimeter)
    return Calorimetry(
        sample_temperature_C=tuple(found["sample_temperature_C"]),
        heat_flow_mW=tuple(found["heat_flow_mW"]),
        rate_K_min=scan.rate_K_min,
        mass_mg=found["mass_mg"],
    )


def voltage_sweep(station: Station, sweep: SweepVoltage, reached_C: float) -> MsgGenerator[VoltageSweep]:
    """Sweep a disc between lithium and steel until it is oxidised."""
    cell = station.instrument("lithium_cell")
    found = yield from perform(cell, sweep)
    yield from save("voltage_sweep", cell, station.instrument("thermal_stage"))
    return VoltageSweep(
        potential_V=tuple(found["potential_V"]),
        current_density_A_cm2=tuple(found["current_density_A_cm2"]),
        rate_mV_s=sweep.rate_mV_s,
        resistance_ohm_cm2=found["resistance_ohm_cm2"],
        temperature_C=reached_C,
    )


def _spectrum(
    frequency_Hz: Any, real_ohm: Any, imaginary_ohm: Any, temperature_C: float, film: FilmAsMade | None
) -> ImpedanceSpectrum:
    return ImpedanceSpectrum(
        frequency_Hz=tuple(frequency_Hz),
        real_ohm=tuple(real_ohm),
        imaginary_ohm=tuple(imaginary_ohm),
        temperature_C=temperature_C,
        thickness_um=film.thickness_um if film is not None else None,
        area_cm2=film.area_cm2 if film is not None else None,
    )
