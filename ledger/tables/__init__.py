"""The tables of the ledger. Importing this package puts all of them into `metadata`."""

from ledger.tables.base import Row
from ledger.tables.bookkeeping import EventCounterRow, EventRow, LeaseRow
from ledger.tables.decision import ApprovalRow, DecisionMarkRow, FilmDecisionRow
from ledger.tables.learning import ModelVersionRow, ModelWeightsRow, PredictionRow
from ledger.tables.matter import PhysicalStepRow, SampleRow
from ledger.tables.people import AuditRow, FailedSignInRow, PersonRow, SessionRow, TokenRow
from ledger.tables.plan import (
    CalculationRow,
    CampaignCommandRow,
    CampaignRow,
    ExperimentRow,
    PoolRow,
    SuggestionRow,
    TheoryRow,
)
from ledger.tables.record import BlueskyDocumentRow, FilmRow, MeasurementRow, ObservationRow
from ledger.tables.searching import FormulationWordsRow
from ledger.tables.stock import ContainerRow, StockChangeRow, StockReservationRow

metadata = Row.metadata

__all__ = [
    "ApprovalRow",
    "AuditRow",
    "BlueskyDocumentRow",
    "CalculationRow",
    "CampaignCommandRow",
    "CampaignRow",
    "ContainerRow",
    "DecisionMarkRow",
    "EventCounterRow",
    "EventRow",
    "ExperimentRow",
    "FailedSignInRow",
    "FilmDecisionRow",
    "FilmRow",
    "FormulationWordsRow",
    "LeaseRow",
    "MeasurementRow",
    "ModelVersionRow",
    "ModelWeightsRow",
    "ObservationRow",
    "PersonRow",
    "PhysicalStepRow",
    "PoolRow",
    "PredictionRow",
    "Row",
    "SampleRow",
    "SessionRow",
    "StockChangeRow",
    "StockReservationRow",
    "SuggestionRow",
    "TheoryRow",
    "TokenRow",
    "metadata",
]
