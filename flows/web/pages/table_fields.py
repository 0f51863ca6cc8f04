"""The fields by which people say how a table of theirs is to be read."""

from collections.abc import Callable, Sequence

from nicegui import ui

from flows.sent_table import FORMATS, Reading
from flows.web.pages.pieces import heading
from ledger.literature import FIELDS, KEEPABLE, UNITS

OWN = "columns"
_NONE = ""
LABELS = {"sd": "standard deviation", "molar_mass": "molar mass", "additive_fraction": "additive, how much"}
FORMAT_WORDS = {
    OWN: "a table of our own: its columns are named here",
    "bradford": "bradford: conductivities of Bradford et al., 2023",
    "htpmd": "htpmd: molecular dynamics of Xie et al., 2022",
    "tg": "tg: glass transitions of polymers",
}


class TableFields:
    """Fields for one table, and the reading that they make; `changed` is called whenever one says something else."""

    def __init__(self, name: str, headers: Sequence[str], changed: Callable[[], object]) -> None:
        self._name = name
        self._columns: dict[str, ui.select] = {}
        self._units: dict[str, ui.select] = {}
        words = {form: FORMAT_WORDS.get(form, form) for form in sorted(FORMATS, key=lambda form: form != OWN)}
        self._format = ui.select(words, value=OWN, label="Format").classes("full")
        with ui.element("div").classes("section") as own:
            heading(3, "Which column is what")
            found = {field: _guess(field, headers) for field in FIELDS}
            with ui.element("div").classes("beside filters hinted"):
                for field, words_of in FIELDS.items():
                    choices = {_NONE: "none", **{one: one for one in headers if one}}
                    select = ui.select(choices, value=found[field], label=LABELS.get(field, field).capitalize())
                    select.props["hint"] = words_of.replace(" (may be left out)", "")
                    self._columns[field] = select
            heading(3, "Units")
            with ui.element("div").classes("beside filters"):
                for field, known in UNITS.items():
                    told = next(
                        (unit for unit in known if f"({unit})" in found[field] or f"[{unit}]" in found[field]), ""
                    )
                    choices = {_NONE: "not said", **{unit: unit for unit in known}}
                    self._units[field] = ui.select(choices, value=told, label=f"Unit of {field}")
        own.bind_visibility_from(self._format, "value", value=OWN)
        with ui.element("div").classes("beside"):
            self._trust = ui.number("Trust, up to 1", min=0, max=1, step=0.1).classes("narrow")
            self._trust.props["hint"] = "the format's own, if empty"
            self._keep = [ui.checkbox(f"Take {judgement} all the same") for judgement in KEEPABLE]
            self._replace = ui.checkbox("Take back what an earlier table of this name brought")
        fields = (self._format, self._trust, *self._keep, self._replace, *self._columns.values(), *self._units.values())
        for one in fields:
            one.on_value_change(changed)

    def said(self) -> Reading:
        """How the table is to be read."""
        own = self._format.value == OWN
        return Reading(
            format=str(self._format.value),
            name=self._name,
            columns={field: str(one.value) for field, one in self._columns.items() if one.value} if own else {},
            units={field: str(one.value) for field, one in self._units.items() if one.value} if own else {},
            trust=self._trust.value,
            keep=tuple(name for name, one in zip(KEEPABLE, self._keep, strict=True) if one.value),
            replace=bool(self._replace.value),
        )


def _guess(field: str, headers: Sequence[str]) -> str:
    """The header that a field is likely to stand under: one that is it, or begins with it."""
    plain = {header: header.lower().replace(" ", "_") for header in headers if header}
    same = [header for header, text in plain.items() if text == field]
    begins = [header for header, text in plain.items() if text.startswith(f"{field}_")]
    return next(iter([*same, *begins]), _NONE)
