"""What films that are being made still need of the stock, and containers that an instrument found empty."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """A film that an older ionloop has begun has reserved nothing, and no container was marked as empty."""
    op.add_column("container", sa.Column("found_empty", sa.String(), nullable=True))
    op.create_table(
        "stock_reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("sample_id", sa.String(), nullable=False),
        sa.Column("mass_mg", sa.Float(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("closed_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_event"], ["event.number"], name=op.f("fk_stock_reservation_closed_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_stock_reservation_event")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_stock_reservation_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservation")),
        sa.UniqueConstraint("sample_id", "component", name=op.f("uq_stock_reservation_sample_id_component")),
    )
