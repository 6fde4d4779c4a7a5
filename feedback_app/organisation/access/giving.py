"""Give a role, or ask for one that takes two people; nobody gives more than their own reach, and none to themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.grants import GrantDaysError, check_days, lock_grants_of, said_why
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operations import grant
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import ALONE, NEEDS_TWO, GrantSource, Permission, Role
from feedback_app.identity.separation import Clash, Held, clash_of, share_a_day
from feedback_app.organisation.models import Unit, UnitKind, UnitVersion
from feedback_app.organisation.queries import UnknownUnitError, reach, valid_on
from feedback_app.organisation.whole_agencies import over_all_of


class OwnGrantError(ForbiddenError):
    """Somebody would give a role to themselves, or agree to one for themselves."""

    code = "own_grant"


class OutOfReachError(ForbiddenError):
    """The role reaches further than that of whoever would give it."""

    code = "out_of_reach"


class RoleHeldError(ConflictError):
    """The person holds, or waits for, this very role on one of the days."""

    code = "role_held"


class RolesClashError(ConflictError):
    """The person holds a role on one of the days that does not go together with this one."""

    code = "roles_clash"


class InspectorPlaceError(InvalidInputError):
    """Somebody would be of the Inspektorat over another unit."""

    code = "inspector_place"


class OperatorGrantError(ConflictError):
    """Whoever runs the platform holds no role in an agency."""

    code = "operator_grant"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role that somebody is to have: over a unit and all below it, or, without a unit, over the whole agency."""

    agency_id: int
    user_id: int
    role: Role
    unit_id: int | None
    starts_on: date
    ends_on: date | None
    reason: str
    source: GrantSource = GrantSource.PERSON

    @property
    def held(self) -> Held:
        """Return it as it would be held."""
        return Held(self.role, self.unit_id, self.starts_on, self.ends_on)

    @property
    def needs_two(self) -> bool:
        """Tell whether a second person has to agree."""
        return self.role in NEEDS_TWO and self.source not in ALONE


def give_or_ask(
    session: Session, wanted: Wanted, *, actor: Actor, today: date, now: datetime
) -> RoleGrant | GrantRequest:
    """Give a role; one of weight waits for a second person instead, and the request is returned.

    An actor that is no person (the server's terminal, a rule about claims) is asked for no reach of its own.

    Raises
    ------
    feedback_app.identity.grants.GrantReasonError, feedback_app.identity.grants.GrantDaysError
    OwnGrantError, OutOfReachError, RoleHeldError, RolesClashError, InspectorPlaceError, OperatorGrantError
    feedback_app.organisation.queries.UnknownUnitError
    """
    asked = replace(wanted, reason=said_why(wanted.reason))
    if actor.user_id is not None and asked.starts_on < today:
        raise GrantDaysError("Wewenang berlaku paling cepat mulai hari ini.")
    check_may_give(session, asked, actor, today)
    check_can_have(session, asked)
    if not asked.needs_two:
        return _given(session, asked, actor, None, now)
    if actor.user_id is None:
        raise OutOfReachError("Wewenang ini memerlukan persetujuan dua orang dan tidak dapat diberikan otomatis.")
    if session.scalar(_waiting(asked)) is not None:
        raise RoleHeldError("Wewenang yang sama untuk orang ini sudah menunggu persetujuan.")
    made = GrantRequest(
        agency_id=asked.agency_id, user_id=asked.user_id, role=asked.role, unit_id=asked.unit_id,
        starts_on=asked.starts_on, ends_on=asked.ends_on, reason=asked.reason, source=asked.source,
        asked_by=actor.user_id, asked_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, agency_id=asked.agency_id, actor=actor, action="identity.ask_grant", subject_type="user",
        subject_id=asked.user_id, now=now, request_id=made.id, role=asked.role.value, unit_id=asked.unit_id,
    )  # fmt: skip
    return made


def _given(session: Session, wanted: Wanted, actor: Actor, approved_by: int | None, now: datetime) -> RoleGrant:
    return grant(
        session, agency_id=wanted.agency_id, user_id=wanted.user_id, role=wanted.role, unit_id=wanted.unit_id,
        starts_on=wanted.starts_on, ends_on=wanted.ends_on, reason=wanted.reason, source=wanted.source, actor=actor,
        approved_by=approved_by, now=now,
    )  # fmt: skip


def give_agreed(session: Session, wanted: Wanted, *, asked_by: Actor, approved_by: int, now: datetime) -> RoleGrant:
    """Give a role that two people agreed to; what both may give was asked before (`check_may_give`)."""
    return _given(session, wanted, asked_by, approved_by, now)


def check_may_give(session: Session, wanted: Wanted, actor: Actor, today: date) -> None:
    """Refuse who would give to themselves, or further than their own reach.

    Raises
    ------
    OwnGrantError, OutOfReachError
    """
    if actor.user_id is None:
        return
    if actor.user_id == wanted.user_id:
        raise OwnGrantError("Anda tidak dapat memberi wewenang kepada diri sendiri. Minta pengelola lain melakukannya.")
    if not within_my_reach(session, actor.user_id, wanted.agency_id, wanted.unit_id, today):
        raise OutOfReachError("Anda hanya dapat memberi wewenang atas unit yang Anda kelola sendiri.")


