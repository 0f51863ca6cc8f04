"""Calculations that a campaign bought of theory."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """A new table only: an older ionloop asked no theory."""
    op.create_table(
        "calculation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("formulation", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("film_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("closed_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_calculation_campaign_id")),
        sa.ForeignKeyConstraint(["closed_event"], ["event.number"], name=op.f("fk_calculation_closed_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_calculation_event")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_calculation_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculation")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_calculation_campaign_id_number")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_calculation_suggestion_id")),
    )
