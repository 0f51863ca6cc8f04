"""Theory beside experiment: what a calculation said of a formulation, against the film of the same."""

from typing import TYPE_CHECKING

from flows.report.content import Content, Said
from flows.report.look import ABOVE, FILM, FRONT, LAYOUT, MODEL, panels
from flows.report.words import axis_title

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_COLOURS = {"md": MODEL, "dft": FRONT}


def theory_figure(content: Content) -> "Figure | None":
    """Theory over film, a panel for each property; None where no formulation was both calculated and made."""
    from plotly.subplots import make_subplots

    pairs: dict[str, list[tuple[str, str, Said]]] = {}
    for calculated in content.calculated:
        for said in calculated.said:
            if said.measured is not None:
                row = calculated.calculation
                pairs.setdefault(said.asked.property, []).append((row.source, row.formulation.label, said))
    if not pairs:
        return None
    rows, columns, places = panels(len(pairs))
    figure = make_subplots(rows, columns)
    figure.update_layout(LAYOUT | ABOVE | {"height": 380 * rows})
    shown: set[str] = set()
    for where, beside in zip(places, pairs.values(), strict=True):
        for source in sorted({source for source, *_ in beside}):
            own = [(label, said, said.measured) for kind, label, said in beside if kind == source and said.measured]
            figure.add_scatter(
                x=[measured.value for *_, measured in own],
                y=[said.theory.value for _, said, _ in own],
                error_x={"array": [measured.sd for *_, measured in own], "thickness": 1, "width": 2},
                error_y={"array": [said.theory.sd for _, said, _ in own], "thickness": 1, "width": 2},
                text=[f"{label}<br>{axis_title(said.asked)}" for label, said, _ in own],
                hovertemplate="%{text}<br>film %{x:.2f}, theory %{y:.2f}<extra></extra>",
                mode="markers",
                marker={"color": _COLOURS.get(source, FILM), "size": 8},
                name=source.upper(),
                legendgroup=source,
                showlegend=source not in shown,
                **where,
            )
            shown.add(source)
        both = [value for _, _, said in beside if said.measured for value in (said.theory.value, said.measured.value)]
        ends = [min(both), max(both)]
        figure.add_scatter(
            x=ends,
            y=ends,
            mode="lines",
            line={"color": FILM, "dash": "dot"},
            showlegend=False,
            hoverinfo="skip",
            **where,
        )
        title = axis_title(beside[0][2].asked.model_copy(update={"temperature_C": None}))
        figure.update_xaxes(title=f"film: {title}", title_standoff=4, title_font_size=12, **where)
        figure.update_yaxes(title="theory", title_standoff=4, title_font_size=12, **where)
    return figure
