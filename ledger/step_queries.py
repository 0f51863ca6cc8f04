"""What the journal asks before and after every consuming command.

Each is asked so often that it goes past the object mapper, as a statement that is built once: that halves its time.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from ledger.errors import LeaseLost, LedgerError, StepRepeated
from ledger.kinds import StepState
from ledger.tables import metadata

_EXPERIMENTS = metadata.tables["experiment"]
_SAMPLES = metadata.tables["sample"]
_STEPS = metadata.tables["physical_step"]
_LEASES = metadata.tables["lease"]

_EXPERIMENT_OF = (
    select(_EXPERIMENTS.c.id, _EXPERIMENTS.c.campaign_id)
    .join(_SAMPLES, _SAMPLES.c.experiment_id == _EXPERIMENTS.c.id)
    .where(_SAMPLES.c.id == bindparam("sample"))
)
_LEASE_OF = select(_LEASES.c.token, _LEASES.c.owner).where(_LEASES.c.station == bindparam("station"))
_DONE_BEFORE = select(_STEPS.c.state, _STEPS.c.order_id).where(
    _STEPS.c.sample_id == bindparam("sample"),
    _STEPS.c.step == bindparam("step"),
    _STEPS.c.consuming,
    _STEPS.c.state != StepState.NEVER_STARTED.value,
)
_STEP = (
    select(
        *(_STEPS.c[name] for name in ("order_id", "step", "device", "sample_id", "state", "evidence")),
        _EXPERIMENTS.c.campaign_id,
    )
    .join(_EXPERIMENTS, _EXPERIMENTS.c.id == _STEPS.c.experiment_id)
    .where(_STEPS.c.order_id == bindparam("order"))
)


def experiment_of(connection: Connection, sample: str) -> tuple[int, int]:
    """Experiment and campaign of a sample.

    Raises:
        LedgerError: there is no such sample.
    """
    found = connection.execute(_EXPERIMENT_OF, {"sample": sample}).first()
    if found is None:
        raise LedgerError(f"The ledger has no sample {sample!r}")
    return found.id, found.campaign_id


def step_of(connection: Connection, order_id: str) -> Any:
    """What settling the step of an order needs of it: its columns, and its campaign.

    Raises:
        LedgerError: there is no such step.
    """
    step = connection.execute(_STEP, {"order": order_id}).first()
    if step is None:
        raise LedgerError(f"The ledger has no step of the order {order_id!r}")
    return step


def refuse_stale_token(connection: Connection, station: str, token: int) -> None:
    """Raise `LeaseLost` where the station has an owner with another token."""
    lease = connection.execute(_LEASE_OF, {"station": station}).first()
    if lease is not None and lease.token != token:
        raise LeaseLost(f"Token {token} is not that of {station}, which is at {lease.token} (owner: {lease.owner})")


def refuse_second_time(connection: Connection, sample: str, step: str) -> None:
    """Raise `StepRepeated` where a consuming step of this name was, or may have been, done on the sample."""
    before = connection.execute(_DONE_BEFORE, {"sample": sample, "step": step}).first()
    if before is not None:
        raise StepRepeated(
            f"Step {step!r} of sample {sample} is {before.state} (order {before.order_id}): not repeated"
        )
