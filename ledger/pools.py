"""Pools of polymers: the candidates of a campaign, written down once, so that its choices can be made again."""

import zlib
from collections.abc import Sequence

from sqlmodel import Session, select

from ledger.kinds import EventKind
from ledger.records import Records
from ledger.tables import PoolRow


class PoolRecords(Records):
    """What the ledger knows of pools."""

    def keep_pool(self, sha256: str, smiles_column: str, units: Sequence[str]) -> None:
        """Write down the canonical repeat units of a pool, in their order; nothing where they are there already.

        Args:
            sha256: Of the file that they were read from.
            smiles_column: The column of that file.
            units: As they were read.
        """
        with self.database.writing() as transaction:
            if _row(transaction.session, sha256, smiles_column) is not None:
                return
            payload = {"sha256": sha256, "smiles_column": smiles_column, "size": len(units)}
            event = transaction.event(EventKind.POOL_KEPT, f"pool {sha256[:12]}", payload=payload)
            content = zlib.compress("\n".join(units).encode())
            transaction.session.add(PoolRow(content=content, event=event, **payload))

    def pool(self, sha256: str, smiles_column: str) -> tuple[str, ...] | None:
        """The canonical repeat units of a pool, in their order; None where the ledger does not hold it."""
        with self.database.reading() as session:
            row = _row(session, sha256, smiles_column)
        return None if row is None else tuple(zlib.decompress(row.content).decode().split("\n"))


def _row(session: Session, sha256: str, smiles_column: str) -> PoolRow | None:
    query = select(PoolRow).where(PoolRow.sha256 == sha256, PoolRow.smiles_column == smiles_column)
    return session.exec(query).first()
