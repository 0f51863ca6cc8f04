"""The pool of a campaign: its file, its place in the ledger, and its numbers, kept on disk."""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.polymer import Polymer, RepeatUnit
from flows.home import home
from flows.spec import CampaignSpec
from planners.pool.pool_file import PoolFile
from planners.space import DesignSpace

if TYPE_CHECKING:
    # The database and its tables are heavy, and a mistake in a campaign file need not wait for them.
    from ledger.literature.rows import Row
    from ledger.store import Ledger
    from planners.pool.candidates import Pool

REHEARSED = 16
"""Polymers of a pool that a forecast makes films of, in turn."""


def pinned(spec: CampaignSpec, campaign_file: Path) -> CampaignSpec:
    """The campaign with the hash of its pool's file written down; itself where it has no pool.

    Raises:
        BadInput: the file cannot be read, lacks the column, or is another one than the campaign file says.
    """
    pool = spec.space.pool
    if pool is None:
        return spec
    path = campaign_file.parent / pool.file
    for _ in _rows(path, pool):
        break  # the first row: whether it is a table at all, and has the column
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if pool.sha256 not in ("", found):
        raise BadInput(
            f"the pool's sha256 is {found}, and the campaign file says {pool.sha256}",
            place=str(path),
            remedy="Bring the file back that was meant, or take the sha256 out",
        )
    space = spec.space.model_copy(update={"pool": pool.model_copy(update={"sha256": found})})
    return spec.model_copy(update={"space": space})


Told = Callable[[str, int, int], None]
"""Hears what is done, of how many polymers, and how many there are."""


def read_pool(spec: CampaignSpec, campaign_file: Path, told: Told = lambda *_: None) -> tuple[str, ...]:
    """The repeat units of the campaign's pool, none where it has no pool; its numbers are worked out meanwhile.

    Args:
        spec: Of the campaign, pinned.
        campaign_file: The pool's file lies relative to it.
        told: Hears how far it is.

    Raises:
        BadInput: a polymer of the file cannot be read, or stands there twice, or none of them may be made.
    """
    pool = spec.space.pool
    if pool is None:
        return ()
    path = campaign_file.parent / pool.file
    units = _units(path, pool, told)
    _refuse_barren(units, spec.space, path)
    _numbers(units, told)
    return units


def keep_pool(
    ledger: "Ledger", spec: CampaignSpec, read: Callable[[], tuple[str, ...]], told: Told = lambda *_: None
) -> None:
    """Write the campaign's pool, as `read` gives it, into the ledger where that was not done before.

    Its numbers are worked out where this machine does not have them yet.
    """
    pool = spec.space.pool
    if pool is None:
        return
    units = ledger.pool(pool.sha256, pool.smiles_column)
    if units is None:
        units = read()
        ledger.keep_pool(pool.sha256, pool.smiles_column, units)
    _numbers(units, told)


def pool_of_campaign(ledger: "Ledger", spec: CampaignSpec) -> "Pool | None":
    """The pool that a campaign chooses from, as the ledger holds it; None where its polymers are named.

    Raises:
        BadInput: the ledger does not hold it.
    """
    pool = spec.space.pool
    if pool is None:
        return None
    return _pool(_Held(ledger, pool.sha256, pool.smiles_column))


def rehearsed(space: DesignSpace, campaign_file: Path) -> DesignSpace:
    """The space with the first polymers of its pool named instead: what a forecast makes films of."""
    pool = space.pool
    if pool is None:
        return space
    path = campaign_file.parent / pool.file
    first = [row.text(pool.smiles_column) for row, _ in zip(_rows(path, pool), range(REHEARSED), strict=False)]
    polymers = {unit.smiles: Polymer(units=(unit,)) for unit in (RepeatUnit(smiles=smiles) for smiles in first)}
    coordinating = [polymer for polymer in polymers.values() if polymer.sites_mol_kg] or list(polymers.values())
    return space.model_copy(update={"pool": None, "polymers": tuple(coordinating)})


_REMEDY = "Say which one holds the repeat units: `smiles_column:` in the pool"


class _Held:
    """A pool of a ledger, told apart by its content alone: what was read once is not read again."""

    def __init__(self, ledger: "Ledger", sha256: str, smiles_column: str) -> None:
        self.ledger, self.key = ledger, (sha256, smiles_column)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=2)
def _pool(held: _Held) -> "Pool":
    units = held.ledger.pool(*held.key)
    if units is None:
        raise BadInput(
            f"the ledger does not hold the pool of sha256 {held.key[0][:12]}…, so nothing can be chosen from it",
            place="space.pool",
            remedy="`ionloop run` with the campaign's file brings it in",
        )
    return _numbers(units)


def _numbers(units: tuple[str, ...], told: Told = lambda *_: None) -> "Pool":
    from planners.pool.kept import kept_pool

    try:
        return kept_pool(units, home() / "pools", lambda done: told("working out their numbers", done, len(units)))
    except OSError as error:
        raise BadInput(
            f"the numbers of the pool cannot be kept ({error.strerror})",
            place=str(home() / "pools"),
            remedy="Make room there, or set IONLOOP_HOME to a folder that you may write to",
        ) from error


def _units(path: Path, pool: PoolFile, told: Told) -> tuple[str, ...]:
    from planners.pool.candidates import distinct

    rows = list(_rows(path, pool))
    smiles, places = [row.text(pool.smiles_column) for row in rows], [f"Line {row.number}" for row in rows]
    try:
        return distinct(smiles, places, lambda done: told("reading the pool", done, len(rows)))
    except BadInput as error:
        raise BadInput(error.problem, place=str(path), problems=error.problems, remedy=error.remedy) from error


def _refuse_barren(units: tuple[str, ...], space: DesignSpace, path: Path) -> None:
    from planners.points import reasons_not_to
    from planners.pool.ways import formulation_of, ways_of

    reasons: tuple[str, ...] = ("it has no coordinating site for a loading in Li/O",)
    for unit in units:
        for way in ways_of(space):
            formulation = formulation_of(unit, way, space)
            reasons = reasons if formulation is None else reasons_not_to(space, formulation)
            if formulation is not None and not reasons:
                return
    raise BadInput(
        f"none of the {len(units)} polymers of the pool may be made",
        place=str(path),
        problems=tuple(f"{units[-1]}: {reason}" for reason in reasons),
        remedy="Relax the constraints, or change salts and loadings",
    )


def _rows(path: Path, pool: PoolFile) -> "Iterator[Row]":
    from ledger.literature.rows import read_rows

    return read_rows(path, (pool.smiles_column,), "pool", _REMEDY)
