"""The first tables: campaigns, matter, journal, observations, models, events, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; the event counter starts at zero."""
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", "run", name=op.f("uq_campaign_name_run")),
    )
    op.create_table(
        "event_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_counter")),
    )
    op.create_table(
        "lease",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("acquired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_lease")),
    )
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wall_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lab_time_s", sa.Float(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_event_campaign_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_campaign_id_number"), "event", ["campaign_id", "number"], unique=False)
    op.create_table(
        "campaign_command",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("done_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_command_campaign_id")),
        sa.ForeignKeyConstraint(["done_event"], ["event.number"], name=op.f("fk_campaign_command_done_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_campaign_command_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_command")),
    )
    op.create_index(op.f("ix_campaign_command_campaign_id"), "campaign_command", ["campaign_id"], unique=False)
    op.create_table(
        "model_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("training_hash", sa.String(), nullable=False),
        sa.Column("training_event", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_model_version_campaign_id")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_model_version_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_model_version_campaign_id_number")),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("formulation", sa.JSON(), nullable=False),
        sa.Column("formulation_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cost_h", sa.Float(), nullable=False),
        sa.Column("action", sa.JSON(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("planner", sa.String(), nullable=False),
        sa.Column("knowledge_event", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_suggestion_campaign_id")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_suggestion_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("campaign_id", "index", name=op.f("uq_suggestion_campaign_id_index")),
    )
    op.create_index(op.f("ix_suggestion_formulation_key"), "suggestion", ["formulation_key"], unique=False)
    op.create_table(
        "experiment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("formulation", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("closed_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_experiment_campaign_id")),
        sa.ForeignKeyConstraint(["closed_event"], ["event.number"], name=op.f("fk_experiment_closed_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_experiment_event")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_experiment_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_experiment_campaign_id_number")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_experiment_suggestion_id")),
    )
    op.create_table(
        "model_weights",
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_model_weights_model_version_id")
        ),
        sa.PrimaryKeyConstraint("model_version_id", name=op.f("pk_model_weights")),
    )
    op.create_table(
        "bluesky_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_uid", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_bluesky_document_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_bluesky_document_experiment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bluesky_document")),
        sa.UniqueConstraint("run_uid", "place", name=op.f("uq_bluesky_document_run_uid_place")),
    )
    op.create_index(op.f("ix_bluesky_document_experiment_id"), "bluesky_document", ["experiment_id"], unique=False)
    op.create_table(
        "sample",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("formulation", sa.JSON(), nullable=True),
        sa.Column("thickness_um", sa.Float(), nullable=True),
        sa.Column("area_cm2", sa.Float(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("made_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_sample_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_sample_experiment_id")),
        sa.ForeignKeyConstraint(["made_event"], ["event.number"], name=op.f("fk_sample_made_event")),
        sa.ForeignKeyConstraint(["parent_id"], ["sample.id"], name=op.f("fk_sample_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
    )
    op.create_index(op.f("ix_sample_experiment_id"), "sample", ["experiment_id"], unique=False)
    op.create_table(
        "film",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("film_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("experiment_id", sa.Integer(), nullable=True),
        sa.Column("sample_id", sa.String(), nullable=True),
        sa.Column("formulation", sa.JSON(), nullable=False),
        sa.Column("formulation_key", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_film_campaign_id")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_film_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_film_experiment_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_film_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film")),
        sa.UniqueConstraint("film_id", name=op.f("uq_film_film_id")),
    )
    op.create_index(op.f("ix_film_campaign_id"), "film", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_film_experiment_id"), "film", ["experiment_id"], unique=False)
    op.create_index(op.f("ix_film_formulation_key"), "film", ["formulation_key"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("measurement", sa.JSON(), nullable=False),
        sa.Column("run_uid", sa.String(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_measurement_event")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_measurement_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    op.create_index(op.f("ix_measurement_sample_id"), "measurement", ["sample_id"], unique=False)
    op.create_table(
        "physical_step",
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("consuming", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("sample_id", sa.String(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("as_made", sa.JSON(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("settled_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_physical_step_event")),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_physical_step_experiment_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_physical_step_sample_id")),
        sa.ForeignKeyConstraint(["settled_event"], ["event.number"], name=op.f("fk_physical_step_settled_event")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_physical_step")),
    )
    op.create_index(op.f("ix_physical_step_experiment_id"), "physical_step", ["experiment_id"], unique=False)
    op.create_index(op.f("ix_physical_step_sample_id"), "physical_step", ["sample_id"], unique=False)
    op.create_index(
        "uq_physical_step_consuming",
        "physical_step",
        ["sample_id", "step"],
        unique=True,
        sqlite_where=sa.text("consuming AND state <> 'never_started'"),
        postgresql_where=sa.text("consuming AND state <> 'never_started'"),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("film", sa.Integer(), nullable=False),
        sa.Column("property", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("sd", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("temperature_C", sa.Float(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("trust", sa.Float(), nullable=False),
        sa.Column("measurement_id", sa.Integer(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("closed_event", sa.Integer(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_event"], ["event.number"], name=op.f("fk_observation_closed_event")),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_observation_event")),
        sa.ForeignKeyConstraint(["film"], ["film.id"], name=op.f("fk_observation_film")),
        sa.ForeignKeyConstraint(["measurement_id"], ["measurement.id"], name=op.f("fk_observation_measurement_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["observation.id"], name=op.f("fk_observation_origin_id")),
        sa.ForeignKeyConstraint(["superseded_by"], ["observation.id"], name=op.f("fk_observation_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    op.create_index(op.f("ix_observation_film"), "observation", ["film"], unique=False)
    op.execute("INSERT INTO event_counter (id, last) VALUES (1, 0)")
