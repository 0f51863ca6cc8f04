"""Answers of theory, kept by their question, so that nothing is calculated twice."""

from typing import NamedTuple

from sqlmodel import Session, select

from ledger.kinds import EventKind
from ledger.records import Records
from ledger.tables import TheoryRow

_SHOWN = 120
"""Characters of a question that its event repeats."""


class Answer(NamedTuple):
    """What theory said, as JSON, and the core-hours that it took."""

    text: str
    core_hours: float


class TheoryRecords(Records):
    """What the ledger knows of theory, beside the calculations of its campaigns."""

    def theory(self, question: str) -> Answer | None:
        """The answer to a question; None where nobody has asked it."""
        with self.database.reading() as session:
            row = _row(session, question)
        return None if row is None else Answer(row.answer, row.core_hours)

    def keep_theory(self, question: str, answer: Answer) -> None:
        """Keep the first answer to a question; another is left aside, as if it had been asked for later."""
        with self.database.writing() as transaction:
            if _row(transaction.session, question) is not None:
                return
            payload = {"core_hours": answer.core_hours}
            event = transaction.event(EventKind.THEORY_KEPT, question[:_SHOWN], payload=payload)
            transaction.session.add(
                TheoryRow(question=question, answer=answer.text, core_hours=answer.core_hours, event=event)
            )


def _row(session: Session, question: str) -> TheoryRow | None:
    return session.exec(select(TheoryRow).where(TheoryRow.question == question)).first()
