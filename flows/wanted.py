"""From the objectives and limits of a campaign to what is measured on each of its films."""

from devices.protocols import Polarise, ScanHeat, Sweep, SweepVoltage
from devices.wanted import Wanted
from flows.spec import CampaignSpec


def wanted_of(spec: CampaignSpec) -> Wanted:
    """The spectra that the file asks for, and of every other kind only what an objective or a limit needs."""
    measure = spec.measure
    return Wanted(
        spectra_at_C=measure.temperatures,
        sweep=Sweep(
            high_Hz=measure.sweep.high,
            low_Hz=measure.sweep.low,
            points_per_decade=measure.sweep.points_per_decade,
        ),
        indent_at_C=_temperatures(spec, "log10_storage_modulus"),
        polarise_at_C=_temperatures(spec, "transference_number"),
        polarise=Polarise(voltage_V=measure.polarisation.voltage, hours=measure.polarisation.time),
        scan_heat=_scan(spec),
        sweep_voltage_at_C=_temperatures(spec, "oxidation_limit"),
        sweep_voltage=SweepVoltage(
            from_V=measure.voltage_sweep.low,
            to_V=measure.voltage_sweep.high,
            rate_mV_s=measure.voltage_sweep.rate,
        ),
    )


def _scan(spec: CampaignSpec) -> ScanHeat | None:
    if all(asked.property != "glass_transition" for asked in spec.outcomes):
        return None
    scan = spec.measure.calorimetry
    return ScanHeat(from_C=scan.low, to_C=scan.high, rate_K_min=scan.rate)


def _temperatures(spec: CampaignSpec, name: str) -> tuple[float, ...]:
    """Where a property is an objective or limited, in rising order, °C."""
    return tuple(sorted({o.temperature_C for o in spec.outcomes if o.property == name and o.temperature_C is not None}))
