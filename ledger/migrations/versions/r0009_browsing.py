"""Words that formulations are searched by, and the indices that browsing 100,000 observations needs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """The words are written when somebody first searches: an older ledger loses no time here."""
    op.create_table(
        "formulation_words",
        sa.Column("formulation_key", sa.String(), nullable=False),
        sa.Column("polymer", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("formulation_key", name=op.f("pk_formulation_words")),
    )
    op.create_index(op.f("ix_film_reference"), "film", ["reference"])
