"""The map of a pool as a page: what the model was trained on and what is new, side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flows.pages.page import BEST, FAINT, KNOWN, LAYOUT, NEW, as_html, write_page
from models.screening.judge import Judge
from models.screening.map import COMPONENTS, PoolMap, middle_of, pool_map
from models.screening.question import Question
from models.screening.screen import Screening

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FAR = 0.4
"""Similarity below which no known polymer is a near one."""


@dataclass(frozen=True)
class ClusterRow:
    """One line of the table of clusters."""

    number: int
    typical: str
    known: int
    pool: int
    best: int
    similarity: float | None
    mean: float | None


def write_map(path: Path, surrogate: Judge, question: Question, screening: Screening) -> None:
    """Write the map of what was screened; a large pool is shown by a random sample and its best polymers."""
    best = list(dict.fromkeys(hit.polymer for hit in screening.hits))
    units = sorted({*screening.sample, *best})
    point = middle_of(question.grid)
    map_ = pool_map(surrogate, question.asked, units, point)
    ranked = np.isin(map_.names, best) & ~map_.trained
    condition = f"with {point.salts[0].label} at {point.loadings[0]:g} {point.unit} and {point.temperatures_C[0]:g} °C"
    pool = ~map_.trained
    write_page(
        path,
        "map.html",
        pool="The pool",
        model=surrogate.name,
        known=f"{int(map_.trained.sum()):,}",
        shown=f"{int(pool.sum()):,}",
        polymers=f"{screening.polymers:,}",
        repeated=f"{int((map_.similarity[pool] > 0.9999).sum()):,}",
        far=f"{int((map_.similarity[pool] < FAR).sum()):,}",
        far_below=FAR,
        explained=map_.explained,
        condition=condition,
        places=as_html(places_figure(map_, ranked, question.asked)),
        distances=as_html(distance_figure(map_, ranked)),
        clusters=cluster_rows(map_, ranked),
        features=map_.features,
        components=COMPONENTS,
    )


def places_figure(map_: PoolMap, ranked: np.ndarray, name: str) -> "Figure":
    """Two panels of one plane: known and new; predicted values."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    text = [
        f"{unit}<br>cluster {cluster}" + ("<br>trained on" if trained else f"<br>nearest {near} ({likeness:.2f})")
        for unit, cluster, trained, near, likeness in zip(
            map_.names, map_.cluster, map_.trained, map_.neighbour, map_.similarity, strict=True
        )
    ]

    def dots(rows: np.ndarray, label: str, marker: dict[str, object], legend: bool = True) -> "go.Scatter":
        return go.Scatter(
            x=map_.x[rows],
            y=map_.y[rows],
            text=[text[i] for i in np.flatnonzero(rows)],
            hovertemplate="%{text}<extra></extra>",
            mode="markers",
            name=label,
            marker=marker,
            showlegend=legend,
        )

    figure = make_subplots(1, 2, shared_xaxes=True, shared_yaxes=True, horizontal_spacing=0.04)
    pool, told = ~map_.trained, ~np.isnan(map_.mean)
    left = (
        dots(map_.trained, "trained on", {"color": KNOWN, "size": 7, "opacity": 0.75}),
        dots(pool & ~ranked, "pool", {"color": NEW, "size": 6, "opacity": 0.6}),
        dots(ranked, "in the ranking", {"color": BEST, "size": 10, "symbol": "diamond"}),
    )
    scale = {
        "color": map_.mean[pool & told],
        "colorscale": "Viridis",
        "size": 7,
        "colorbar": {"title": {"text": _short(name), "side": "right"}, "thickness": 14},
    }
    right = (
        dots(map_.trained, "", {"color": KNOWN, "size": 7, "symbol": "circle-open", "opacity": 0.6}, legend=False),
        dots(pool & ~told, "", {"color": FAINT, "size": 6, "symbol": "x-thin-open"}, legend=False),
        dots(pool & told, "", scale, legend=False),
    )
    for trace in left:
        figure.add_trace(trace, row=1, col=1)
    for trace in right:
        figure.add_trace(trace, row=1, col=2)
    figure.update_layout(LAYOUT | {"height": 560})
    figure.update_xaxes(title="first principal component", matches="x")
    figure.update_yaxes(title="second principal component", row=1, col=1)
    return figure


def distance_figure(map_: PoolMap, ranked: np.ndarray) -> "Figure":
    """How many polymers of the pool are how like the nearest known one."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT | {"height": 320, "barmode": "stack", "bargap": 0.05})
    edges = {"start": 0.0, "end": 1.0001, "size": 0.05}
    pool = ~map_.trained
    figure.add_histogram(x=map_.similarity[pool & ~ranked], xbins=edges, name="pool", marker_color=NEW)
    figure.add_histogram(x=map_.similarity[ranked], xbins=edges, name="in the ranking", marker_color=BEST)
    figure.add_vline(FAR, line={"dash": "dot", "color": KNOWN})
    figure.update_xaxes(title="Tanimoto similarity to the nearest polymer trained on", range=[0, 1.02])
    figure.update_yaxes(title="polymers")
    return figure


def cluster_rows(map_: PoolMap, ranked: np.ndarray) -> list[ClusterRow]:
    """What is in each cluster."""
    rows = []
    for number, typical in enumerate(map_.typical, start=1):
        own = map_.cluster == number
        pool = own & ~map_.trained
        told = pool & ~np.isnan(map_.mean)
        rows.append(
            ClusterRow(
                number=number,
                typical=typical,
                known=int((own & map_.trained).sum()),
                pool=int(pool.sum()),
                best=int((own & ranked).sum()),
                similarity=float(np.median(map_.similarity[pool])) if pool.any() else None,
                mean=float(np.median(map_.mean[told])) if told.any() else None,
            )
        )
    return rows


def _short(name: str) -> str:
    return "log₁₀ conductivity (S/cm)" if name == "log10_conductivity" else name.replace("_", " ")
