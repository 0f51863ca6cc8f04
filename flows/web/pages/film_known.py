"""What was foretold and is known of a film: the tables of its numbers and their history."""

from collections.abc import Iterable

from chemistry.quantities import with_uncertainty
from flows.web.pages.pieces import Column, faint, heading, note, table, words
from flows.web.pages.plainly import asked, plainly, scalars
from ledger.browsing import FilmHistory
from ledger.browsing.told import ObservationTold


def suggestion(history: FilmHistory) -> None:
    """Who proposed it, why, and what was known then."""
    said = history.suggestion
    if said is None:
        return
    heading(2, "Why it was suggested")
    words(str(said.reason.get("summary", "")) or "No reason was given.")
    model = f"asked model version {said.model_version}, " if said.model_version is not None else ""
    faint(
        f"Suggestion {said.number} by the planner {said.planner}, {said.at:%Y-%m-%d %H:%M} UTC; it {model}knew the "
        f"ledger up to event {said.knowledge_event}, and expected {said.cost_h:.1f} h."
    )
    if said.rests_on_amended:
        note("It rests on a number that was corrected since.")


def predictions(history: FilmHistory) -> None:
    """What was foretold before it was made, beside what was found."""
    if not history.predictions:
        return
    heading(2, "Predicted before, and found")
    columns = (
        Column("what", "property", "words"),
        Column("version", "model version", "number"),
        Column("foretold", "foretold", "number"),
        Column("found", "found", "number"),
        Column("off", "off by", "number"),
    )
    rows = []
    for told in history.predictions:
        spread = (told.sd**2 + told.film_sd**2) ** 0.5
        found = _found(history.observations, told.property, told.temperature_C)
        off = (
            "" if found is None else f"{(found.value - told.mean) / ((spread**2 + found.sd**2) ** 0.5 or 1.0):+.1f} sd"
        )
        rows.append(
            {
                "what": asked(told.property, told.temperature_C),
                "version": told.model_version,
                "foretold": with_uncertainty(told.mean, spread),
                "found": "" if found is None else with_uncertainty(found.value, found.sd),
                "off": off,
            }
        )
    table("What was foretold and what was found", columns, rows)


def _found(seen: Iterable[ObservationTold], name: str, at_C: float | None) -> ObservationTold | None:
    """The reading that a prediction is held against: of its property, nearest to its temperature."""
    near = [
        row
        for row in seen
        if row.property == name
        and row.closed_event is None
        and (at_C is None or row.temperature_C is None or abs(row.temperature_C - at_C) <= 0.5)
    ]
    return min(near, key=lambda row: abs((row.temperature_C or 0.0) - (at_C or 0.0)), default=None)


def theory(history: FilmHistory) -> None:
    """What theory says of the same formulation."""
    if not history.theory:
        return
    heading(2, "Theory")
    columns = (Column("what", "property", "words"), Column("source", "by"), Column("value", "theory", "number"))
    rows = [
        {
            "what": asked(row.property, row.temperature_C),
            "source": row.source.value,
            "value": with_uncertainty(row.value, row.sd),
        }
        for row in history.theory
    ]
    table("What theory says of the same formulation", columns, rows)


def observations(history: FilmHistory) -> None:
    """Every number that was ever observed on it, with those that no longer hold and who corrected them."""
    if not history.observations:
        return
    corrected = {one.observation_id: one for one in history.amendments}
    heading(2, "Observations and their history")
    columns = (
        Column("what", "property", "words"),
        Column("value", "value", "number"),
        Column("source", "source"),
        Column("holds", "holds", "state"),
        Column("how", "how it came", "words", sortable=False),
        Column("at", "since (UTC)"),
    )
    rows = []
    for row in history.observations:
        said = corrected.get(row.id)
        how = f"{'corrected' if said.after is not None else 'taken back'} by {said.by}: {said.note}" if said else ""
        rows.append(
            {
                "key": row.id,
                "what": asked(row.property, row.temperature_C),
                "value": with_uncertainty(row.value, row.sd),
                "source": f"{row.source.value}, from the law" if row.derived else row.source.value,
                "holds": row.holds.value,
                "how": how,
                "at": f"{row.at:%Y-%m-%d %H:%M}",
            }
        )
    table("Observations and their history", columns, rows, page=25)


def happenings(history: FilmHistory) -> None:
    """The events of the ledger that are about it."""
    columns = (
        Column("number", "event", "number"),
        Column("at", "at (UTC)"),
        Column("kind", "what"),
        Column("subject", "of"),
        Column("payload", "said", "words", sortable=False),
    )
    rows = [
        {
            "key": one.number,
            "number": one.number,
            "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "kind": one.kind,
            "subject": one.subject,
            "payload": plainly(scalars(one.payload)),
        }
        for one in history.happenings
    ]
    table("Everything that happened", columns, rows, page=25)