def within_my_reach(
    session: Session, user_id: int, agency_id: int, unit_id: int | None, today: date,
    permission: Permission = Permission.MANAGE_GRANTS,
) -> bool:  # fmt: skip
    """Tell whether somebody looks after the roles of a unit, or, without one, of the whole agency."""
    if unit_id is None:
        return bool(session.scalar(sa.select(over_all_of(agency_id, user_id, permission, today))))
    area = reach(user_id, permission, today)
    found = sa.select(area.c.unit_id).where(area.c.agency_id == agency_id, area.c.unit_id == unit_id)
    return session.scalar(found.limit(1)) is not None


def check_can_have(session: Session, wanted: Wanted) -> None:
    """Refuse a role that this person cannot have, whoever gives it.

    Raises
    ------
    feedback_app.identity.grants.GrantDaysError
    RoleHeldError, RolesClashError, InspectorPlaceError, OperatorGrantError
    feedback_app.organisation.queries.UnknownUnitError
    """
    check_days(wanted.starts_on, wanted.ends_on)
    lock_grants_of(session, wanted.user_id)
    _check_place(session, wanted)
    if session.scalar(sa.select(is_operator(wanted.user_id, wanted.starts_on))):
        raise OperatorGrantError("Operator platform tidak memegang wewenang di instansi. Pakai akun tersendiri.")
    for other in _held_beside(session, wanted):
        if other.role is wanted.role and other.unit_id == wanted.unit_id:
            raise RoleHeldError("Orang ini sudah memegang wewenang itu pada hari-hari tersebut.")
        clash = clash_of(wanted.role, other.role)
        if clash is not None and _meet(session, wanted, other):
            raise RolesClashError(CLASH_SENTENCES[clash])


# Each names what to do; which role it is stands on the page beside it.
CLASH_SENTENCES = {
    Clash.RATES_AND_JUDGES: "Yang menilai kinerja tidak boleh juga memutus sanggahan atau keberatan atasnya. "
    "Akhiri dahulu wewenang yang lain, atau pilih orang lain.",
    Clash.RECORDS_AND_JUDGES: "Yang mencatat jabatan dan jadwal tidak boleh juga menelaah sanggahan atasnya. "
    "Akhiri dahulu wewenang yang lain, atau pilih orang lain.",
    Clash.JUDGES_TWICE: "Yang menelaah sanggahan tidak boleh juga memutus keberatan. "
    "Akhiri dahulu wewenang yang lain, atau pilih orang lain.",
    Clash.GIVES_AND_HOLDS: "Yang membagikan wewenang tidak boleh juga menjadi penelaah atau Inspektorat. "
    "Akhiri dahulu wewenang yang lain, atau pilih orang lain.",
    Clash.AUDITS_AND_ACTS: "Auditor hanya membaca, jadi tidak memegang wewenang lain. "
    "Akhiri dahulu wewenang yang lain, atau pilih orang lain.",
}


def _check_place(session: Session, wanted: Wanted) -> None:
    if wanted.unit_id is not None:
        known = sa.exists().where(Unit.agency_id == wanted.agency_id, Unit.id == wanted.unit_id)
        if not session.scalar(sa.select(known)):
            raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    if wanted.role is not Role.INSPECTOR:
        return
    inspects = sa.exists().where(
        UnitVersion.agency_id == wanted.agency_id, UnitVersion.unit_id == wanted.unit_id,
        UnitVersion.kind == UnitKind.INSPECTORATE,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, wanted.starts_on),
    )  # fmt: skip
    if wanted.unit_id is None or not session.scalar(sa.select(inspects)):
        raise InspectorPlaceError("Wewenang Inspektorat hanya berlaku atas unit Inspektorat. Pilih unit itu.")


def _held_beside(session: Session, wanted: Wanted) -> list[RoleGrant]:
    rows = session.scalars(
        sa.select(RoleGrant).where(RoleGrant.agency_id == wanted.agency_id, RoleGrant.user_id == wanted.user_id)
    )
    return [
        row
        for row in rows
        if (row.ends_on is None or row.ends_on >= row.starts_on)
        and share_a_day(Held(row.role, row.unit_id, row.starts_on, row.ends_on), wanted.held)
    ]


def _meet(session: Session, wanted: Wanted, other: RoleGrant) -> bool:
    first = max(wanted.starts_on, other.starts_on)
    lasts = [day for day in (wanted.ends_on, other.ends_on) if day is not None]
    last = sa.literal(min(lasts) if lasts else None, sa.Date())
    found = sa.func.grants_meet(wanted.agency_id, wanted.unit_id, other.unit_id, sa.literal(first, sa.Date()), last)
    return bool(session.scalar(sa.select(found)))


def _waiting(wanted: Wanted) -> sa.Select[int]:
    return sa.select(GrantRequest.id).where(
        GrantRequest.agency_id == wanted.agency_id, GrantRequest.user_id == wanted.user_id,
        GrantRequest.role == wanted.role, GrantRequest.unit_id.is_not_distinct_from(wanted.unit_id),
        GrantRequest.outcome.is_(None),
    )  # fmt: skip
