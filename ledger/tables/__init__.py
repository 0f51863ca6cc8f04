"""The tables of the ledger. Importing this package puts all of them into `metadata`."""

from ledger.tables.base import Row
from ledger.tables.bookkeeping import EventCounterRow, EventRow, LeaseRow
from ledger.tables.learning import ModelVersionRow, ModelWeightsRow
from ledger.tables.matter import PhysicalStepRow, SampleRow
from ledger.tables.plan import CampaignCommandRow, CampaignRow, ExperimentRow, SuggestionRow
from ledger.tables.record import BlueskyDocumentRow, FilmRow, MeasurementRow, ObservationRow

metadata = Row.metadata

__all__ = [
    "BlueskyDocumentRow",
    "CampaignCommandRow",
    "CampaignRow",
    "EventCounterRow",
    "EventRow",
    "ExperimentRow",
    "FilmRow",
    "LeaseRow",
    "MeasurementRow",
    "ModelVersionRow",
    "ModelWeightsRow",
    "ObservationRow",
    "PhysicalStepRow",
    "Row",
    "SampleRow",
    "SuggestionRow",
    "metadata",
]
