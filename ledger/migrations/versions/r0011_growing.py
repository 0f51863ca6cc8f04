"""Indices for what is asked with every dose and every suggestion, however many there were before."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Nothing changes but how fast it is found."""
    op.drop_index(op.f("ix_stock_change_container_id"), "stock_change")
    op.create_index(
        op.f("ix_stock_change_container_id_order_id_event_change_mg"),
        "stock_change",
        ["container_id", "order_id", "event", "change_mg"],
    )
    _create_index_of_some("stock_reservation", ["lab", "component"], "closed_event IS NULL")
    _create_index_of_some("observation", ["closed_event"], "closed_event IS NOT NULL")


def _create_index_of_some(table: str, columns: list[str], which: str) -> None:
    where = sa.text(which)
    name = op.f(f"ix_{table}_{'_'.join(columns)}")
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
