"""The fields by which people say which observations they mean."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from flows.report.words import axis_title
from ledger.browsing import CampaignTold, Holds, Question
from ledger.film import PROPERTY_UNITS, Source
from planners.objectives import Measurand

_ANY = ""
_PATIENCE_MS = 80
"""What is typed is looked for when no key came for so long."""


class Questions:
    """Fields, and the question that they make."""

    def __init__(self, campaigns: Sequence[CampaignTold], request: Request) -> None:
        given = request.query_params
        self._film = given.get("film") or None
        names = {name: axis_title(Measurand(property=name)) for name in PROPERTY_UNITS}
        own = {str(one.id): f"{one.name}, run {one.run}" for one in campaigns}
        with ui.element("div").classes("beside filters").props('role="search" aria-label="Which observations"'):
            self._text = ui.input("Words", value=given.get("text", ""))
            self._text.props(f"debounce={_PATIENCE_MS} clearable maxlength=200")
            self._text.props["hint"] = "of formulation, film or reference"
            self._property = self._select("Property", {_ANY: "any", **names}, given.get("property", _ANY))
            whose = {_ANY: "any", "published": "published", "made here": "made here", **own}
            self._whose = self._select("Campaign", whose, given.get("campaign", _ANY))
            sources = {_ANY: "any", **{source.value: source.value for source in Source}}
            self._source = self._select("Source", sources, given.get("source", _ANY))
            self._coldest, self._hottest = self._number("Coldest (°C)"), self._number("Hottest (°C)")
            self._least, self._most = self._number("Value at least"), self._number("Value at most")
            self._holds = self._select("Holds", {h.value: h.value for h in Holds}, Holds.NOW.value)
        if self._film:
            with ui.element("div").classes("beside"):
                ui.label(f"Only film {self._film}")
                ui.link("All films", "/data")

    def _select(self, label: str, options: dict[str, str], value: str) -> ui.select:
        return ui.select(options, value=value if value in options else _ANY, label=label)

    def _number(self, label: str) -> ui.number:
        return ui.number(label).props(f"debounce={_PATIENCE_MS} clearable")

    def on_change(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask again whenever a field says something else."""
        fields = (self._text, self._property, self._whose, self._source, self._holds)
        for field in (*fields, self._coldest, self._hottest, self._least, self._most):
            field.on_value_change(ask)

    def question(self, **page: Any) -> Question:
        """What the fields ask for; raises pydantic's `ValidationError` where they contradict themselves."""
        whose = str(self._whose.value or _ANY)
        return Question(
            film_id=self._film,
            text=self._text.value or "",
            property=self._property.value or None,
            campaign_id=int(whose) if whose.isdigit() else None,
            published={"published": True, "made here": False}.get(whose),
            source=self._source.value or None,
            coldest_C=self._coldest.value,
            hottest_C=self._hottest.value,
            least=self._least.value,
            most=self._most.value,
            holds=Holds(self._holds.value),
            **page,
        )
