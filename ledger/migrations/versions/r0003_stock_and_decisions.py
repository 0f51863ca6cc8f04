"""Stock in containers, approvals, decisions at the quality gate, and marks of what an amendment touches."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """New tables only: an older ledger kept no stock, and asked for no approval."""
    op.create_table(
        "container",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("filled_mg", sa.Float(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("closed_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_event"], ["event.number"], name=op.f("fk_container_closed_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_container_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container")),
    )
    op.create_index(op.f("ix_container_lab"), "container", ["lab"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("decided_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_approval_campaign_id")),
        sa.ForeignKeyConstraint(["decided_event"], ["event.number"], name=op.f("fk_approval_decided_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_approval_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_approval_experiment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("experiment_id", name=op.f("uq_approval_experiment_id")),
    )
    op.create_index(op.f("ix_approval_campaign_id"), "approval", ["campaign_id"], unique=False)
    op.create_table(
        "film_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_film_decision_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_film_decision_experiment_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_film_decision_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film_decision")),
    )
    op.create_index(op.f("ix_film_decision_experiment_id"), "film_decision", ["experiment_id"], unique=False)
    op.create_table(
        "stock_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("container_id", sa.Integer(), nullable=False),
        sa.Column("change_mg", sa.Float(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["container_id"], ["container.id"], name=op.f("fk_stock_change_container_id")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_stock_change_event")),
        sa.ForeignKeyConstraint(["order_id"], ["physical_step.order_id"], name=op.f("fk_stock_change_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_change")),
    )
    op.create_index(op.f("ix_stock_change_container_id"), "stock_change", ["container_id"], unique=False)
    op.create_index(op.f("ix_stock_change_order_id"), "stock_change", ["order_id"], unique=False)
    op.create_table(
        "decision_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column("model_version_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_decision_mark_event")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_decision_mark_model_version_id")
        ),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_decision_mark_observation_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_decision_mark_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_mark")),
    )
    op.create_index(op.f("ix_decision_mark_model_version_id"), "decision_mark", ["model_version_id"], unique=False)
    op.create_index(op.f("ix_decision_mark_observation_id"), "decision_mark", ["observation_id"], unique=False)
    op.create_index(op.f("ix_decision_mark_suggestion_id"), "decision_mark", ["suggestion_id"], unique=False)
