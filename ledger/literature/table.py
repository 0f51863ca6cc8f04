"""What a published table becomes: films with provenance, and the rows that were refused."""

from collections import Counter

from chemistry.value import Value
from ledger.published import PublishedFilm


class Refusal(Value):
    """A row that was not imported, and why."""

    row: int
    """Line number in the file; the header is line 1."""
    reason: str
    """The kind of reason, one of a few phrases: what a summary counts."""
    detail: str = ""
    """What is wrong with this row."""


class LiteratureTable(Value):
    """A whole table as it was read: every row is in one film or among the refusals."""

    format: str
    file: str
    place: str
    """By which its films are known to come from it: its whole path, or the name under which it was sent."""
    rows: int
    films: tuple[PublishedFilm, ...]
    refusals: tuple[Refusal, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """Number of refused rows for each kind of reason, most frequent first."""
        return dict(Counter(refusal.reason for refusal in self.refusals).most_common())

    @property
    def readings(self) -> int:
        """Number of readings in all films."""
        return sum(len(item.film.readings) for item in self.films)
