"""A published table into a ledger, and what that does to the campaigns that learn from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput
from flows.knowledge import learners
from ledger.amendments import Marked
from ledger.literature import LiteratureTable
from ledger.published import Added
from ledger.store import Ledger


@dataclass(frozen=True)
class Brought:
    """What an import did.

    Attributes:
        added: films and readings that are new, known, taken back, back.
        beside: films of an earlier import of the same table that hold beside it.
        namesakes: places of other tables of the same file name, whose films stay.
        marked: decisions that rest on what no longer holds, by campaign and run.
    """

    added: Added
    beside: int
    namesakes: Sequence[str]
    marked: dict[str, Marked]


def bring(place: str, table: LiteratureTable, *, replace: bool, was: str | None) -> Brought:
    """Import a table that was read into the ledger at a place, which is made if need be.

    Args:
        place: path or URL of the ledger.
        table: as it was read.
        replace: whether it stands in for what an earlier import of it brought.
        was: where it lay then, if elsewhere.

    Raises:
        BadInput: nothing was imported from where it is said to have been, or what `Ledger.add_literature` refuses.
    """
    if was is not None and not replace:
        raise BadInput(
            "--was says where a table lay that --replace takes back", remedy="Add --replace, or leave it out"
        )
    with Ledger.open(place) as ledger:
        return bring_into(ledger, table, replace=replace, was=was)


def bring_into(ledger: Ledger, table: LiteratureTable, *, replace: bool, was: str | None) -> Brought:
    """The same into a ledger that is open, once `was` is known to go with `replace`."""
    here = table.place
    replaces = {here, *_earlier(ledger, was, here)} if replace else set()
    used_by = learners(ledger) if replace else {}
    name = f"{table.format}: {Path(table.file).name}"
    added = ledger.add_literature(name, table.films, replaces=replaces, used_by=used_by)
    campaigns = [row for row in ledger.campaigns() if any(row.id in used for used in used_by.values())]
    marked = {f"{row.name} run {row.run}": ledger.marked(row.id) for row in campaigns}
    return Brought(
        added=added,
        beside=ledger.left_beside(table.films),
        namesakes=ledger.namesakes(here),
        marked={name: told for name, told in marked.items() if told != Marked()},
    )


def _earlier(ledger: Ledger, was: str | None, here: str) -> set[str]:
    """The place that is meant by what somebody says: a path, or the bare name that an older ionloop wrote down."""
    if was is None:
        return set()
    return {was} if was in ledger.namesakes(here) else {str(Path(was).resolve())}
