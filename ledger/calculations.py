"""Calculations that a campaign asks of theory: what was suggested, and what came of it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from chemistry.formulation import Formulation
from ledger.database import Writing
from ledger.errors import IllegalMove
from ledger.experiments import next_number, suggestion_row, write_suggestion
from ledger.film import THEORY, Film, Reading, Source
from ledger.kinds import CalculationState, EventKind
from ledger.observations import film_hash, reading_row
from ledger.records import Records, require
from ledger.tables import CalculationRow, FilmRow, ObservationRow


class CalculationRecords(Records):
    """What the ledger knows of calculations."""

    def add_calculation(
        self, campaign_id: int, *, formulation: Formulation, action: dict[str, Any], **told: Any
    ) -> CalculationRow:
        """Record a suggestion that theory is to answer, in one transaction; `told` is as for `add_suggestion`."""
        source = Source(action["source"])
        if source not in THEORY:
            raise IllegalMove(f"{source.value} is no theory: nothing is calculated")
        said = suggestion_row(campaign_id=campaign_id, formulation=formulation, action=action, **told)
        with self.database.writing() as transaction:
            number = next_number(transaction.session, CalculationRow, campaign_id)
            write_suggestion(transaction, said, f"calculation {number}")
            row = CalculationRow(
                campaign_id=campaign_id,
                number=number,
                suggestion_id=said.id,
                formulation=formulation,
                source=source.value,
                event=said.event,
            )
            transaction.session.add(row)
        return row

    def calculations(self, campaign_id: int) -> list[CalculationRow]:
        """Calculations of a campaign in their order."""
        query = select(CalculationRow).where(CalculationRow.campaign_id == campaign_id)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(CalculationRow.number))))

    def calculated(self, calculation_id: int, readings: Sequence[Reading], result: dict[str, Any]) -> int:
        """Record what a calculation gave and close it, in one transaction. Returns the number of the event.

        Raises:
            IllegalMove: if it is over already, or a reading is of another source.
        """
        with self.database.writing() as transaction:
            row = _open(transaction, calculation_id)
            if others := {reading.source.value for reading in readings} - {row.source}:
                raise IllegalMove(f"Calculation {row.number} is {row.source} and cannot read {', '.join(others)}")
            film_id = f"{row.source}-{row.id:06d}"
            while _held(transaction.session, film_id):  # a film of that name came out of an archive
                film_id += "x"
            film = Film(film_id=film_id, formulation=row.formulation, readings=tuple(readings))
            number = _close(transaction, row, CalculationState.OBSERVED, "", {**result, "readings": len(readings)})
            held = FilmRow(
                film_id=film.film_id,
                campaign_id=row.campaign_id,
                formulation=film.formulation,
                formulation_key=film.formulation.key,
                provenance={"calculation": row.number, **result},
                content_hash=film_hash(film),
                event=number,
            )
            transaction.session.add(held)
            transaction.session.flush()
            transaction.insert(ObservationRow, [reading_row(held.id, reading, number) for reading in readings])
            row.film_id = film.film_id
        return number

    def end_calculation(self, calculation_id: int, state: CalculationState, why: str) -> None:
        """Close a calculation that gave nothing: it failed, or was called off.

        Raises:
            IllegalMove: if it is over already, or should become observed, which `calculated` does.
        """
        if state not in (CalculationState.FAILED, CalculationState.CANCELLED):
            raise IllegalMove(f"A calculation without a result cannot become {state.value}")
        with self.database.writing() as transaction:
            _close(transaction, _open(transaction, calculation_id), state, why, None)


def _held(session: Session, film_id: str) -> bool:
    return session.exec(select(FilmRow.id).where(FilmRow.film_id == film_id)).first() is not None


def _open(transaction: Writing, calculation_id: int) -> CalculationRow:
    row = require(transaction.session, CalculationRow, calculation_id)
    if CalculationState(row.state).final:
        raise IllegalMove(f"Calculation {row.number} is {row.state}: it is over")
    return row


def _close(
    transaction: Writing, row: CalculationRow, state: CalculationState, why: str, result: dict[str, Any] | None
) -> int:
    number = transaction.event(
        EventKind.CALCULATION_ENDED,
        f"calculation {row.number}",
        campaign_id=row.campaign_id,
        payload={"to": state.value, "why": why, **(result or {})},
    )
    row.state, row.why, row.result, row.closed_event = state.value, why, result, number
    transaction.session.add(row)
    return number
