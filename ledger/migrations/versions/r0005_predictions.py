"""What was foretold of films before they were made, and what a model version was fitted with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """An older ionloop wrote what it expected into the reason of a suggestion, without the scatter of films."""
    op.add_column("model_version", sa.Column("environment", sa.JSON(), nullable=True))
    op.add_column("model_version", sa.Column("keep_weights", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("property", sa.String(), nullable=False),
        sa.Column("temperature_C", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("sd", sa.Float(), nullable=False),
        sa.Column("film_sd", sa.Float(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_prediction_campaign_id")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_prediction_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_prediction_experiment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
    )
    op.create_index(op.f("ix_prediction_campaign_id"), "prediction", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_prediction_experiment_id"), "prediction", ["experiment_id"], unique=False)
