"""What people read in a ledger: campaigns, observations, and films with their whole history. Nothing here decides."""

from ledger.browsing.asked import Holds, Question, Sort
from ledger.browsing.browse import Browsing
from ledger.browsing.told import (
    CampaignTold,
    Counts,
    FilmHistory,
    FilmsPage,
    FilmTold,
    ObservationsPage,
    ObservationTold,
)

__all__ = [
    "Browsing",
    "CampaignTold",
    "Counts",
    "FilmHistory",
    "FilmTold",
    "FilmsPage",
    "Holds",
    "ObservationTold",
    "ObservationsPage",
    "Question",
    "Sort",
]
