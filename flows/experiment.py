"""One experiment, from a suggestion to observations: make, measure, analyse."""

from typing import TYPE_CHECKING

from bluesky.utils import FailedStatus, RequestAbort, RunEngineInterrupted

from chemistry.errors import IonloopError
from devices.journaled import journaled
from devices.lab import Station
from devices.plans import make_film, measure_film
from flows.quality import judge_film
from flows.session import MAKING, MEASURING, Session
from flows.step import step
from ledger.journal import Journal
from ledger.kinds import ExperimentState
from ledger.tables import ExperimentRow

if TYPE_CHECKING:
    from flows.crew import AtWork, Crew
