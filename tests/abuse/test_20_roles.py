"""Abuse case 20: roles that do not lie in one hand, and roles that one person alone does not give.

The table in `identity.separation` and the trigger of migration 0015 are asked the same, for every pair of roles.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations_with_replacement
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.identity.grant_models import BreakGlass, GrantRequest
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import NEEDS_TWO, GrantSource, Role
from feedback_app.identity.separation import clash_of
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make

PAIRS = [(one, other) for one, other in combinations_with_replacement(Role, 2) if one is not other]


def stored(session: Session, row: GrantRequest | BreakGlass) -> None:
    """Write a row, or leave none behind."""
    with session.begin_nested():
        session.add(row)
        session.flush()


def _holds(session: Session, *given: tuple[Role, Agency, Unit | None, dict[str, Any]]) -> bool:
    who = make.user(session)
    try:
        with session.begin_nested():
            for role, agency, over, dates in given:
                make.grant(session, who, role, agency, over, **dates)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda role: role.value)
def test_the_database_and_the_table_agree_about_every_pair_of_roles(session: Session, one: Role, other: Role) -> None:
    agency = make.agency(session)
    office = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    together = _holds(session, (one, agency, office, {}), (other, agency, office, {}))
    assert together is (clash_of(one, other) is None)


DAY = make.TODAY
CLASHING = (Role.EVALUATOR, Role.REVIEWER)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        pytest.param({"ends_on": DAY}, {"starts_on": DAY + timedelta(days=1)}, True, id="one after the other"),
        pytest.param({"ends_on": DAY}, {"starts_on": DAY}, False, id="one day shared"),
        pytest.param({"starts_on": DAY}, {"ends_on": DAY - timedelta(days=1)}, True, id="over before it began"),
    ],
)
def test_roles_clash_on_the_days_they_share(
    session: Session, first: dict[str, Any], second: dict[str, Any], together: bool
) -> None:
    agency = make.agency(session)
    assert _holds(session, (CLASHING[0], agency, None, first), (CLASHING[1], agency, None, second)) is together


def test_roles_clash_in_the_units_they_share(session: Session) -> None:
    agency, other = make.agency(session), make.agency(session)
    above = make.unit(session, agency)
    own, beside = make.unit(session, agency, parent=above), make.unit(session, agency, parent=above)
    one, two = CLASHING
    assert not _holds(session, (one, agency, above, {}), (two, agency, own, {}))
    assert not _holds(session, (one, agency, own, {}), (two, agency, above, {}))
    assert not _holds(session, (one, agency, None, {}), (two, agency, own, {}))
    assert _holds(session, (one, agency, own, {}), (two, agency, beside, {}))
    assert _holds(session, (one, agency, None, {}), (two, other, None, {}))


def test_an_inspector_is_of_the_inspektorat(session: Session) -> None:
    agency = make.agency(session)
    inspectorate, office = make.unit(session, agency, kind=UnitKind.INSPECTORATE), make.unit(session, agency)
    assert _holds(session, (Role.INSPECTOR, agency, inspectorate, {}))
    assert not _holds(session, (Role.INSPECTOR, agency, office, {}))
    assert not _holds(session, (Role.INSPECTOR, agency, None, {}))


@pytest.mark.slow
def test_who_runs_the_platform_holds_no_role(session: Session) -> None:
    operator, agency = make.operator(session), make.agency(session)
    for role in Role:
        with pytest.raises(IntegrityError), session.begin_nested():
            make.grant(session, operator, role, agency)


def test_who_holds_a_role_does_not_run_the_platform(session: Session) -> None:
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, make.agency(session))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            sa.text(
                "INSERT INTO platform_operators (user_id, starts_on, reason, given_at) "
                "VALUES (:who, current_date, 'Menjalankan server.', now())"
            ),
            {"who": who.id},
        )


@pytest.mark.parametrize("part", ["granted_by", "approved_by"])
def test_nobody_gives_a_role_to_themselves(session: Session, part: str) -> None:
    agency, who, other = make.agency(session), make.user(session), make.user(session)
    parts: dict[str, Any] = {"granted_by": other.id, "approved_by": None, part: who.id}
    with pytest.raises(IntegrityError, match="not_to_oneself"), session.begin_nested():
        make.grant(session, who, Role.OFFICER, agency, source=GrantSource.PERSON, **parts)


@pytest.mark.parametrize("role", sorted(NEEDS_TWO - {Role.INSPECTOR}), ids=lambda role: role.value)
@pytest.mark.parametrize("source", [GrantSource.PERSON, GrantSource.INVITATION, GrantSource.OIDC, GrantSource.IMPORT])
def test_a_role_of_weight_is_given_by_two(session: Session, role: Role, source: GrantSource) -> None:
    agency, one, two = make.agency(session), make.user(session), make.user(session)
    for giver, approver in ((None, None), (one.id, None), (None, two.id), (one.id, one.id)):
        with pytest.raises(IntegrityError), session.begin_nested():
            make.grant(session, make.user(session), role, agency, source=source, granted_by=giver, approved_by=approver)
    make.grant(session, make.user(session), role, agency, source=source, granted_by=one.id, approved_by=two.id)


@pytest.mark.parametrize(
    ("asked_by", "user", "decided_by"),
    [("a", "a", "b"), ("a", "b", "a"), ("a", "b", "b")],
    ids=["for oneself", "by who asked", "by whom it is for"],
)
def test_a_request_is_decided_by_a_third(session: Session, asked_by: str, user: str, decided_by: str) -> None:
    agency, people = make.agency(session), {"a": make.user(session).id, "b": make.user(session).id}
    row = GrantRequest(
        agency_id=agency.id, user_id=people[user], role=Role.EVALUATOR, starts_on=make.TODAY,
        reason="Menilai triwulan ini.", source=GrantSource.PERSON, asked_by=people[asked_by], asked_at=make.NOW,
        outcome="refused", decided_by=people[decided_by], decided_at=make.NOW, refusal="Sudah ada yang lain.",
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        stored(session, row)


def test_what_was_given_is_never_rewritten_nor_deleted(session: Session) -> None:
    held = make.grant(session, make.user(session), Role.OFFICER, make.agency(session), ends_on=make.TODAY)
    for change in (
        "role = 'evaluator'", "reason = 'Alasan yang lain.'", "starts_on = starts_on - 1", "ends_on = ends_on + 1",
        "ends_on = NULL", "granted_by = user_id", "unit_id = NULL, user_id = user_id + 1",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(sa.text(f"UPDATE role_grants SET {change} WHERE id = :id"), {"id": held.id})
    for statement in ("DELETE FROM role_grants", "TRUNCATE role_grants CASCADE"):
        with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
            session.execute(sa.text(statement))
    session.execute(sa.text(make.END_GRANTS))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.text(make.END_GRANTS))
    assert session.scalar(sa.select(sa.func.count()).select_from(RoleGrant)) == 1


GLASS = {"reason": "Antrean tidak bergerak sejak pagi hari ini.", "minutes": 30, "asked_at": make.NOW}


@pytest.mark.parametrize("minutes", [14, 241])
def test_glass_is_broken_for_minutes_alone(session: Session, minutes: int) -> None:
    agency, operator = make.agency(session), make.operator(session)
    with pytest.raises(IntegrityError, match="minutes_range"):
        stored(session, BreakGlass(agency_id=agency.id, asked_by=operator.id, **{**GLASS, "minutes": minutes}))


def test_glass_is_broken_by_an_operator_and_agreed_to_by_another(session: Session) -> None:
    agency, operator, second = make.agency(session), make.operator(session), make.operator(session)
    stranger = make.user(session)
    with pytest.raises(IntegrityError, match="who runs the platform"):
        stored(session, BreakGlass(agency_id=agency.id, asked_by=stranger.id, **GLASS))
    opening = BreakGlass(agency_id=agency.id, asked_by=operator.id, **GLASS)
    session.add(opening)
    session.flush()
    begin = sa.text(
        "UPDATE break_glass SET outcome = 'approved', decided_by = :by, decided_at = now(), began_at = now(), "
        "ends_at = now() + make_interval(mins => :minutes)"
    )
    for by, minutes in ((operator.id, 30), (second.id, 300)):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(begin, {"by": by, "minutes": minutes})
    session.execute(begin, {"by": second.id, "minutes": 30})
    with pytest.raises(IntegrityError, match="decided"), session.begin_nested():
        session.execute(sa.text("UPDATE break_glass SET ends_at = ends_at + interval '1 hour'"))
