"""What `ionloop screen` does: learn or load a model, screen the pool, tell what came of it."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import typer

from chemistry.errors import BadInput
from flows.outputs import refuse_over_another, refuse_unwritable
from flows.screening.asked import Asked
from flows.screening.told import figures, tell, write_ranking
from flows.tables import declared_in_words, judgements, read_films, read_glasses, refuse_without_table
from ledger.literature import LiteratureTable
from models.learning_table import learning_table
from models.screening.judge import Judge, judge_of
from models.screening.left_out import left_out
from models.screening.map import mapless
from models.screening.screen import screen
from models.surrogates import surrogate


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
    refuse_over_another({"--map": asked.map})
    console = Console(stderr=True, quiet=asked.as_json and not Console(stderr=True).is_terminal)
    surrogate, tables = _surrogate(asked, console.print)
    if asked.map is not None and question.asked in surrogate.properties and surrogate.known(question.asked) is None:
        raise mapless(surrogate.name)
    with left_out(asked.refused) as record:
        with (
            asked.place.crew(surrogate, console.print) as workers,
            console.status("reading the pool") if console.is_terminal else nullcontext() as status,
        ):

            def told(stage: str, done: int, of: int) -> None:
                if status is not None:
                    status.update(f"{stage}: {done:,} of {of:,} polymers")

            screening = screen(asked.pool, question, surrogate, workers, record, told)
        if asked.out is not None:
            write_ranking(asked.out, screening.hits)
        if asked.map is not None:
            from flows.screening.map import write_map

            write_map(asked.map, surrogate, question, screening)
        if asked.as_json:
            typer.echo(json.dumps(figures(asked, tables, surrogate, screening, record), ensure_ascii=False))
        else:
            tell(asked, question, surrogate, screening, record)
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
        refuse_without_table({"--tg": asked.glasses, "--keep": asked.keep})
        if asked.save is not None:
            raise BadInput("a model that was saved is not saved again", place="--save", remedy="Leave it out")
        name, loaded = load_named(asked.fitted)
        return judge_of(loaded, name), ()
    any_surrogate(asked.model)  # a wrong name is told before anything is read, and what cannot be drawn
    if asked.map is not None and asked.model in CAMPAIGN_MODELS:
        raise mapless(asked.model)
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
