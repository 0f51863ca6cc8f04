"""People, tokens and sessions: who is known as what, and that nothing secret is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chemistry.errors import BadInput
from ledger.audit import Audit
from ledger.author import Author, Role, lower
from ledger.errors import SignInRefused, TooManyTries
from ledger.kinds import EventKind
from ledger.passwords import Cost, hashed, matches, weaker_than
from ledger.people import People
from ledger.sign_in import MOST_FROM_ONE, MOST_OF_ONE, SESSION_HOURS, SignIns
from ledger.store import Ledger
from ledger.tables import PersonRow, SessionRow, TokenRow

CHEAP = Cost(log2_n=4, block=1, lanes=1)
SECRET = "correct horse battery"


class Watch:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def ledger(made_ledger_url: str, watch: Watch) -> Iterator[Ledger]:
    with Ledger.open(made_ledger_url, wall_now=watch) as opened:
        yield opened


@pytest.fixture
def people(ledger: Ledger) -> People:
    people = People(ledger, CHEAP)
    people.add("Ada", "admin", SECRET)
    people.add("Olga", "operator", SECRET)
    return people


@pytest.fixture
def sign_ins(ledger: Ledger, people: People) -> SignIns:
    return SignIns(ledger, CHEAP)


def test_roles_go_from_least_to_most() -> None:
    assert [role for role in Role if Role.OPERATOR.covers(role)] == [Role.VIEWER, Role.OPERATOR]
    assert lower(Role.ADMIN, Role.VIEWER) is Role.VIEWER


def test_a_password_is_known_by_its_hash_alone() -> None:
    kept = hashed(SECRET, CHEAP)
    assert SECRET not in kept
    assert matches(SECRET, kept)
    assert not matches(SECRET + "!", kept)
    assert hashed(SECRET, CHEAP) != kept
    assert weaker_than(kept, Cost())


def test_no_secret_is_in_the_ledger(ledger: Ledger, people: People, sign_ins: SignIns) -> None:
    _, token = people.make_token("Ada", "lims")
    _, session = sign_ins.sign_in("Ada", SECRET, "10.0.0.1")
    with ledger.database.reading() as reading:
        from sqlmodel import select

        held = [str(row.model_dump()) for t in (PersonRow, TokenRow, SessionRow) for row in reading.exec(select(t))]
    held += [str(event.payload) for event in ledger.events()]
    assert not [text for text in held if token in text or session in text or SECRET in text]


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("", "admin", SECRET, "no name"),
        ("a\nb", "admin", SECRET, "no name"),
        ("x" * 101, "admin", SECRET, "no name"),
        ("Ada/Bob", "admin", SECRET, "without a slash"),
        ("Bob", "root", SECRET, "no role"),
        ("Bob", "viewer", "short", "5 characters"),
        ("Bob", "viewer", "aaaaaaaaaaaaaaaa", "different characters"),
        ("Bob", "viewer", "x" * 201, "201 characters"),
        ("Ada", "viewer", SECRET, "already"),
    ],
)
def test_people_that_cannot_be(ledger: Ledger, people: People, name: str, role: str, password: str, said: str) -> None:
    before = ledger.last_event()
    with pytest.raises(BadInput, match=said):
        people.add(name, role, password)
    assert ledger.last_event() == before


def test_an_admin_is_left(people: People) -> None:
    with pytest.raises(BadInput, match="only admin"):
        people.remove("Ada")
    with pytest.raises(BadInput, match="only admin"):
        people.change_role("Ada", "viewer")
    people.change_role("Olga", "admin")
    people.remove("Ada")
    assert [person.name for person in people.all()] == ["Olga"]


def test_who_is_removed_is_known_no_more_and_comes_back_as_the_same(people: People, sign_ins: SignIns) -> None:
    token, secret = people.make_token("Olga", "lims")
    person, session = sign_ins.sign_in("Olga", SECRET, "10.0.0.1")
    assert people.with_token(secret) == (person, token)
    people.remove("Olga")
    assert people.with_token(secret) is None
    assert sign_ins.who(session) is None
    with pytest.raises(SignInRefused):
        sign_ins.sign_in("Olga", SECRET, "10.0.0.1")
    again = people.add("Olga", "viewer", SECRET)
    assert again.id == person.id
    assert people.with_token(secret) is None
    assert people.tokens() == ()


def test_a_token_may_no_more_than_its_person(people: People) -> None:
    with pytest.raises(BadInput, match="no higher"):
        people.make_token("Olga", "lims", "admin")
    _, secret = people.make_token("Olga", "lims", "operator")
    people.change_role("Olga", "viewer")
    found = people.with_token(secret)
    assert found is not None
    assert found[1].role is Role.VIEWER


def test_a_token_is_revoked_by_its_name_and_ends_by_its_date(people: People, watch: Watch) -> None:
    _, first = people.make_token("Olga", "lims")
    _, second = people.make_token("Olga", "notebook", days=7)
    with pytest.raises(BadInput, match="already"):
        people.make_token("Olga", "lims")
    people.revoke("Olga", "lims")
    assert people.with_token(first) is None
    assert people.with_token(second) is not None
    watch.later(days=7)
    assert people.with_token(second) is None
    assert people.with_token("ionloop_nonsense") is None
    with pytest.raises(BadInput, match="no token"):
        people.revoke("Olga", "lims")


def test_a_session_ends_after_its_time_and_by_another_password(people: People, sign_ins: SignIns, watch: Watch) -> None:
    person, first = sign_ins.sign_in("Ada", SECRET, "10.0.0.1")
    assert sign_ins.who(first) == person
    people.set_password("Ada", SECRET + " staple")
    assert sign_ins.who(first) is None
    _, second = sign_ins.sign_in("Ada", SECRET + " staple", "10.0.0.1")
    sign_ins.sign_out(second)
    assert sign_ins.who(second) is None
    _, third = sign_ins.sign_in("Ada", SECRET + " staple", "10.0.0.1")
    watch.later(hours=SESSION_HOURS)
    assert sign_ins.who(third) is None


def test_who_guesses_is_slowed_down_and_nobody_else_is(sign_ins: SignIns, watch: Watch) -> None:
    for _ in range(MOST_OF_ONE):
        with pytest.raises(SignInRefused, match="do not belong"):
            sign_ins.sign_in("Ada", "wrong", "10.0.0.66")
    with pytest.raises(TooManyTries) as slowed:
        sign_ins.sign_in("Ada", SECRET, "10.0.0.66")
    assert slowed.value.wait_s == 15 * 60
    sign_ins.sign_in("Ada", SECRET, "10.0.0.1")
    for number in range(MOST_FROM_ONE - MOST_OF_ONE):
        with pytest.raises(SignInRefused, match="do not belong"):
            sign_ins.sign_in(f"guess {number}", "wrong", "10.0.0.66")
    with pytest.raises(TooManyTries):
        sign_ins.sign_in("Olga", SECRET, "10.0.0.66")
    watch.later(minutes=15, seconds=1)
    assert sign_ins.sign_in("Ada", SECRET, "10.0.0.66")[0].name == "Ada"


def test_a_name_that_no_database_holds_is_nobodys(sign_ins: SignIns) -> None:
    with pytest.raises(SignInRefused, match="do not belong"):
        sign_ins.sign_in("A\x00da", SECRET, "10.0.0.1")


def test_an_older_hash_is_made_anew(ledger: Ledger, people: People) -> None:
    better = SignIns(ledger, Cost(log2_n=5, block=1, lanes=1))
    better.sign_in("Ada", SECRET, "")
    with ledger.database.reading() as session:
        row = session.get(PersonRow, 1)
    assert row is not None
    assert row.password.startswith("scrypt$5$1$1$")
    better.sign_in("Ada", SECRET, "")


def test_what_is_done_in_somebodys_name_is_audited_with_it_or_not_done(ledger: Ledger) -> None:
    author = Author(name="Ada", role=Role.ADMIN, via="session", address="10.0.0.1", action="POST /api/v1/people")
    acting = ledger.acting(author)
    People(acting, CHEAP).add("Bea", "viewer", SECRET)
    People(acting, CHEAP).change_role("Bea", "admin")
    acting.begin_campaign("peo", {}, 1)
    ledger.begin_campaign("nobody's", {}, 1)
    page = Audit(ledger).page()
    assert (page.total, {(a.by, a.role, a.via, a.address) for a in page.items}) == (
        3,
        {("Ada", "admin", "session", "10.0.0.1")},
    )
    kinds = [[change.kind for change in audited.changes] for audited in page.items]
    assert kinds == [[EventKind.CAMPAIGN_BEGUN], [EventKind.PERSON_CHANGED], [EventKind.PERSON_ADDED]]
    (changed,) = page.items[1].changes
    assert (changed.before, changed.after) == ({"role": "viewer"}, {"role": "admin"})
    with pytest.raises(BadInput):
        People(acting, CHEAP).add("Bea", "viewer", SECRET)
    assert Audit(ledger).page().total == 3
    assert Audit(ledger).page(by="Bea").total == 0
