"""What came of `ionloop screen`: as a table for people, as JSON, and as a CSV file."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from chemistry.errors import BadInput
from flows.screening.asked import Asked
from flows.tables import declared
from ledger.literature import LiteratureTable
from ledger.whole_file import written_whole
from models.screening.hits import Hit
from models.screening.judge import Judge
from models.screening.left_out import KINDS, LeftOut
from models.screening.question import Question
from models.screening.screen import Screening


def write_ranking(path: Path, hits: tuple[Hit, ...]) -> None:
    """Write the places of a ranking as a CSV file; raises `BadInput` where that cannot be done."""
    try:
        with written_whole(path) as file:
            writer = csv.writer(file)
            writer.writerow(list(Hit.__dataclass_fields__))
            for hit in hits:
                writer.writerow([*list(asdict(hit).values())[:-1], "; ".join(hit.outside)])
    except OSError as error:
        raise BadInput(
            f"the ranking cannot be written ({error.strerror})", place=str(path), remedy="Name another file with --out"
        ) from error


def figures(
    asked: Asked,
    tables: Sequence[LiteratureTable | None],
    surrogate: Judge,
    screening: Screening,
    record: LeftOut,
) -> dict[str, object]:
    """What came of a screening, as JSON has it."""
    return {
        "pool": str(asked.pool),
        "model": surrogate.name,
        "trained_on": surrogate.trained_on,
        "notes": list(surrogate.notes),
        "property": asked.asked_for,
        "rank": asked.rank,
        "quantile": asked.quantile,
        "rows": screening.rows,
        "polymers": screening.polymers,
        "points": screening.points,
        "left_out": record.counts,
        "left_out_examples": {kind: [asdict(item) for item in record.examples(kind)] for kind in KINDS},
        "student": None if screening.agreement is None else screening.agreement.as_dict(),
        "outside_share": screening.outside_share,
        "seconds": {stage: round(spent, 3) for stage, spent in vars(screening.seconds).items()},
        "cleaning": declared(*tables),
        "hits": [asdict(hit) for hit in screening.hits],
    }


def tell(asked: Asked, question: Question, surrogate: Judge, screening: Screening, record: LeftOut) -> None:
    """Print what came of a screening as a table, with what a reader of it has to know."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    by = f"lower bound ({question.quantile:g} quantile)" if question.by_lower else "mean"
    console.print(
        f"{screening.points:,} points of {screening.polymers:,} polymers ({screening.rows:,} rows), "
        f"{asked.asked_for} by {surrogate.name}, ranked by {by}",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    titles = (
        "",
        "row",
        "polymer",
        "salt",
        question.grid.unit,
        "°C",
        "mean",
        "sd",
        "lower",
        "nearest known",
        "",
        "outside",
    )
    for title in titles:
        words = title in {"polymer", "salt", "nearest known"}
        table.add_column(title, justify="left" if words else "right", overflow="fold")  # a cut SMILES says nothing
    for hit in screening.hits:
        cells = (
            str(hit.place),
            str(hit.row),
            hit.name or hit.polymer,
            hit.salt,
            f"{hit.loading:.3g}",
            f"{hit.temperature_C:.4g}",
            f"{hit.mean:.2f}",
            f"{hit.sd:.2f}",
            f"{hit.lower:.2f}",
            "itself" if hit.known else hit.neighbour or "not kept",
            "" if hit.similarity is None else f"{hit.similarity:.2f}",
            str(len(hit.outside)) if hit.outside else "",
        )
        table.add_row(*(Text(cell) for cell in cells))  # a SMILES such as c1c[nH]c1 is no markup
    console.print(table)
    for line in _remarks(screening, record, surrogate, asked):
        console.print(line, highlight=False, markup=False)


def _remarks(screening: Screening, record: LeftOut, surrogate: Judge, asked: Asked) -> list[str]:
    """What a reader of the table has to know."""
    lines = []
    if any(hit.outside for hit in screening.hits):
        lines.append("Outside: features beyond the range of the training rows; --json and --out name them.")
    if screening.agreement is not None:
        a = screening.agreement
        lines.append(
            f"A student picked the finalists; {surrogate.name} scored these. On {a.points:,} points of {a.polymers:,} "
            f"polymers that it was not taught, its mean differed by {a.mae:.3f} on average, rank correlation "
            f"{a.rank_correlation}, {100 * a.overlap:.0f} % of the best {a.top} the same."
        )
    if screening.outside_share:
        lines.append(f"{100 * screening.outside_share:.0f} % of random points lie outside the training domain.")
    counts = record.counts
    words = {
        "unreadable": "rows cannot be read",
        "duplicate": "rows repeat a polymer",
        "infeasible": "formulations should not be made",
    }
    for kind in KINDS:
        if counts[kind]:
            first = record.examples(kind)[0]
            lines.append(f"Left out: {counts[kind]:,} {words[kind]}; the first, row {first.row}: {first.reason}")
    if any(counts.values()) and asked.refused is None:
        lines.append("--refused FILE.csv names every one of them.")
    lines.extend(surrogate.notes)
    return lines
