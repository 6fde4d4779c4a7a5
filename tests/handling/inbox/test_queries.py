"""The inbox: what it is asked, in which order it answers, and what it keeps from whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.inbox import queries as inbox_queries
from feedback_app.handling.inbox.filters import DueBy, Filters, Group, read_filters
from feedback_app.handling.inbox.places import asker, near
from feedback_app.handling.inbox.queries import Inbox, inbox
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Aspect, Urgency
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

ANSWER = "Blangko sudah tiba; KTP Anda dapat diambil besok."
NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)  # a Tuesday, 11.00 WITA


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def head(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


def asked_by(session: Session, who: User, **arguments: str) -> Inbox:
    return inbox(session, who.id, day=NOW.date(), now=NOW, asked=read_filters(arguments))


def ids(found: Inbox) -> list[int]:
    return [row.id for row in found.rows]


arguments = st.builds(
    Filters,
    group=st.sampled_from([None, *Group]),
    unit=st.none() | st.integers(0, 10**18 - 1),
    below=st.booleans(),
    status=st.sampled_from([None, *CaseStatus]),
    bucket=st.sampled_from([None, "selesai", "tertunda"]),
    classification=st.sampled_from([None, *Classification]),
    kind=st.sampled_from([None, *SubmissionKind]),
    aspect=st.sampled_from([None, "unsure", *Aspect]),
    urgency=st.sampled_from([None, "unsure", *Urgency]),
    assigned=st.sampled_from([None, "me", "nobody"]) | st.integers(1, 10**18 - 1),
    due=st.sampled_from([None, *DueBy]),
    escalated=st.booleans(),
    reopened=st.booleans(),
    held=st.booleans(),
    duplicates=st.booleans(),
    from_=st.none() | st.dates(),
    to=st.none() | st.dates(),
    q=st.text(max_size=200).map(lambda words: " ".join(words.replace("\0", " ").split())),
)


@pytest.mark.slow
@given(arguments)
def test_what_is_asked_survives_an_address(asked: Filters) -> None:
    assert read_filters(asked.as_arguments()) == asked


@given(st.dictionaries(st.sampled_from([*Filters().__slots__, "from"]), st.text(max_size=30)))
def test_an_address_that_says_nothing_known_asks_nothing_and_breaks_nothing(given: dict[str, str]) -> None:
    asked = read_filters(given)
    assert read_filters(asked.as_arguments()) == asked


@pytest.mark.parametrize(
    ("arguments", "group"),
    [
        pytest.param({}, Group.TODO, id="nothing asked"),
        pytest.param({"q": "antrean"}, Group.ALL, id="a search looks everywhere"),
        pytest.param({"status": "closed"}, Group.ALL, id="a status has a group of its own"),
        pytest.param({"due": "overdue"}, Group.TODO, id="only what is to be done is due"),
        pytest.param({"q": "antrean", "group": "ended"}, Group.ENDED, id="a group asked for is kept"),
        pytest.param({"group": "answered"}, Group.WAITING, id="an address from before"),
    ],
)
def test_an_answer_stands_in_the_group_where_it_can(arguments: dict[str, str], group: Group) -> None:
    assert read_filters(arguments).shown_group is group


def test_the_clock_that_runs_decides_the_order(session: Session, office: Office, head: User) -> None:
    now = NOW
    early = office.report("Laporan yang diterima lebih dahulu.", at=now - timedelta(days=2))
    late = office.report("Laporan yang diterima kemudian.", at=now - timedelta(days=1))
    assert ids(asked_by(session, head)) == [early.id, late.id]
    # Read and taken, it is due when the first reply is; the other when it should be verified.
    take(session, early, user_id=head.id, now=now)
    session.flush()
    found = asked_by(session, head)
    assert ids(found) == [late.id, early.id]
    assert [row.due_at for row in found.rows] == [late.verify_due_at, early.reply_due_at]


def test_groups_hold_what_the_officer_the_citizen_and_nobody_has_to_do(
    session: Session, office: Office, head: User
) -> None:
    todo, asked, answered = (office.report(f"Laporan nomor {number} dari warga.", at=NOW) for number in range(3))
    ask(session, asked, "Di loket mana Anda antre?", user_id=head.id, now=NOW)
    respond(session, answered, ANSWER, user_id=head.id, now=NOW)
    found = asked_by(session, head)
    assert ids(found) == [todo.id]
    assert found.counts == {
        Group.TODO: 1, Group.REOPENED: 0, Group.WAITING: 2, Group.ENDED: 0, Group.ALL: 3,
    }  # fmt: skip
    assert set(ids(asked_by(session, head, group="waiting"))) == {asked.id, answered.id}
    assert ids(asked_by(session, head, held="1")) == [asked.id]
    assert ids(asked_by(session, head, bucket="tertunda")) == [asked.id]
    assert ids(asked_by(session, head, status="answered")) == [answered.id]


@pytest.mark.parametrize(
    ("due_at", "by"),
    [
        pytest.param(NOW - timedelta(seconds=1), {"overdue"}, id="a second ago"),
        pytest.param(NOW, {"today", "week"}, id="now"),
        pytest.param(datetime(2026, 5, 12, 15, 59, tzinfo=UTC), {"today", "week"}, id="a minute before midnight WITA"),
        pytest.param(datetime(2026, 5, 12, 16, 0, tzinfo=UTC), {"week"}, id="midnight WITA"),
        pytest.param(datetime(2026, 5, 17, 15, 59, tzinfo=UTC), {"week"}, id="Sunday night"),
        pytest.param(datetime(2026, 5, 17, 16, 0, tzinfo=UTC), set(), id="Monday"),
    ],
)
def test_late_today_and_this_week_follow_the_days_of_the_agency(
    session: Session, office: Office, head: User, due_at: datetime, by: set[str]
) -> None:
    case = office.report(at=NOW)
    case.due_at = due_at
    session.flush()
    assert {name for name in DueBy if case.id in ids(asked_by(session, head, due=name.value))} == by


def test_each_filter_narrows(session: Session, office: Office, head: User) -> None:
    colleague = office.staff(Role.OFFICER)
    mine, theirs, free = (office.report(f"Laporan nomor {number} dari warga.", at=NOW) for number in range(3))
    mine.assigned_to, theirs.assigned_to, theirs.escalation_step, free.reopened_count = head.id, colleague.id, 1, 1
    session.flush()
    assert ids(asked_by(session, head, assigned="me")) == [mine.id]
    assert ids(asked_by(session, head, assigned=str(colleague.id))) == [theirs.id]
    assert ids(asked_by(session, head, assigned="nobody")) == [free.id]
    assert ids(asked_by(session, head, escalated="1")) == [theirs.id]
    assert ids(asked_by(session, head, reopened="1")) == [free.id]
    read = {"aspect": "delay", "urgency": "high", "kind": "complaint", "classification": "no_oversight"}
    for name, value in read.items():
        assert ids(asked_by(session, head, **{name: value})) == [mine.id, theirs.id, free.id], name
    others = {"aspect": "fee", "urgency": "normal", "kind": "aspiration", "classification": "aspiration"}
    for name, value in (*others.items(), ("aspect", "unsure"), ("urgency", "unsure")):
        assert ids(asked_by(session, head, **{name: value})) == [], (name, value)


def test_a_period_has_the_days_of_the_agency(session: Session, office: Office, head: User) -> None:
    case = office.report(at=datetime(2026, 5, 11, 16, 30, tzinfo=UTC))  # 12 May, 00.30 WITA
    assert ids(asked_by(session, head, **{"from": "2026-05-12", "to": "2026-05-12"})) == [case.id]
    assert ids(asked_by(session, head, to="2026-05-11")) == []
    assert ids(asked_by(session, head, **{"from": "2026-05-13"})) == []


@pytest.mark.parametrize("day", [date.min, date(1, 12, 31), date(9998, 12, 31), date.max])
def test_the_first_and_the_last_day_there_is_can_be_asked_for(
    session: Session, office: Office, head: User, day: date
) -> None:
    office.report(at=NOW)
    for name in ("from", "to"):
        assert asked_by(session, head, **{name: day.isoformat()}).total in {0, 1}


def test_what_is_merged_is_no_work_of_its_own_but_can_be_listed(session: Session, office: Office, head: User) -> None:
    main, copy = (office.report(f"Laporan nomor {number} dari warga.", at=NOW) for number in range(2))
    copy.duplicate_of = main.id
    session.flush()
    found = asked_by(session, head)
    assert [(row.id, row.duplicates) for row in found.rows] == [(main.id, 1)]
    assert found.counts[Group.TODO] == 1
    assert set(ids(asked_by(session, head, duplicates="1"))) == {main.id, copy.id}
    assert set(ids(asked_by(session, head, q="laporan"))) == {main.id, copy.id}


def test_a_unit_can_be_asked_for_alone_or_with_those_below(session: Session, office: Office, head: User) -> None:
    below = Office(session, office.agency, make.unit(session, office.agency, parent=office.unit))
    own, lower = office.report("Laporan untuk induk."), below.report("Laporan untuk bidang.")
    unit = str(office.unit.id)
    assert ids(asked_by(session, head, unit=unit)) == [own.id]
    assert set(ids(asked_by(session, head, unit=unit, below="1"))) == {own.id, lower.id}
    elsewhere = new_office(session)
    elsewhere.report()
    assert ids(asked_by(session, head, unit=str(elsewhere.unit.id), below="1")) == []


def test_few_and_many_are_told_alike(
    session: Session, office: Office, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [
        office.report(f"Laporan nomor {number} dari warga.", at=NOW - timedelta(hours=number)) for number in range(5)
    ]
    cases[0].due_at = NOW - timedelta(days=3)
    session.flush()
    few = ids(asked_by(session, head))
    monkeypatch.setattr(inbox_queries, "COUNTED_MAX", 2)
    many = asked_by(session, head)
    assert ids(many) == few
    assert many.total == 3


def test_no_group_is_counted_beside_a_narrower_question(session: Session, office: Office, head: User) -> None:
    office.report(at=NOW)
    assert asked_by(session, head, assigned="nobody").counts == {}
    assert asked_by(session, head, unit=str(office.unit.id)).counts[Group.TODO] == 1


@pytest.mark.parametrize("way", ["grant ended", "account closed", "moved to another unit"])
def test_what_somebody_left_behind_is_nobodys_until_it_ends(
    session: Session, office: Office, head: User, way: str
) -> None:
    gone, stays = office.staff(Role.OFFICER), office.staff(Role.OFFICER)
    left, ended, kept, heads = (office.report(f"Laporan nomor {number} dari warga.", at=NOW) for number in range(4))
    hidden = office.report("Laporan rahasia dari warga.", at=NOW, is_confidential=True)
    free = office.report("Laporan yang belum dipegang.", at=NOW)
    for case, holder in ((left, gone), (ended, gone), (hidden, gone), (kept, stays), (heads, head)):
        take(session, case, user_id=holder.id, now=NOW)
    respond(session, ended, ANSWER, user_id=gone.id, now=NOW)
    judge(session, ended, Outcome.CONFIRMED, None, now=NOW)
    assert ids(asked_by(session, head, assigned="nobody")) == [free.id]
    if way == "account closed":
        gone.active = False
    else:
        yesterday = NOW.date() - timedelta(days=1)
        session.execute(sa.update(RoleGrant).where(RoleGrant.user_id == gone.id).values(ends_on=yesterday))
    if way == "moved to another unit":
        make.grant(session, gone, Role.OFFICER, office.agency, make.unit(session, office.agency))
    session.flush()
    assert set(ids(asked_by(session, head, assigned="nobody"))) == {free.id, left.id, hidden.id}
    assert ended.id not in ids(asked_by(session, head, assigned="nobody", group="all"))


def test_who_answers_from_a_unit_above_has_not_left(session: Session, office: Office, head: User) -> None:
    below = Office(session, office.agency, make.unit(session, office.agency, parent=office.unit))
    case = below.report("Laporan untuk bidang.", at=NOW)
    take(session, case, user_id=head.id, now=NOW)
    assert ids(asked_by(session, head, assigned="nobody")) == []


def test_where_the_database_looks_lies_everything_somebody_may_see(session: Session) -> None:
    """`near` only saves work: for every role and place it must hold all that `may_see` shows."""
    office = new_office(session)
    agency = office.agency
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    below = Office(session, agency, make.unit(session, agency, parent=office.unit))
    sibling = Office(session, agency, make.unit(session, agency))
    for place in (office, below, sibling):
        place.report("Laporan biasa tentang antrean.")
        place.report("Laporan rahasia tentang antrean.", is_confidential=True)
        place.report("Petugas meminta uang pelicin lima puluh ribu agar berkas jalan.")
        overseen = place.report("Laporan yang sangat terlambat.")
        overseen.inspected_since = clock.utcnow()
    waiting = new_office(session).report("Petugas meminta uang pelicin lima puluh ribu agar berkas jalan.")
    session.flush()
    places = [office.unit, below.unit, sibling.unit, inspectorate, None]
    now = clock.utcnow()
    for role in (Role.OFFICER, Role.UNIT_HEAD, Role.ADMINISTRATOR):
        for over in places:
            who = make.user(session)
            make.grant(session, who, role, agency, over)
            make.grant(session, who, Role.ADMINISTRATOR, session.get_one(type(agency), waiting.agency_id))
            seen = may_see(who.id, Permission.READ_INBOX, now.date())
            around = near(asker(session, who.id, day=now.date(), now=now))
            shown = set(session.query(Case.id).where(seen))
            assert shown == set(session.query(Case.id).where(seen, around)), (role, over)
            assert shown
