"""What was measured on a film, and what was made of it: the tables of spectra, laws and decisions."""

from chemistry.quantities import with_uncertainty
from flows.web.film_content import Analysed
from flows.web.pages.pieces import Column, heading, table
from flows.web.pages.plainly import plainly, scalars
from ledger.browsing import FilmHistory
from ledger.measurement import ImpedanceSpectrum
from models.temperature_law import TemperatureLaw


def spectra(found: Analysed) -> None:
    """What was made of each spectrum."""
    columns = (
        Column("at", "temperature"),
        Column("verdict", "verdict"),
        Column("sigma", "log₁₀ σ (S/cm)", "number"),
        Column("resistance", "R (Ω)", "number"),
        Column("circuit", "circuit"),
        Column("misfit", "misfit", "number"),
        Column("causal", "Kramers-Kronig", "number"),
        Column("why", "why", "words", sortable=False),
    )
    rows = [
        {
            "at": one.label,
            "verdict": one.result.verdict.value.replace("_", " "),
            "sigma": ""
            if one.result.log10_conductivity is None
            else with_uncertainty(one.result.log10_conductivity, one.result.log10_conductivity_sd or 0.0),
            "resistance": "" if one.result.resistance_ohm is None else f"{one.result.resistance_ohm:.4g}",
            "circuit": one.result.circuit.name if one.result.circuit else "",
            "misfit": f"{100 * one.result.circuit.relative_rms:.2f} %" if one.result.circuit else "",
            "causal": ""
            if one.result.kramers_kronig_residual is None
            else f"{100 * one.result.kramers_kronig_residual:.2f} %",
            "why": one.result.reason,
        }
        for one in found.spectra
    ]
    table("What was made of each spectrum", columns, rows)


def law(fitted: TemperatureLaw) -> None:
    """The parameters of the temperature law."""
    columns = (
        Column("name", "parameter", sortable=False),
        Column("value", fitted.kind.value.replace("_", " "), "number", sortable=False),
    )
    rows = [
        {"name": name.replace("_", " "), "value": with_uncertainty(value, fitted.parameters_sd[name])}
        for name, value in fitted.parameters.items()
    ]
    table("The temperature law", columns, rows)


def other_measurements(history: FilmHistory, sample: str) -> None:
    """What was measured besides impedance."""
    others = [
        m for m in history.measurements if m.sample_id == sample and not isinstance(m.measurement, ImpedanceSpectrum)
    ]
    if not others:
        return
    heading(2, "Other measurements")
    columns = (Column("kind", "kind"), Column("at", "taken (UTC)"), Column("what", "what was read", "words"))
    rows = [
        {
            "kind": m.kind.replace("_", " "),
            "at": f"{m.at:%Y-%m-%d %H:%M}",
            "what": plainly(scalars(m.measurement.model_dump())),
        }
        for m in others
    ]
    table("Other measurements", columns, rows)


def decisions(history: FilmHistory) -> None:
    """What the quality gate decided."""
    if not history.decisions:
        return
    heading(2, "Decisions of the quality gate")
    columns = (
        Column("sample", "sample"),
        Column("decision", "decision", "state"),
        Column("why", "why", "words"),
        Column("at", "at (UTC)"),
    )
    rows = [
        {"sample": d.sample_id, "decision": d.decision.value, "why": d.reason, "at": f"{d.at:%Y-%m-%d %H:%M}"}
        for d in history.decisions
    ]
    table("Decisions of the quality gate", columns, rows)
