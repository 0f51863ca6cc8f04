"""The words that formulations are searched by: written for those that have none yet, before somebody searches."""

from sqlmodel import Session, col, select

from chemistry.formulation import Formulation
from chemistry.salt import Additive, Salt
from ledger.database import Database
from ledger.tables import FilmRow, FormulationWordsRow

_AT_ONCE = 200
"""Formulations to a transaction: a campaign that runs beside it waits no longer than for one of these."""


def keep_words(database: Database) -> int:
    """Write the words of every formulation of a film that has none; returns how many there were.

    Films come into a ledger in several ways, out of archives too. So their words are looked after here, and none of
    these ways has to think of it.
    """
    written = 0
    while True:
        with database.reading() as session:
            missing = _missing(session)
        if not missing:
            return written
        with database.writing() as transaction:
            there = set(
                transaction.session.exec(
                    select(col(FormulationWordsRow.formulation_key)).where(
                        col(FormulationWordsRow.formulation_key).in_(list(missing))
                    )
                )
            )  # another reader may have been quicker
            rows = [words_of(formulation) for key, formulation in missing.items() if key not in there]
            transaction.insert(FormulationWordsRow, rows)
        written += len(rows)


def words_of(formulation: Formulation) -> dict[str, str]:
    """A row of the words of a formulation."""
    polymer = formulation.polymer
    host = [polymer.label, polymer.name, *(unit.smiles for unit in polymer.units), polymer.architecture.value]
    salt = _names(formulation.salt) if formulation.salt is not None else []
    more = [word for held in formulation.additives for word in _names(held.additive)]
    more += [held.filler.formula for held in formulation.fillers]
    return {
        "formulation_key": formulation.key,
        "polymer": _text(host),
        "salt": _text(salt),
        "words": _text([*host, *salt, *more]),
    }


def _names(component: Salt | Additive) -> list[str]:
    return [component.label, component.name, component.smiles]


def _text(words: list[str]) -> str:
    return " ".join(dict.fromkeys(word.lower() for word in words if word))


def _missing(session: Session) -> dict[str, Formulation]:
    known = select(col(FormulationWordsRow.formulation_key)).where(
        col(FormulationWordsRow.formulation_key) == col(FilmRow.formulation_key)
    )
    query = select(col(FilmRow.formulation_key), col(FilmRow.formulation)).where(~known.exists()).limit(_AT_ONCE)
    return dict(iter(session.exec(query)))
