"""How far real films and meters are from the ideal ones, in named presets."""

from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value
from sim.twin.meter import Meter


class Preset(Value):
    """Film-to-film scatter, faulty cells, and the meter's errors.

    `default` is a careful lab. `rough` has the heavy tails of pressed pellets: over groups of nominally identical
    cells the standard deviation of log10 σ is 0.11, 0.24, 0.43, 1.10 and 2.39 at the 10, 25, 50, 75 and 90 % quantiles
    (public impedance data); temperature series show outliers of a factor of 100 and σ falling above 60 to 80 °C.
    `clean` has the default meter and faultless films of the fitted circuit; `ideal` has no error at all.
    """

    name: str
    film_sd_decades: float = Field(default=0.10, ge=0)
    """Standard deviation of log10 σ between films, shared by all temperatures of one film."""
    film_sd_spread: float = Field(default=0.0, ge=0)
    """Standard deviation of ln(film_sd_decades) between formulations: some lots are good, some are hopeless."""
    film_modulus_sd_decades: float = Field(default=0.05, ge=0)
    crystallinity_sd: float = Field(default=0.0, ge=0)
    """Standard deviation of ln(crystallinity) between films: thermal history."""
    contact_failures: float = Field(default=0.05, ge=0, le=1)
    """Share of films of which only a part (2 to 30 %) of the electrode touches."""
    detaching: float = Field(default=0.0, ge=0, le=1)
    """Share of films that come off the electrode above 60 to 80 °C."""
    outliers: float = Field(default=0.0, ge=0, le=1)
    """Share of single spectra with R off by a factor of 10 to 100, either way."""
    unfitted_circuits: float = Field(default=0.15, ge=0, le=1)
    """Share of films whose true circuit is not the one fitted (`sim.twin.deviation`)."""
    drifting_sweeps: float = Field(default=0.02, ge=0, le=1)
    """Share of sweeps during which R changes by 10 to 50 %."""
    modulus_reading_sd: float = Field(default=0.05, ge=0)
    """Relative error of one modulus reading."""
    meter: Meter = Meter()


_PRESETS = (
    Preset(name="default"),
    Preset(
        name="rough",
        film_sd_decades=0.43,
        film_sd_spread=1.2,
        film_modulus_sd_decades=0.15,
        crystallinity_sd=0.3,
        contact_failures=0.15,
        detaching=0.1,
        outliers=0.02,
        unfitted_circuits=0.3,
        drifting_sweeps=0.05,
        modulus_reading_sd=0.10,
        meter=Meter(relative_noise=0.01, current_floor_A=3e-12),
    ),
    Preset(
        name="clean",
        film_sd_decades=0,
        film_modulus_sd_decades=0,
        contact_failures=0,
        unfitted_circuits=0,
        drifting_sweeps=0,
        modulus_reading_sd=0,
    ),
    Preset(
        name="ideal",
        film_sd_decades=0,
        film_modulus_sd_decades=0,
        contact_failures=0,
        unfitted_circuits=0,
        drifting_sweeps=0,
        modulus_reading_sd=0,
        meter=Meter(relative_noise=0, current_floor_A=0, impedance_floor_ohm=0),
    ),
)
PRESETS = {preset.name: preset for preset in _PRESETS}


def preset_named(name: str) -> Preset:
    """The preset with this name.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in PRESETS:
        raise BadInput(f"the twin has no preset {name!r}", remedy=f"Choose one of {', '.join(PRESETS)}")
    return PRESETS[name]
