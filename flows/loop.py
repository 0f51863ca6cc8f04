"""The loop itself: suggest, make, measure, analyse, learn, and again, until the budget is spent."""

from collections.abc import Callable

from chemistry.recipe import masses_mg
from flows.approval import Desk
from flows.control import LOOK_S, Orders, in_words
from flows.crew import Crew
from flows.experiment import carry_out
from flows.failures import too_many_failures
from flows.learn import learn_again
from flows.session import Session
from flows.step import step
from flows.stopping import Stopped
from flows.suggest import suggest_next, suggestion_with_plenty
from ledger.kinds import CampaignState
from ledger.tables import ExperimentRow


def run_loop(session: Session, crew: Crew, learn: Callable[[ExperimentRow], None]) -> None:
    """Keep `batch` experiments in flight, and learn from each result as soon as it arrives.

    What a crash left half done is settled with the instruments and goes on first.
    """
    _refuse_aborted(session.control.now())
    unfinished = iter(step("reconcile", "ask the instruments what happened", crew.reconcile))
    desk, asked = Desk(session), Asked(session)
    while True:
        orders = session.control.now()  # read once a turn: what is decided below must rest on one and the same state
        _refuse_aborted(orders)
        desk.call_off(orders)
        while crew.in_flight < session.spec.budget.batch:
            experiment = next(unfinished, None) or _next(session, orders, desk, asked)
            if experiment is None:
                break
            if not desk.keeps_back(experiment):
                crew.begin(experiment, lambda hold, it=experiment: carry_out(session, crew, it, hold))
        people_are_asked = desk.something_to_come()
        if crew.in_flight:
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

    def __init__(self, session: Session) -> None:
        self._session = session
        self._nothing_at = -1

    def suggestion(self) -> ExperimentRow | None:
        """The next one, or None."""
        event = self._session.ledger.last_event()
        if event == self._nothing_at:
            return None
        found = _suggest(self._session)
        if found is None:
            self._nothing_at = event
        return found


def _next(session: Session, orders: Orders, desk: Desk, asked: Asked) -> ExperimentRow | None:
    """What people have approved, or a new suggestion; None where they want none, or are to answer first."""
    if orders.paused() or orders.stopping:
        return None
    return desk.released() or (asked.suggestion() if desk.open_for_suggestions() else None)


def _suggest(session: Session) -> ExperimentRow | None:
    """The next experiment; None where budget, space or patience with failures is spent."""
    tried = session.ledger.count_suggestions(session.campaign_id)
    if tried >= session.spec.budget.experiments or too_many_failures(session):
        return None
    learn_again(session)  # a planner is not asked what to do next about numbers that no longer hold
    return step("suggest", f"suggest experiment {tried + 1}", lambda: suggest_next(session))


def how_it_ended(session: Session) -> tuple[CampaignState, str]:
    """The state that a campaign whose loop has ended is in, and why where there is something to say."""
    why = too_many_failures(session)
    if why:
        return CampaignState.STOPPED, why
    stopping = session.control.now().stopping
    if stopping is not None:
        return CampaignState.STOPPED, in_words(stopping)
    tried, budget = session.ledger.count_suggestions(session.campaign_id), session.spec.budget.experiments
    left = f"the design space holds nothing more to try after {tried} of {budget} experiments"
    return CampaignState.FINISHED, left if tried < budget else ""


def ran_dry(session: Session) -> str:
    """What is short, where a campaign has budget left and its planner would go on if only there were more in stock."""
    tried = session.ledger.count_suggestions(session.campaign_id)
    if tried >= session.spec.budget.experiments or session.control.now().stopping or too_many_failures(session):
        return ""
    wished = suggestion_with_plenty(session)
    if wished is None:
        return ""
    return "; ".join(session.stock.short_of(masses_mg(wished.formulation, session.spec.film_mass_mg)))
