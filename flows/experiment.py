"""One experiment, from a suggestion to observations: make, measure, analyse."""

from typing import TYPE_CHECKING, Any

from chemistry.recipe import masses_mg
from devices.errors import InstrumentError, PlanAborted
from devices.lab import Station
from devices.plans import FilmAsMade, make_film, measure_film, press_film
from devices.protocols import MAKE_ROLES, Hold
from flows import gate
from flows.control import CalledOff, in_words
from flows.session import Session
from flows.step import step
from ledger.errors import OutOfStock
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from ledger.tables import ExperimentRow, SampleRow

if TYPE_CHECKING:
    from flows.crew import Crew


def carry_out(session: Session, crew: "Crew", experiment: ExperimentRow, hold: Hold) -> None:
    """Take an experiment from wherever it stands to its end, back and forth as the quality gate decides.

    One that an instrument refuses or fails is cancelled: that says nothing about the formulation.
    """
    number, label = experiment.number, experiment.formulation.label
    try:
        while not (state := ExperimentState(session.ledger.experiment(experiment.id).state)).final:
            if state in (ExperimentState.SUGGESTED, ExperimentState.MAKING):
                step("make", f"make film {number}: {label}", lambda: _make(session, crew, experiment, hold))
            elif state is ExperimentState.MEASURED:
                step("analyse", f"analyse film {number}: {label}", lambda: _analyse(session, experiment))
            else:
                step("measure", f"measure film {number}: {label}", lambda: _measure(session, crew, experiment, hold))
    except CalledOff as called_off:
        session.ledger.move(experiment.id, ExperimentState.CANCELLED, str(called_off))
    except PlanAborted:
        called_off = session.control.now().calling_off(number)
        if called_off is None:
            raise
        session.ledger.move(experiment.id, ExperimentState.CANCELLED, in_words(called_off))
    except OutOfStock as short:
        session.ledger.move(experiment.id, ExperimentState.CANCELLED, f"out of stock: {short}")
    except InstrumentError as fault:
        told = {"instrument": fault.instrument, "step": fault.step, "station": fault.station}
        session.ledger.move(experiment.id, ExperimentState.CANCELLED, f"an instrument failed: {fault}", told)


def _make(session: Session, crew: "Crew", experiment: ExperimentRow, hold: Hold) -> None:
    """Make the film, or what a crash left to be made of it; what is confirmed in the journal is not repeated.

    A film that the quality gate wants pressed again is pressed, and nothing else.
    """
    ledger = session.ledger
    if ledger.experiment(experiment.id).state == ExperimentState.SUGGESTED:
        ledger.move(experiment.id, ExperimentState.MAKING)
    sample = _sample(session, experiment)
    press = gate.to_be_pressed(sample, ledger.film_decisions(experiment.id))
    with crew.station(MAKE_ROLES, experiment, hold) as (station, token):

        def control() -> Any:
            return session.control.checkpoint(experiment.number, hold)

        if press is not None:
            plan = press_film(station, sample.id, *press, control)
            film, _ = _run(session, station, plan, sample.id, token, hold, experiment)
            formulation = sample.formulation
        else:
            _begin(session, experiment, sample)
            plan = make_film(station, sample.id, experiment.formulation, session.spec.film_mass_mg, control)
            film, _ = _run(session, station, plan, sample.id, token, hold, experiment)
            formulation = film.formulation
    ledger.as_made(sample.id, formulation or experiment.formulation, film.thickness_um, film.area_cm2)
    ledger.move(experiment.id, ExperimentState.MADE)


def _begin(session: Session, experiment: ExperimentRow, sample: SampleRow) -> None:
    """Reserve all that a film needs; half of one would be wasted.

    One of which nothing is wet yet is not begun where people stop the campaign, or where it would run dry.
    """
    if session.journal.steps(sample.id):
        return
    stopping = session.control.now().stopping
    if stopping is not None:
        raise CalledOff(in_words(stopping))
    session.stock.reserve(sample.id, masses_mg(experiment.formulation, session.spec.film_mass_mg))


def _measure(session: Session, crew: "Crew", experiment: ExperimentRow, hold: Hold) -> None:
    """Take every measurement that is wanted; one that was cut off is begun again, it consumes nothing."""
    ledger = session.ledger
    sample = _sample(session, experiment)
    wanted = gate.what_to_measure(gate.spec_of(session, experiment), ledger.film_decisions(experiment.id))
    if ledger.experiment(experiment.id).state == ExperimentState.MADE:
        ledger.move(experiment.id, ExperimentState.MEASURING)
    with crew.station(wanted.roles, experiment, hold) as (station, token):
        plan = measure_film(
            station,
            sample.id,
            wanted,
            film=_film_as_made(sample),
            control=lambda: session.control.checkpoint(experiment.number, hold),
        )
        measured, run_uid = _run(session, station, plan, sample.id, token, hold, experiment)
    ledger.measured(experiment.id, sample.id, measured.measurements, run_uid)


def _analyse(session: Session, experiment: ExperimentRow) -> None:
    """From measurements to observations, or to what the quality gate decides instead."""
    gate.decide(session, experiment, _sample(session, experiment))


def _run(
    session: Session, station: Station, plan: Any, sample: str, token: int, hold: Hold, experiment: ExperimentRow
) -> tuple[Any, str | None]:
    """Run a plan on a station, its documents landing in the ledger as they come. Returns its result and run uid."""
    documents = DocumentWriter(session.ledger, experiment.id)
    result = station.run(plan, sample=sample, token=token, journal=session.journal, documents=documents, hold=hold)
    return result, documents.run_uid


class DocumentWriter:
    """Takes the documents of one Bluesky run: what goes before a reading is written with it, the rest at the end."""

    def __init__(self, ledger: Ledger, experiment_id: int) -> None:
        self._ledger, self._experiment_id = ledger, experiment_id
        self._unwritten: list[tuple[str, dict[str, Any]]] = []
        self.run_uid: str | None = None

    def __call__(self, name: str, document: dict[str, Any]) -> None:
        """Take a document."""
        if name == "start":
            self.run_uid = document["uid"]
        self._unwritten.append((name, document))
        if name in ("event", "event_page", "stop") and self.run_uid is not None:
            self._ledger.add_documents(self.run_uid, self._unwritten, self._experiment_id)
            self._unwritten = []


def _sample(session: Session, experiment: ExperimentRow) -> SampleRow:
    """The experiment's sample; a new one where it has none yet."""
    samples = session.ledger.samples(experiment.id)
    return samples[-1] if samples else session.ledger.add_sample(experiment.id, f"rack {experiment.number}")


def _film_as_made(sample: SampleRow) -> FilmAsMade | None:
    if sample.formulation is None or sample.thickness_um is None or sample.area_cm2 is None:
        return None
    return FilmAsMade(
        sample=sample.id,
        formulation=sample.formulation,
        masses_mg={},
        thickness_um=sample.thickness_um,
        area_cm2=sample.area_cm2,
    )
