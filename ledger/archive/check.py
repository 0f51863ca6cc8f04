"""Whether what was read from an archive is what a ledger can hold: nothing of it is taken on trust."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from chemistry.errors import BadInput
from ledger.archive.extract import Extract
from ledger.archive.files import DAMAGED, table_file
from ledger.archive.numbering import Row
from ledger.archive.plain_tables import CAMPAIGN_TABLES, KNOWN_EVENTS, PLAIN, numbered, target
from ledger.errors import LedgerError
from ledger.film import PROPERTY_UNITS, Source
from ledger.kinds import (
    ApprovalState,
    CalculationState,
    CampaignState,
    CommandKind,
    EventKind,
    ExperimentState,
    GateDecision,
    ModelState,
    StepState,
)
from ledger.measurement import Measurement
from ledger.tables import metadata
from ledger.tables.base import FormulationColumn, MeasurementColumn
from ledger.written import read_formulation

WORDS: dict[tuple[str, str], type[StrEnum]] = {
    ("campaign", "state"): CampaignState,
    ("event", "kind"): EventKind,
    ("campaign_command", "command"): CommandKind,
    ("experiment", "state"): ExperimentState,
    ("calculation", "state"): CalculationState,
    ("physical_step", "state"): StepState,
    ("observation", "source"): Source,
    ("film_decision", "decision"): GateDecision,
    ("approval", "state"): ApprovalState,
    ("model_version", "state"): ModelState,
}
"""Columns that hold one of a few words."""
LARGEST = {"Integer": 2**31 - 1, "BigInteger": 2**63 - 1}
DEEPEST = 100
"""How deep a payload may be nested; what ionloop writes goes down some ten levels."""
LONGEST_FILE = 2**20
"""Characters of a text that the ledger keeps with a campaign; a lock file has 5,000."""
_MEASUREMENT: TypeAdapter[Measurement] = TypeAdapter(Measurement)


def refuse_unfit(extract: Extract) -> None:
    """Look at every row of an extract.

    Raises:
        BadInput: one could not stand in a ledger, or the archive is not of one campaign that is over.
    """
    known = _known(extract)
    for name in CAMPAIGN_TABLES:
        for place, row in enumerate(extract.rows[name], 1):
            problem = _problem(name, place, row, known)
            if problem:
                raise BadInput(f"row {place} of {table_file(name)} cannot be taken: {problem}", remedy=DAMAGED)
    for name, wanted in (("pool", _POOL), ("theory", _THEORY)):
        for place, row in enumerate(extract.rows[name], 1):
            if set(row) != set(wanted) or not all(is_one(row[key]) for key, is_one in wanted.items()):
                raise BadInput(f"row {place} of {table_file(name)} cannot be taken", remedy=DAMAGED)
    for name, text in extract.files.items():
        if len(text) > LONGEST_FILE or not _is_text(text):
            raise BadInput(
                f"{name} cannot be taken: it is no text of at most {LONGEST_FILE} characters", remedy=DAMAGED
            )
    if len(extract.rows["campaign"]) != 1:
        raise BadInput(f"the archive holds {len(extract.rows['campaign'])} campaigns, not one", remedy=DAMAGED)
    if not CampaignState(extract.campaign["state"]).final:
        campaign = extract.campaign
        raise BadInput(
            f"run {campaign['run']} of `{campaign['name']}` was {campaign['state']} when it was exported: it goes on "
            "in the ledger that it was begun in, and in no other",
            remedy="Export it again when it is over; what is in this archive can be read as it is",
        )


Known = dict[str, "range | set[Any]"]
"""For each table what its rows are referred to by: numbers from one, or names."""


def _known(extract: Extract) -> Known:
    known: Known = {}
    for name, rows in extract.rows.items():
        key = next(iter(PLAIN[name].primary_key.columns)).name
        named = name in CAMPAIGN_TABLES and name != "event" and not numbered(PLAIN[name])
        texts = {row.get(key) for row in rows if isinstance(row.get(key), str)}
        known[name] = texts if named else range(1, len(rows) + 1)
    return known


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _encodes(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST["BigInteger"]


def _are_lines(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(line) and "\n" not in line for line in value)


_POOL: dict[str, Callable[[Any], bool]] = {"sha256": _is_text, "smiles_column": _is_text, "units": _are_lines}
_THEORY: dict[str, Callable[[Any], bool]] = {"question": _is_text, "answer": _is_text, "core_hours": _is_number}


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _problem(name: str, place: int, row: Row, known: Known) -> str:
    """What is wrong with a row; empty where nothing is."""
    columns = PLAIN[name].columns
    if set(row) != set(columns.keys()):
        return "it has not the columns of the table"
    for column in columns:
        value = row[column.name]
        if value is None:
            if not column.nullable:
                return f"{column.name} is missing"
        elif problem := _value_problem(column, value, known):
            return f"{column.name} {problem}"
    own = "number" if name == "event" else "id"
    if (name == "event" or numbered(PLAIN[name])) and row[own] != place:
        return f"{own} is {row[own]}"
    return _content_problem(name, row)


def _value_problem(column: "Column[Any]", value: Any, known: Known) -> str:
    kind = _plain_type(column.type)
    fits = next(is_one for type_, is_one in _FITS.items() if isinstance(kind, type_))
    if not fits(value):
        return f"is no {type(kind).__name__}"
    if isinstance(kind, Integer) and abs(value) > LARGEST["BigInteger" if "Big" in type(kind).__name__ else "Integer"]:
        return "is too large"
    words = WORDS.get((column.table.name, column.name))
    if words is not None and value not in {word.value for word in words}:
        return f"is {value!r}, a word that this ionloop does not know"
    if not _refers(column, value, known):
        return f"is {value!r}, and there is no such row"
    return ""


def _refers(column: "Column[Any]", value: Any, known: Known) -> bool:
    if column.name in KNOWN_EVENTS:
        return value == 0 or value in known["event"]
    referred = target(column)
    return referred is None or value in known[referred]


def _content_problem(name: str, row: Row) -> str:
    """Whether formulations and measurements can be read as the values that they are."""
    for column in metadata.tables[name].columns:
        value = row[column.name]
        try:
            if isinstance(column.type, FormulationColumn) and value is not None:
                read_formulation(value)
            if isinstance(column.type, MeasurementColumn):
                _MEASUREMENT.validate_python(value)
        except (LedgerError, ValidationError, KeyError, TypeError, AttributeError, ValueError) as error:
            return f"{column.name} cannot be read ({' '.join(str(error).split())[:200]})"
    if name == "observation" and PROPERTY_UNITS.get(row["property"]) != row["unit"]:
        return f"{row['property']!r} in {row['unit']!r} is no property that this ionloop knows"
    return ""


def _plain_type(kind: "TypeEngine[Any]") -> "TypeEngine[Any]":
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_payload(value: Any) -> bool:
    return isinstance(value, dict | list) and all(map(_is_leaf, _leaves(value)))


def _is_leaf(value: Any) -> bool:
    return value is None or isinstance(value, bool) or _is_text(value) or _is_number(value)


def _leaves(value: Any) -> Iterator[Any]:
    """Everything in a payload that holds nothing else, the keys too; what is nested too deep is given as it is."""
    left = [(value, 0)]
    while left:
        one, depth = left.pop()
        if depth > DEEPEST or not isinstance(one, dict | list):
            yield one
        elif isinstance(one, dict):
            yield from one
            left += [(held, depth + 1) for held in one.values()]
        else:
            left += [(held, depth + 1) for held in one]


_FITS: dict[type[Any], Callable[[Any], bool]] = {
    Boolean: lambda value: isinstance(value, bool),
    Integer: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Float: _is_number,
    DateTime: _is_moment,
    JSON: _is_payload,
    LargeBinary: lambda value: isinstance(value, bytes),
    String: _is_text,
}
"""For each type of column, whether a plain value is one. Boolean comes before Integer, which it is in Python."""
