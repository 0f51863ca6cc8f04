"""The loop itself: suggest, make, measure, analyse, learn, and again, until the budget is spent."""

from collections.abc import Callable

from chemistry.recipe import masses_mg
from flows.approving.approval import Desk
from flows.control import LOOK_S, Orders, in_words
from flows.crew import Crew, Work
from flows.experiment import carry_out
from flows.failures import too_many_failures
from flows.learn import learn_again
from flows.resume import unfinished_calculations
from flows.session import Session
from flows.step import step
from flows.stopping import Stopped
from flows.suggest import check_next, suggest_next, suggestion_with_plenty
from flows.theory.calculate import calculate
from ledger.kinds import CampaignState
from ledger.tables import CalculationRow
from planners.protocols import CALCULATIONS, Suggestion


def run_loop(session: Session, crew: Crew, learn: Callable[[Work], None]) -> None:
    """Keep `batch` experiments in flight, calculations beside them, and learn from each result as soon as it arrives.

    What a crash left half done is settled with the instruments and goes on first.
    """
    _refuse_aborted(session.control.now())
    unfinished = iter(step("reconcile", "ask the instruments what happened", crew.reconcile))
    desk, asked = Desk(session), Asked(session, crew)
    for calculation in unfinished_calculations(session):
        crew.begin(calculation, lambda _, it=calculation: calculate(session, it, crew.theory))
    while True:
        orders = session.control.now()  # read once a turn: what is decided below must rest on one and the same state
        _refuse_aborted(orders)
        desk.call_off(orders)
        while asked.anybody_free():
            free = crew.in_flight < session.spec.budget.batch
            found = (next(unfinished, None) if free else None) or _next(session, orders, desk, asked, free=free)
            if found is None:
                break
            if isinstance(found, CalculationRow):
                crew.begin(found, lambda _, it=found: calculate(session, it, crew.theory))
            elif not desk.keeps_back(found):
                crew.begin(found, lambda hold, it=found: carry_out(session, crew, it, hold))
        people_are_asked = desk.something_to_come()
        if crew.in_flight or crew.calculating:
            ended = crew.wait_for_one(LOOK_S if people_are_asked else None)
            if ended is not None:
                learn(ended)
        elif people_are_asked or orders.paused():
            crew.rest(LOOK_S)
        else:
            return


def _refuse_aborted(orders: Orders) -> None:
    """An abort that was given while nobody was here to obey comes before anything moves."""
    if orders.aborting is not None:
        raise Stopped(in_words(orders.aborting), CampaignState.ABORTED)


class Asked:
    """Remembers that the planner had nothing to suggest: it is asked again when the ledger knows more."""

    def __init__(self, session: Session, crew: Crew) -> None:
        self._session, self._crew = session, crew
        self._nothing_at = -1

    def anybody_free(self) -> bool:
        """Whether an experiment, or a calculation, could be begun."""
        return self._crew.in_flight < self._session.spec.budget.batch or self._can_calculate()

    def suggestion(self) -> Work | None:
        """The next one that somebody is free for, or None."""
        event = self._session.ledger.last_event()
        if event == self._nothing_at:
            return None
        found = _suggest(self._session, self._is_free)
        if found is None:
            self._nothing_at = event
        return found

    def _can_calculate(self) -> bool:
        return self._crew.calculating < self._crew.most_calculations

    def _is_free(self, suggestion: Suggestion) -> bool:
        if suggestion.action.source in CALCULATIONS:
            return self._can_calculate()
        return self._crew.in_flight < self._session.spec.budget.batch


def _next(session: Session, orders: Orders, desk: Desk, asked: Asked, *, free: bool) -> Work | None:
    """What people have approved, or a new suggestion; None where they want none, or are to answer first.

    `free` tells whether an experiment could be begun.
    """
    if orders.paused() or orders.stopping:
        return None
    return (desk.released() if free else None) or (asked.suggestion() if desk.open_for_suggestions() else None)


def _suggest(session: Session, free: Callable[[Suggestion], bool]) -> Work | None:
    """The check that is due, or the next suggestion; None where budget, space or patience with failures is spent."""
    if session.spec.validation:
        check = check_next(session, free)
        if check is not None:
            return check
    tried = session.ledger.count_experiments(session.campaign_id)
    if tried >= session.spec.budget.experiments or too_many_failures(session):
        return None
    learn_again(session)  # a planner is not asked what to do next about numbers that no longer hold
    return step("suggest", f"suggest experiment {tried + 1}", lambda: suggest_next(session, free))


def how_it_ended(session: Session) -> tuple[CampaignState, str]:
    """The state that a campaign whose loop has ended is in, and why where there is something to say."""
    why = too_many_failures(session)
    if why:
        return CampaignState.STOPPED, why
    stopping = session.control.now().stopping
    if stopping is not None:
        return CampaignState.STOPPED, in_words(stopping)
    tried, budget = session.ledger.count_experiments(session.campaign_id), session.spec.budget.experiments
    left = f"the design space holds nothing more to try after {tried} of {budget} experiments"
    return CampaignState.FINISHED, left if tried < budget else ""


def ran_dry(session: Session) -> str:
    """What is short, where a campaign has budget left and its planner would go on if only there were more in stock."""
    tried = session.ledger.count_experiments(session.campaign_id)
    if tried >= session.spec.budget.experiments or session.control.now().stopping or too_many_failures(session):
        return ""
    wished = suggestion_with_plenty(session)
    if wished is None:
        return ""
    return "; ".join(session.stock.short_of(masses_mg(wished.formulation, session.spec.film_mass_mg)))
