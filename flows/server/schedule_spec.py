"""When something that is served runs: a cron schedule and its time zone, checked when they are written down."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

_FIELDS = 5


def _cron(text: str) -> str:
    try:
        if len(text.split()) != _FIELDS:  # with seconds in front, or behind: programs take the sixth differently
            raise CronSimError("Wrong number of fields")
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(
            f"is no cron schedule ({error}); five fields are needed: minute hour day month weekday, "
            'such as "0 20 * * *"'
        ) from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder of zones
        raise ValueError("names no time zone; say one like Europe/Berlin or UTC") from error
    return text


Cron = Annotated[str, AfterValidator(_cron)]
"""Minute, hour, day, month, weekday."""
TimeZone = Annotated[str, AfterValidator(_zone)]
"""A name of the time zone database."""
