"""What all tables share: the metadata, and columns that hold values instead of loose dictionaries."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import SQLModel

from chemistry.formulation import Formulation
from ledger.measurement import Measurement
from ledger.written import read_formulation, write_formulation

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints are named by rule, so that a migration can name them too."""

_MEASUREMENT: TypeAdapter[Measurement] = TypeAdapter(Measurement)


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Base of every table of the ledger; its metadata holds them all and nothing else."""

    # SQLModel annotates its own `__tablename__` as a plain descriptor, which no override can satisfy.
    @declared_attr.directive
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """`PhysicalStepRow` is kept in table `physical_step`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


class UtcTime(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite forgets the zone, which is always UTC here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Payload(TypeDecorator[Any]):
    """Plain JSON content; None is SQL's NULL, not JSON's `null`."""

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)


class FormulationColumn(Payload):
    """A formulation, written as JSON."""

    cache_ok = True

    def process_bind_param(self, value: Formulation | None, dialect: Dialect) -> dict[str, Any] | None:
        """To plain content, names included."""
        return None if value is None else write_formulation(value)

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Formulation | None:
        """To the frozen value."""
        return None if value is None else read_formulation(value)


class MeasurementColumn(Payload):
    """A typed measurement, written as JSON with its kind."""

    cache_ok = True

    def process_bind_param(self, value: Measurement | None, dialect: Dialect) -> dict[str, Any] | None:
        """To plain content."""
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Measurement | None:
        """To the frozen value of its kind."""
        return None if value is None else _MEASUREMENT.validate_python(value)
