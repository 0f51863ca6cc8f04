"""A campaign's lab file, commands to single experiments, and observations that rest on others of their film."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns in place: SQLite could not make a table anew while others refer to it.

    Of a campaign begun before nothing is known of its lab. What was read from a law had no measurement of its own.
    """
    op.add_column("campaign", sa.Column("lab", sa.JSON(), nullable=True))
    op.add_column("campaign_command", sa.Column("experiment", sa.Integer(), nullable=True))
    op.add_column("observation", sa.Column("derived", sa.Boolean(), server_default=sa.false(), nullable=False))
    observation = sa.table(
        "observation", sa.column("derived"), sa.column("measurement_id"), sa.column("source", sa.String())
    )
    op.execute(
        observation.update()
        .where(observation.c.measurement_id.is_(None), observation.c.source == "measured")
        .values(derived=sa.true())
    )
