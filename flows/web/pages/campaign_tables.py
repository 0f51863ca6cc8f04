"""The tables of a campaign's page."""

from chemistry.quantities import with_uncertainty
from flows.report.words import axis_title, in_plain_units, metrics_in_words
from flows.web.campaign_content import CampaignContent
from flows.web.pages.pieces import Column, faint, heading, table

_MOST_VERSIONS = 10


def experiment_way(campaign_id: int, number: int) -> str:
    """Where the page of an experiment is."""
    return f"/campaigns/{campaign_id}/experiments/{number}"


def _film(campaign_id: int, number: int) -> dict[str, str | int]:
    return {"key": number, "film": str(number), "film to": experiment_way(campaign_id, number)}


def under_way(shown: CampaignContent, campaign_id: int) -> None:
    """The films that are being made or measured, with their step."""
    if not shown.under_way:
        return
    heading(2, "Under way")
    columns = (
        Column("film", "experiment", "link"),
        Column("label", "formulation", "words"),
        Column("state", "state", "state"),
        Column("step", "step"),
        Column("where", "instrument"),
        Column("since", "since (UTC)"),
    )
    rows = [
        {
            **_film(campaign_id, one.number),
            "label": one.label,
            "state": one.state,
            "step": f"{one.step} ({one.step_state.replace('_', ' ')})" if one.step else "none yet",
            "where": f"{one.device}, {one.station}" if one.station else one.device,
            "since": f"{one.since:%Y-%m-%d %H:%M:%S}",
        }
        for one in shown.under_way
    ]
    table("Films under way", columns, rows)


def best(shown: CampaignContent, campaign_id: int) -> None:
    """The front, best of the first objective first."""
    now = shown.content.standing
    heading(2, "The best")
    if not now.best:
        faint("No film holds the limits yet." if now.results else "No film has given a result yet.")
        return
    columns = [Column("film", "experiment", "link"), Column("label", "formulation, as made", "words")]
    columns += [Column(f"o{place}", axis_title(objective), "number") for place, objective in enumerate(now.objectives)]
    columns += [
        Column(f"l{place}", f"{axis_title(limit)} (limited)", "number") for place, limit in enumerate(now.limits)
    ]
    columns += [
        Column(f"p{place}", f"{objective.property.removeprefix('log10_').replace('_', ' ')} itself", sortable=False)
        for place, objective in enumerate(now.objectives)
        if objective.unit.startswith("log10")
    ]
    rows = [
        {
            **_film(campaign_id, result.number),
            "label": result.formulation.label,
            **{
                f"o{i}": with_uncertainty(v, sd)
                for i, (v, sd) in enumerate(zip(result.values, result.sds, strict=True))
            },
            **{
                f"p{i}": in_plain_units(objective, result.values[i], result.sds[i])
                for i, objective in enumerate(now.objectives)
            },
            **{
                f"l{i}": with_uncertainty(read.value, read.sd) if read else "not read"
                for i, read in enumerate(result.limited)
            },
        }
        for result in now.best
    ]
    table("The best films", columns, rows, page=10)


def every_experiment(shown: CampaignContent, campaign_id: int) -> None:
    """Everything that was tried, with who suggested it, why, and what it came to."""
    content = shown.content
    results = {result.number: result for result in content.standing.results}
    heading(2, "Every experiment")
    columns = (
        Column("film", "experiment", "link"),
        Column("label", "suggested", "words"),
        Column("planner", "by"),
        Column("why", "why", "words", sortable=False),
        Column("state", "state", "state"),
        Column("came", "came to", "number", sortable=False),
    )
    rows = [
        {
            **_film(campaign_id, one.experiment.number),
            "label": one.experiment.formulation.label,
            "planner": one.suggestion.planner,
            "why": one.suggestion.reason.get("summary", ""),
            "state": one.experiment.state,
            "came": ", ".join(f"{value:.2f}" for value in results[one.experiment.number].values)
            if one.experiment.number in results
            else "",
        }
        for one in reversed(content.tried)
    ]
    table("Every experiment, the latest first", columns, rows, page=10)


def theory(shown: CampaignContent) -> None:
    """What theory was asked, beside the films of the same formulations."""
    calculated = shown.content.calculated
    if not calculated:
        return
    heading(2, "Theory")
    columns = (
        Column("which", "calculation"),
        Column("label", "formulation", "words"),
        Column("state", "state", "state"),
        Column("property", "property", "words"),
        Column("theory", "theory", "number"),
        Column("film", "film", "number"),
    )
    rows = []
    for one in calculated:
        base = {
            "which": f"{one.calculation.source} {one.calculation.number}",
            "label": one.calculation.formulation.label,
            "state": one.calculation.state,
            "property": one.calculation.why,
        }
        rows += [
            {
                **base,
                "property": axis_title(said.asked),
                "theory": with_uncertainty(said.theory.value, said.theory.sd),
                "film": with_uncertainty(said.measured.value, said.measured.sd) if said.measured else "",
            }
            for said in one.said
        ] or [base]
    table("What theory was asked", columns, rows, page=10)


def failures(shown: CampaignContent, campaign_id: int) -> None:
    """What gave no result, and why."""
    without = shown.content.standing.without_result
    if not without:
        return
    heading(2, "Without a result")
    columns = (Column("film", "experiment", "link"), Column("state", "state", "state"), Column("why", "why", "words"))
    states = {one.experiment.number: one.experiment.state for one in shown.content.tried}
    rows = [{**_film(campaign_id, number), "state": states[number], "why": why} for number, why in without]
    table("Experiments without a result", columns, rows)


def models(shown: CampaignContent, campaign_id: int) -> None:
    """The last versions of the model; the page of models has all."""
    versions = shown.content.versions[-_MOST_VERSIONS:]
    if not versions:
        return
    heading(2, "Models")
    columns = (
        Column("number", "version", "link"),
        Column("name", "model"),
        Column("n", "readings", "number"),
        Column("state", "state", "state"),
        Column("worth", "how well it foretells", "words", sortable=False),
    )
    rows = [
        {
            "key": version.number,
            "number": str(version.number),
            "number to": f"/models?campaign={campaign_id}",
            "name": version.name,
            "n": version.n,
            "state": version.state,
            "worth": "; ".join(metrics_in_words(version.metrics)),
        }
        for version in reversed(versions)
    ]
    table("Versions of the model", columns, rows)


def commands(shown: CampaignContent) -> None:
    """What people commanded."""
    if not shown.commands:
        return
    heading(2, "Commands")
    columns = (
        Column("command", "command"),
        Column("what", "of"),
        Column("by", "by"),
        Column("note", "why", "words"),
        Column("event", "event", "number"),
        Column("done", "obeyed by event", "number"),
    )
    rows = [
        {
            "key": row.id,
            "command": row.command,
            "what": "the campaign" if row.experiment is None else f"experiment {row.experiment}",
            "by": row.by,
            "note": row.note,
            "event": row.event,
            "done": "open" if row.done_event is None else str(row.done_event),
        }
        for row in reversed(shown.commands)
    ]
    table("Commands, the latest first", columns, rows, page=10)
