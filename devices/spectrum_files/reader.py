"""From an instrument's file to an impedance spectrum."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chemistry.errors import BadInput
from devices.spectrum_files.layouts import LAYOUTS, PLAIN, Layout, layout_of
from devices.spectrum_files.sweep import bode_agreement, peculiarities, restarts, shortfalls
from devices.spectrum_files.table import Row, Table, tables
from ledger.measurement import ImpedanceSpectrum
from ledger.text_file import read_lines

FLIPPED = -0.5
"""Agreement of phase and slope below which the imaginary part is taken to be written with the other sign."""


def read_spectrum(
    path: Path | str,
    *,
    thickness_um: float | None = None,
    area_cm2: float | None = None,
    temperature_C: float | None = None,
) -> ImpedanceSpectrum:
    """Read one impedance spectrum, telling the format by content.

    Known are Gamry, BioLogic, ZPlot, Autolab, Parstat, VersaStudio, CH Instruments, PowerSuite, Zahner text, and any
    table with named columns (or three bare ones: Hz, ohm, ohm). The points keep the order of the file. The area that
    some vendors write is left alone: it is the program's default unless somebody typed one (1 or 0.001 cm² in every
    published example), so geometry comes from the caller.

    Args:
        path: the file.
        thickness_um: thickness of the film, µm, where it is known.
        area_cm2: electrode area, cm², where it is known.
        temperature_C: temperature of the film, °C, where it is known.

    Returns:
        The spectrum, `complete=False` with the reason in `note` where the sweep was aborted or cut short.

    Raises:
        BadInput: the file cannot be read as one spectrum; the message names line, value and remedy.
    """
    place = str(path)
    lines = read_lines(Path(path))
    text = "\n".join(lines)
    layout = layout_of(text)
    table, notes = _one_table(lines, layout, place)
    rows = _checked(table.rows, place)
    if layout is PLAIN:
        rows, sign = _signed(table, rows, place)
        notes += sign
    missing = shortfalls(text, layout, rows)
    notes = [f"read as {layout.name}", *missing, *notes, *peculiarities(rows)]
    return ImpedanceSpectrum(
        frequency_Hz=tuple(row.frequency_Hz for row in rows),
        real_ohm=tuple(row.real_ohm for row in rows),
        imaginary_ohm=tuple(row.imaginary_ohm for row in rows),
        temperature_C=temperature_C,
        thickness_um=thickness_um,
        area_cm2=area_cm2,
        complete=not missing,
        note="; ".join(notes),
    )


def _one_table(lines: list[str], layout: Layout, place: str) -> tuple[Table, list[str]]:
    """The one table with points in it, without its direct-current rows."""
    found: list[Table] = []
    notes: list[str] = []
    headers = 0
    for table in tables(lines, layout.between, place, text_after=layout.text_after):
        headers += 1
        rows = table.rows
        if layout.direct_current_rows:
            rows = tuple(row for row in rows if row.frequency_Hz != 0)
            if dropped := len(table.rows) - len(rows):
                notes.append(f"{dropped} direct-current rows left out")
        if rows:
            found.append(replace(table, rows=rows))
    if len(found) > 1:
        line = found[1].rows[0].line
        remedy = "Split it into one file for each spectrum"
        raise BadInput(f"a second spectrum starts in line {line}", place=place, remedy=remedy)
    if not found:
        known = ", ".join(kind.name for kind in LAYOUTS)
        what = (
            "the table of frequency and impedance is empty" if headers else "no table of frequency and impedance in it"
        )
        remedy = f"Known are {known} as text, and any table with columns such as frequency/Hz, Re(Z)/ohm, -Im(Z)/ohm"
        raise BadInput(what, place=place, remedy=remedy)
    return found[0], notes


def _checked(rows: Sequence[Row], place: str) -> tuple[Row, ...]:
    for row in rows:
        here = f"{place}, line {row.line}"
        if row.frequency_Hz <= 0:
            remedy = "Remove the point, or export the file again"
            raise BadInput(f"a frequency of {row.frequency_Hz:g} Hz; it must be above zero", place=here, remedy=remedy)
        if row.real_ohm == row.imaginary_ohm == 0:
            raise BadInput(
                "an impedance of exactly zero", place=here, remedy="Remove the point, which was not measured"
            )
    if (line := restarts(rows)) is not None:
        raise BadInput(
            "a second sweep starts here", place=f"{place}, line {line}", remedy="Split it into one file a sweep"
        )
    return tuple(rows)


def _signed(table: Table, rows: tuple[Row, ...], place: str) -> tuple[tuple[Row, ...], list[str]]:
    """Rows whose imaginary part has the sign of physics: a bare third column may hold -Im, a named one may not."""
    if bode_agreement(rows) > FLIPPED:
        return rows, []
    if table.columns.named:
        name = table.columns.second.name
        remedy = f"If it holds -Im(Z), name it so, for example -{name}"
        problem = (
            f"the sign of column {name!r} contradicts the modulus: |Z| falls where a capacitor's Im(Z) is below zero"
        )
        raise BadInput(problem, place=f"{place}, line {rows[0].line}", remedy=remedy)
    flipped = tuple(replace(row, imaginary_ohm=-row.imaginary_ohm) for row in rows)
    return flipped, ["the third column is taken as -Im(Z), as the slope of the modulus tells"]
