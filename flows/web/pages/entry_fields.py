"""The fields of an entry, and what they say as plain content; whether that makes sense is the entry's business."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from chemistry.formulation import Formulation
from chemistry.polymer import Architecture
from chemistry.units import LOADING_UNITS
from flows.web.pages.pieces import faint, heading
from ledger.browsing import FilmHistory
from ledger.film import PROPERTY_UNITS, Source

_SOURCES = (Source.LITERATURE, Source.MD, Source.DFT)


class _Rows:
    """Lines of fields, as many as somebody needs; one that is left empty says nothing."""

    def __init__(
        self, label: str, make: Callable[[dict[str, Any]], dict[str, Any]], given: Sequence[dict[str, Any]]
    ) -> None:
        self._make, self._fields = make, []
        self._box = ui.element("div").classes("section").props(f'role="group" aria-label="{label}"')
        for line in given or [{}]:
            self._add(line)
        ui.button(f"One more: {label}", on_click=lambda: self._add({}), color=None).props("flat dense no-caps")

    def _add(self, given: dict[str, Any]) -> None:
        with self._box, ui.element("div").classes("beside"):
            self._fields.append(self._make(given))

    @property
    def said(self) -> list[dict[str, Any]]:
        """What stands in each line that says anything."""
        lines = [{name: _plain(field.value) for name, field in line.items()} for line in self._fields]
        first = [next(iter(line)) for line in self._fields]
        return [line for line, name in zip(lines, first, strict=True) if line[name] is not None]


class EntryFields:
    """The form, filled with a film where one is entered anew."""

    def __init__(self, before: FilmHistory | None) -> None:
        film = None if before is None else before.film
        made = None if film is None else film.formulation
        heading(2, "Whence")
        with ui.element("div").classes("beside filters"):
            self._reference = _hinted("Reference", "DOI, or page of the notebook", film.reference if film else "")
            self._sample = _hinted("Sample", "where several are alike")
            self._source = ui.select([s.value for s in _SOURCES], value=Source.LITERATURE.value, label="Source")
            self._trust = ui.number("Trust", min=0, max=1, step=0.05).props("hint='0 to 1; as for papers, if empty'")
            self._note = ui.input("Note")
        self._polymer(made)
        self._rest(made)
        heading(2, "What was read")
        faint(
            "Conductivity as log₁₀ of S/cm; a standard deviation in the same unit (0.4 decades is usual among papers)."
        )
        held = [] if before is None else [row for row in before.observations if row.closed_event is None]
        self._readings = _Rows("a reading", _reading_fields, [row.model_dump() for row in held])

    def _polymer(self, made: Formulation | None) -> None:
        heading(2, "Polymer")
        faint("A name of the catalogue or a repeat unit (*CCO*); several make a copolymer, graft, network or blend.")
        units = [] if made is None else zip(made.polymer.units, made.polymer.fractions, strict=True)
        self._units = _Rows("a repeat unit", _unit_fields, [{"smiles": u.smiles, "fraction": f} for u, f in units])
        kinds = {"": "as the units say", **{kind.value: kind.value for kind in Architecture}}
        with ui.element("div").classes("beside filters"):
            given = "" if made is None else made.polymer.architecture.value
            self._architecture = ui.select(kinds, value=given, label="Architecture")
            self._name = ui.input("Name of the polymer", value="" if made is None else made.polymer.name)
            self._mass = ui.number(
                "Molar mass Mₙ (kg/mol)", min=0, value=made.polymer.molar_mass_kg_mol if made else None
            )
            self._spread = ui.number("Dispersity", min=1, value=made.polymer.dispersity if made else None)

    def _rest(self, made: Formulation | None) -> None:
        heading(2, "Salt, additives, fillers")
        with ui.element("div").classes("beside filters"):
            salt = made.salt if made is not None else None
            self._salt = _hinted("Salt", "name or SMILES; none for a single-ion conductor", salt.smiles if salt else "")
            self._loading = ui.number("Loading", min=0, value=made.salt_molality_mol_kg if made and salt else None)
            self._unit = ui.select(list(LOADING_UNITS), value="mol/kg" if salt else "Li/O", label="of the loading")
        additives = [] if made is None else made.additives
        fillers = [] if made is None else made.fillers
        self._additives = _Rows(
            "an additive",
            _share_fields("Additive"),
            [{"name": c.additive.smiles, "share": c.weight_fraction} for c in additives],
        )
        self._fillers = _Rows(
            "a filler",
            _share_fields("Filler (formula)"),
            [{"name": c.filler.formula, "share": c.weight_fraction} for c in fillers],
        )

    def said(self) -> dict[str, Any]:
        """What the fields say, for `flows.entering.Entry`; a field that is left empty is left out."""
        salt, loading = _plain(self._salt.value), self._loading.value
        formulation = {
            "polymer": self._polymer_said(),
            "salt": salt,
            "loading": None if loading is None else {"value": loading, "unit": self._unit.value},
            "additives": {line["name"]: line["share"] for line in self._additives.said},
            "fillers": {line["name"]: line["share"] for line in self._fillers.said},
        }
        entry = {
            "formulation": {key: value for key, value in formulation.items() if value is not None},
            "readings": [{k: v for k, v in line.items() if v is not None} for line in self._readings.said],
            "reference": _plain(self._reference.value) or "",
            "sample": _plain(self._sample.value) or "",
            "source": self._source.value,
            "note": _plain(self._note.value) or "",
        }
        return entry if self._trust.value is None else {**entry, "trust": self._trust.value}

    def _polymer_said(self) -> Any:
        units = self._units.said
        more = {
            "architecture": self._architecture.value or None,
            "name": _plain(self._name.value),
            "molar_mass_kg_mol": self._mass.value,
            "dispersity": self._spread.value,
        }
        more = {key: value for key, value in more.items() if value is not None}
        if len(units) == 1 and (not more or not units[0]["smiles"].startswith("*")):
            return units[0]["smiles"]
        if not units:
            return ""
        shares = [line["fraction"] for line in units]
        told = {"units": [line["smiles"] for line in units], **more}
        return told if all(share is None for share in shares) else {**told, "fractions": shares}


def _hinted(label: str, hint: str, value: str = "") -> ui.input:
    field = ui.input(label, value=value)
    field.props["hint"] = hint
    return field


def _unit_fields(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "smiles": ui.input("Name or repeat unit", value=given.get("smiles", "")).classes("wide"),
        "fraction": ui.number("Mole fraction", min=0, max=1, value=given.get("fraction")).classes("narrow"),
    }


def _share_fields(label: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda given: {
        "name": ui.input(label, value=given.get("name", "")).classes("wide"),
        "share": ui.number("Weight fraction", min=0, max=1, value=given.get("share")).classes("narrow"),
    }


def _reading_fields(given: dict[str, Any]) -> dict[str, Any]:
    names = {name: f"{name.replace('_', ' ')} ({unit})" for name, unit in PROPERTY_UNITS.items()}
    return {
        "value": ui.number("Value", value=given.get("value"), format="%.6g").classes("narrow"),
        "property": ui.select(names, value=given.get("property", "log10_conductivity"), label="Property").classes(
            "wide"
        ),
        "sd": ui.number("Standard deviation", min=0, value=given.get("sd"), format="%.4g").classes("narrow"),
        "temperature_C": ui.number("Temperature (°C)", value=given.get("temperature_C")).classes("narrow"),
    }


def _plain(value: Any) -> Any:
    """A field's value; None where it says nothing."""
    text = value.strip() if isinstance(value, str) else value
    return None if text == "" else text
