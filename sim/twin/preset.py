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
    film_transference_sd: float = Field(default=0.06, ge=0)
    """Standard deviation of ln(t⁺ / (1 - t⁺)) between films."""
    film_oxidation_sd_V: float = Field(default=0.03, ge=0)
    film_glass_transition_sd_K: float = Field(default=1.0, ge=0)
    """Residual solvent and thermal history."""
    interface_growth: float = Field(default=0.15, ge=0)
    """Median relative growth of the lithium interfaces in the first eight hours."""
    impurity_A_cm2: float = Field(default=5e-7, ge=0)
    """Median height of the wave of impurities below the oxidation of the film."""
    leak_S_cm2: float = Field(default=1e-7, ge=0)
    """Median slope of the baseline of a voltage sweep."""
    aged_films: float = Field(default=0.4, ge=0, le=1)
    """Share of films that give back enthalpy at their glass transition."""
    thermometer_sd_K: float = Field(default=0.3, ge=0)
    """Error of the calorimeter's temperature, the same all over one scan."""
    signal_noise: float = Field(default=1.0, ge=0)
    """Factor on the noise of potentiostat and calorimeter and on the bends of their baselines."""


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
        film_transference_sd=0.25,
        film_oxidation_sd_V=0.08,
        film_glass_transition_sd_K=3.0,
        interface_growth=0.4,
        impurity_A_cm2=1.5e-6,
        leak_S_cm2=3e-7,
        aged_films=0.7,
        thermometer_sd_K=0.6,
        signal_noise=3.0,
    ),
    Preset(
        name="clean",
        film_sd_decades=0,
        film_modulus_sd_decades=0,
        contact_failures=0,
        unfitted_circuits=0,
        drifting_sweeps=0,
        modulus_reading_sd=0,
        film_transference_sd=0,
        film_oxidation_sd_V=0,
        film_glass_transition_sd_K=0,
        interface_growth=0,
        impurity_A_cm2=0,
        leak_S_cm2=0,
        aged_films=0,
        thermometer_sd_K=0,
    ),
    Preset(
        name="ideal",
        film_sd_decades=0,
        film_modulus_sd_decades=0,
        contact_failures=0,
        unfitted_circuits=0,
        drifting_sweeps=0,
        modulus_reading_sd=0,
        film_transference_sd=0,
        film_oxidation_sd_V=0,
        film_glass_transition_sd_K=0,
        interface_growth=0,
        impurity_A_cm2=0,
        leak_S_cm2=0,
        aged_films=0,
        thermometer_sd_K=0,
        signal_noise=0,
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
