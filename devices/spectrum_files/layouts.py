"""What tells one vendor's file from another's, and where it says how far the sweep was to go."""

import re
from dataclasses import dataclass

_NEVER = r"(?!)"
_VALUE = r"(?P<value>[-+0-9.,eE]+)"
_X = rf"{_VALUE}\s*$"


@dataclass(frozen=True)
class Layout:
    """One kind of file.

    Every vendor writes a table with named columns below a header; kinds differ in what stands around it. Patterns
    are multi-line and searched in the whole text.
    """

    name: str
    opening: str
    """Pattern that only this kind of file contains."""
    between: str = _NEVER
    """Pattern of the lines between the column names and the first row."""
    limits: tuple[str, ...] = ()
    """Patterns of the two frequencies between which the sweep was to run (groups value, unit; or value, other)."""
    points: str = _NEVER
    """Pattern of the number of points that the file says it has (group value)."""
    aborted: str = _NEVER
    """Pattern of the vendor's own mark of an aborted run."""
    text_after: bool = False
    """Whether anything may follow the table."""
    direct_current_rows: bool = False
    """Whether rows of frequency zero are the direct-current part of the experiment."""


PLAIN = Layout("plain table", "")
"""Anything else with named columns, or three bare ones."""

LAYOUTS = (
    Layout(
        "Gamry",
        opening=r"^EXPLAIN\s*$",
        between=r"^\s*#\s",
        limits=(rf"^FREQINIT\tQUANT\t{_VALUE}\t", rf"^FREQFINAL\tQUANT\t{_VALUE}\t"),
        points=r"^ZCURVE\tTABLE\t(?P<value>\d+)",
        aborted=r"^EXPERIMENTABORTED\s+TOGGLE\s+T",
        text_after=True,
    ),
    Layout(
        "BioLogic",
        opening=r"\A(EC|BT)-Lab ASCII FILE",
        limits=(
            r"^fi +(?P<value>\S+) *\nunit fi +(?P<unit>\w+) *$",
            r"^ff +(?P<value>\S+) *\nunit ff +(?P<unit>\w+) *$",
        ),
    ),
    Layout(
        "ZPlot",
        opening=r"\AZPLOT2 ASCII",
        between=r"^End (Comments|Header)",
        limits=(rf"^\s*vs Freq-Initial:\s*{_X}", rf"^\s*vs Freq-Final:\s*{_X}"),
        points=r"^\s*Data Points:\s*(?P<value>\d+)\s*$",
    ),
    Layout(  # ZPlot for Windows, and what Autolab exports for ZView
        "ZPlot/Autolab",
        opening=r'\A"(ZPlotW|Z60W) Data File',
        limits=(r"^\d+,\d+,\d+,\d+,(?P<value>[^,\n]+),(?P<other>[^,\n]+)$",),
        points=r"^\d+,\d+,\d+,\d+,[^,\n]+,[^,\n]+\n(?P<value>\d+)\s*$",
    ),
    Layout(
        "VersaStudio",
        opening=r"^Name=VersaStudio",
        limits=(rf"^Start Frequency \(Hz\)={_X}", rf"^End Frequency \(Hz\)={_X}"),
        text_after=True,
        direct_current_rows=True,
    ),
    Layout(
        "CH Instruments",
        opening=r"^Instrument Model:\s*CHI",
        limits=(rf"^High Frequency \(Hz\) = {_X}", rf"^Low Frequency \(Hz\) = {_X}"),
    ),
    Layout("Zahner", opening=r"^\s*Number\s+Frequency/Hz\s+impedance"),
    Layout("Parstat", opening=r"\tFrequency \(Hz\)\tZre \(ohms\)\tZim \(ohms\)", direct_current_rows=True),
    Layout("PowerSuite", opening=r"\AFrequency\t\s*Zre\t\s*Zimg"),
)


def layout_of(text: str) -> Layout:
    """The layout that a file's own words tell; the plain table where none does."""
    return next((kind for kind in LAYOUTS if re.search(kind.opening, text, re.MULTILINE)), PLAIN)
