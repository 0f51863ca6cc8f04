"""Answers of theory are kept; calculations name their recipe; a campaign says in one place how many run at once."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """An older ionloop knew one recipe, `twin`, and kept `at_once` with the offer of simulations."""
    op.create_table(
        "theory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("core_hours", sa.Float(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_theory_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory")),
        sa.UniqueConstraint("question", name=op.f("uq_theory_question")),
    )
    connection = op.get_bind()
    campaign = sa.table("campaign", sa.column("id", sa.Integer), sa.column("spec", sa.JSON))
    for row in connection.execute(sa.select(campaign)).all():
        simulations = ((row.spec or {}).get("offers") or {}).get("md") or {}
        if "at_once" in simulations:
            row.spec["theory"] = {"at_once": simulations.pop("at_once")}
            connection.execute(campaign.update().where(campaign.c.id == row.id).values(spec=row.spec))
    suggestion = sa.table(
        "suggestion", sa.column("id", sa.Integer), sa.column("source", sa.String), sa.column("action", sa.JSON)
    )
    for row in connection.execute(sa.select(suggestion).where(suggestion.c.source.in_(("md", "dft")))).all():
        named = {**row.action, "plan": "twin"}
        connection.execute(suggestion.update().where(suggestion.c.id == row.id).values(action=named))
