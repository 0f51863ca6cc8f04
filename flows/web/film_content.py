"""One film as its page shows it: the ledger's history of it, and what the analysis makes of its measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.browsing import FilmHistory
from ledger.measurement import ImpedanceSpectrum, Measurement
from ledger.predictions import Prediction
from ledger.store import Ledger
from models.analysis import analyse_spectrum
from models.film_judgement import law_of
from models.replicates import Replicate, replicates
from models.temperature_law import TemperatureLaw

if TYPE_CHECKING:
    from models.conductivity_result import ConductivityResult


@dataclass(frozen=True)
class Fitted:
    """A spectrum, and what the analysis makes of it."""

    spectrum: ImpedanceSpectrum
    result: "ConductivityResult"

    @property
    def label(self) -> str:
        """Where it was taken."""
        at = self.spectrum.temperature_C
        return "no temperature" if at is None else f"{at:g} °C"


@dataclass(frozen=True)
class Analysed:
    """What the spectra of a film say today; what the campaign learnt stands among its observations.

    Attributes:
        spectra: each with its fit, in the order in which they were taken.
        points: one conductivity for each temperature.
        law: of those points; None where they carry none.
    """

    spectra: tuple[Fitted, ...]
    points: tuple[Replicate, ...]
    law: TemperatureLaw | None


def analysed(measurements: Sequence[Measurement]) -> Analysed:
    """Fit every spectrum of a film, and the law of its conductivities."""
    spectra = tuple(Fitted(m, analyse_spectrum(m)) for m in measurements if isinstance(m, ImpedanceSpectrum))
    points = tuple(replicates({place: one.result for place, one in enumerate(spectra)}))
    return Analysed(spectra, points, law_of(points))


def last_sample(history: FilmHistory) -> str:
    """The sample whose measurements are the film's: its own, or the last that was made of the experiment."""
    named = {sample.id for sample in history.samples}
    return history.film.film_id if history.film.film_id in named or not named else history.samples[-1].id


def present_prediction(ledger: Ledger, campaign_id: int, formulation: Formulation) -> tuple[int, list[Prediction]]:
    """What the campaign's present champion says of a formulation, and its number; (0, []) where there is none.

    Raises:
        BadInput: its weights were not kept, or it cannot be asked.
    """
    from flows.spec import CampaignSpec
    from flows.suggest import foretold

    champion = ledger.champion(campaign_id)
    if champion is None:
        return 0, []
    spec = CampaignSpec.model_validate(ledger.campaign(campaign_id).spec)
    return champion.number, foretold(ledger, campaign_id, spec, champion, formulation)
