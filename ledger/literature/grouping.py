"""Which rows of a table were read on one film."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.film import Film, Reading
from ledger.literature.rows import Entry
from ledger.literature.table import Refusal
from ledger.published import PublishedFilm

TURN_C = 3.0
"""A temperature series that turns back by more than this is a new sample; digitised curves jitter by up to 1.5 °C."""
NEAR_ROWS = 100
"""In a table that names no papers, rows of one formulation further apart than this come from different papers."""


@dataclass
class _OpenFilm:
    """A film that rows are still added to."""

    first: Entry
    last_row: int
    temperatures: list[float] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def takes(self, entry: Entry, temperature: float | None) -> bool:
        """Whether the row continues this film's temperature series."""
        if temperature is None or (not entry.paper and entry.row - self.last_row > NEAR_ROWS):
            return False
        if temperature in self.temperatures:
            return False
        if len(self.temperatures) < 2:
            return True
        direction = self.temperatures[1] - self.temperatures[0]
        step = temperature - self.temperatures[-1]
        return direction * step >= 0 or abs(step) <= TURN_C

    def add(self, entry: Entry, temperature: float | None) -> None:
        if temperature is not None:
            self.temperatures.append(temperature)
        self.readings += [r for r in entry.readings if r.temperature_C is not None or r not in self.readings]
        self.rows.append(entry.row)
        self.remarks += [remark for remark in entry.remarks if remark not in self.remarks]
        self.last_row = entry.row


def films_of(
    entries: Iterable[Entry], table: str, provenance: dict[str, str], *, keep_duplicates: bool = False
) -> tuple[list[PublishedFilm], list[Refusal]]:
    """Group entries, in the order of the table, into films; exact repetitions are refused.

    Rows of one paper and formulation make one film as long as their temperatures go one way. A temperature that comes
    again with another value, or a series that starts over, is another sample of the same formulation. A film's id is
    made of its content (table, paper, formulation, readings), so that importing it twice adds nothing.

    Args:
        entries: accepted rows.
        table: name of the format, the first part of each film's id.
        provenance: what all films of the table share: `file`, `citation`, `doi`.
        keep_duplicates: whether a row that says the same as an earlier one is another film, and not refused.
    """
    films: dict[tuple[str, str], list[_OpenFilm]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    refusals: list[Refusal] = []
    for entry in entries:
        key = (entry.paper, entry.formulation.key)
        content = json.dumps([_content(reading) for reading in entry.readings])
        first = seen.setdefault((*key, content), entry.row)
        if first != entry.row and not keep_duplicates:
            refusals.append(Refusal(row=entry.row, reason="exact duplicate", detail=f"says the same as row {first}"))
            continue
        temperature = next((r.temperature_C for r in entry.readings if r.temperature_C is not None), None)
        group = films.setdefault(key, [])
        film = group[-1] if group and group[-1].takes(entry, temperature) else None
        if film is None:
            film = _OpenFilm(first=entry, last_row=entry.row)
            group.append(film)
        film.add(entry, temperature)
    closed = [_closed(film, table, provenance) for group in films.values() for film in group]
    return sorted(closed, key=lambda item: item.provenance["rows"][0]), refusals


def _closed(film: _OpenFilm, table: str, provenance: dict[str, str]) -> PublishedFilm:
    first = film.first
    content = [table, first.paper, first.formulation.key, sorted(_content(reading) for reading in film.readings)]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
    known: dict[str, object] = {"table": table, **provenance, **first.facts, "rows": film.rows}
    if film.remarks:
        known["remark"] = "; ".join(film.remarks)
    value = Film(film_id=f"{table}-{digest}", formulation=first.formulation, readings=tuple(film.readings))
    return PublishedFilm(
        film=value, reference=first.paper or provenance.get("doi") or provenance["file"], provenance=known
    )


def _content(reading: Reading) -> list[object]:
    temperature = "" if reading.temperature_C is None else f"{reading.temperature_C:.9g}"
    return [reading.property, f"{reading.value:.9g}", temperature]
