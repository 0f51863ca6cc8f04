"""What `ionloop screen` does: learn or load a model, screen the pool, tell what came of it."""

import csv
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from chemistry.errors import BadInput
from flows.outputs import refuse_unwritable
from flows.screening_grid import grid
from flows.tables import declared, declared_in_words, judgements, read_films, read_glasses
from ledger.literature import LiteratureTable
from ledger.whole_file import written_whole
from models.learning_table import learning_table
from models.screening.crew import crew
from models.screening.hits import Hit
from models.screening.judge import Judge, judge_of
from models.screening.left_out import KINDS, LeftOut, left_out
from models.screening.map import mapless
from models.screening.question import Question
from models.screening.screen import Screening, screen
from models.surrogates import surrogate


@dataclass(frozen=True)
class Asked:
    """The options of the command; see `flows.cli.screen`."""

    pool: Path
    salts: str
    loadings: str
    temperatures: str
    table: Path | None
    format: str
    model: str
    glasses: Path | None
    fitted: Path | None
    save: Path | None
    keep: str
    asked_for: str
    column: str | None
    top: int
    rank: str
    quantile: float
    each: int | None
    student: bool | None
    processes: int
    cluster: str | None
    out: Path | None
    refused: Path | None
    map: Path | None
    as_json: bool

    @property
    def question(self) -> Question:
        """What the pool is asked; raises `BadInput` where an option cannot be meant."""
        if self.rank not in {"mean", "lower"}:
            raise BadInput(f"{self.rank!r} ranks nothing", place="--rank", remedy="Use mean or lower")
        if not 0 < self.quantile < 0.5:
            raise BadInput(
                f"a lower bound at quantile {self.quantile:g}",
                place="--quantile",
                remedy="Give one above 0 and below 0.5",
            )
        return Question(
            grid=grid(self.salts, self.loadings, self.temperatures),
            top=self.top,
            quantile=self.quantile,
            by_lower=self.rank == "lower",
            of_each=self.each,
            asked=self.asked_for,
            student=self.student,
            column=self.column,
        )


def screen_pool(asked: Asked) -> None:
    """Screen and tell; raises `BadInput` for what the user can mend."""
    from rich.console import Console

    question = asked.question  # cheap mistakes are told before anything is learnt
    if not asked.pool.is_file():
        raise BadInput("there is no such pool", place=str(asked.pool), remedy="Check the path")
    refuse_unwritable(
        {"--out": asked.out, "--refused": asked.refused, "--map": asked.map},
        {"--save": asked.save},
        (asked.pool, asked.table, asked.glasses),
    )
    console = Console(stderr=True, quiet=asked.as_json and not Console(stderr=True).is_terminal)
    surrogate, tables = _surrogate(asked, console.print)
    if asked.map is not None and question.asked in surrogate.properties and surrogate.known(question.asked) is None:
        raise mapless(surrogate)
    with left_out(asked.refused) as record:
        with (
            crew(surrogate, asked.processes, asked.cluster) as workers,
            console.status("reading the pool") if console.is_terminal else nullcontext() as status,
        ):

            def told(stage: str, done: int, of: int) -> None:
                if status is not None:
                    status.update(f"{stage}: {done:,} of {of:,} polymers")

            screening = screen(asked.pool, question, surrogate, workers, record, told)
        if asked.out is not None:
            _write(asked.out, screening.hits)
        if asked.map is not None:
            from flows.screening_map import write_map

            write_map(asked.map, surrogate, question, screening)
        if asked.as_json:
            typer.echo(json.dumps(_figures(asked, tables, surrogate, screening, record), ensure_ascii=False))
        else:
            _tell(asked, question, surrogate, screening, record)
            for line in declared_in_words(*tables):
                typer.echo(line)


def _surrogate(asked: Asked, told: Callable[[str], None]) -> tuple[Judge, tuple[LiteratureTable | None, ...]]:
    """The model, learnt from a table or loaded, and the tables that it was learnt from."""
    from models.campaign_models import CAMPAIGN_MODELS, any_surrogate
    from models.saved import load_named, pack, unpack

    if (asked.table is None) == (asked.fitted is None):
        raise BadInput(
            "a model is learnt from one table, or loaded from one folder",
            remedy="Give either --table (with --format and --model) or --fitted",
        )
    if asked.fitted is not None:
        if asked.save is not None:
            raise BadInput("a model that was saved is not saved again", place="--save", remedy="Leave it out")
        name, loaded = load_named(asked.fitted)
        return judge_of(loaded, name), ()
    any_surrogate(asked.model)  # a wrong name is told before anything is read
    table = read_films(asked.table or Path(), asked.format, judgements(asked.keep))
    glasses = read_glasses(asked.glasses, judgements(asked.keep))
    told(f"learning {asked.model} from {asked.table}")
    films = [item.film for item in (*table.films, *(() if glasses is None else glasses.films))]
    learning_table(films, asked.asked_for)  # refused in words where nobody read the property
    if asked.model in CAMPAIGN_MODELS:  # learns all that its films carry, so that it is given no others
        read = [film for film in films if any(reading.property == asked.asked_for for reading in film.readings)]
        fitted = any_surrogate(asked.model).fit(read)
    else:
        fitted = surrogate(asked.model).fit(films, [asked.asked_for])
    judge = judge_of(fitted, asked.model)
    if asked.save is not None:
        unpack(pack(fitted), asked.save)
    return judge, (table, glasses)


def _write(path: Path, hits: tuple[Hit, ...]) -> None:
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


def _figures(
    asked: Asked,
    tables: Sequence[LiteratureTable | None],
    surrogate: Judge,
    screening: Screening,
    record: LeftOut,
) -> dict[str, object]:
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


def _tell(asked: Asked, question: Question, surrogate: Judge, screening: Screening, record: LeftOut) -> None:
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
