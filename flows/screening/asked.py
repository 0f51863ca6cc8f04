"""What `ionloop screen` was asked."""

from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput
from flows.computing.place import Place
from flows.screening.grid import grid
from models.screening.question import Question


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
    place: Place
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


def scheduled(
    pool: str,
    salts: str,
    loadings: str,
    temperatures: str,
    out: str,
    table: str | None,
    fitted: str | None,
    model: str,
    top: int,
) -> Asked:
    """What a served screening asks: as the command does where nothing else is said."""
    return Asked(
        pool=Path(pool),
        salts=salts,
        loadings=loadings,
        temperatures=temperatures,
        table=Path(table) if table else None,
        format="bradford",
        model=model,
        glasses=None,
        fitted=Path(fitted) if fitted else None,
        save=None,
        keep="",
        asked_for="log10_conductivity",
        column=None,
        top=top,
        rank="mean",
        quantile=0.05,
        each=None,
        student=None,
        place=Place(),
        out=Path(out),
        refused=None,
        map=None,
        as_json=True,
    )
