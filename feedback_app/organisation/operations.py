"""Set up agencies, units, services, people and posts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.codes import add_coded, check_unit_code, parse_code, parse_name, parse_region_code
from feedback_app.organisation.models import (
    Agency,
    Assignment,
    Employee,
    PublicService,
    Unit,
    UnitKind,
    UnitVersion,
)
from feedback_app.organisation.rules import AssignmentKind, parse_nip


class InvalidAssignmentError(InvalidInputError):
    """Dates, share or title of a post contradict each other."""

    code = "invalid_assignment"


class OverlappingAssignmentError(ConflictError):
    """The post is held by somebody else, or the person holds another, on some of these days."""

    code = "overlapping_assignment"


def create_agency(
    session: Session, *, code: str, name: str, region_code: str, time_zone: str, actor: Actor, now: datetime
) -> Agency:
    """Add an agency.

    Raises
    ------
    InvalidCodeError, InvalidRegionCodeError, MissingNameError, CodeTakenError
    """
    agency = Agency(
        code=parse_code(code, "pemerintah daerah", "kupang"), name=parse_name(name),
        region_code=parse_region_code(region_code), time_zone=time_zone, created_at=now,
    )  # fmt: skip
    add_coded(session, agency, f"Pemerintah daerah dengan kode {agency.code} sudah ada. Pakai kode lain.")
    record(
        session, agency_id=agency.id, actor=actor, action="organisation.create_agency", subject_type="agency",
        subject_id=agency.id, now=now,
    )  # fmt: skip
    return agency


def create_unit(
    session: Session,
    *,
    agency_id: int,
    code: str,
    name: str,
    kind: UnitKind,
    starts_on: date,
    now: datetime,
    parent_id: int | None = None,
    address: str | None = None,
) -> Unit:
    """Add a unit and its first version.

    Raises
    ------
    InvalidCodeError, ReservedCodeError, MissingNameError, CodeTakenError
    """
    unit = Unit(agency_id=agency_id, code=parse_code(code, "unit", "dinas-dukcapil"), created_at=now)
    check_unit_code(unit.code)
    name = parse_name(name)
    add_coded(session, unit, f"Unit dengan kode {unit.code} sudah ada. Pakai kode lain.")
    session.add(
        UnitVersion(
            agency_id=agency_id, unit_id=unit.id, parent_id=parent_id, name=name, kind=kind, address=address,
            starts_on=starts_on,
        )
    )  # fmt: skip
    session.flush()
    return unit


def create_service(
    session: Session, *, agency_id: int, unit_id: int, code: str, name: str, sector: str
) -> PublicService:
    """Add a service to a unit.

    Raises
    ------
    InvalidCodeError, MissingNameError, CodeTakenError
    """
    service = PublicService(
        agency_id=agency_id, unit_id=unit_id, code=parse_code(code, "layanan", "ktp-el"), name=parse_name(name),
        sector=sector, is_active=True,
    )  # fmt: skip
    add_coded(session, service, f"Layanan dengan kode {service.code} sudah ada di unit ini. Pakai kode lain.")
    return service


def create_employee(session: Session, *, agency_id: int, nip: str, name: str, now: datetime) -> Employee:
    """Add a civil servant.

    Raises
    ------
    feedback_app.errors.InvalidInputError
        The number is not a NIP or NI PPPK, or the name is empty.
    CodeTakenError
        The agency knows the number already, or the account belongs to another of its employees.
    """
    number = parse_nip(nip, today=now.date())
    employee = Employee(agency_id=agency_id, nip=number.digits, name=parse_name(name), created_at=now)
    add_coded(session, employee, "Pegawai dengan NIP atau akun itu sudah tercatat di pemerintah daerah ini.")
    return employee


def assign(
    session: Session,
    *,
    agency_id: int,
    employee_id: int,
    unit_id: int,
    position: str,
    kind: AssignmentKind,
    decree_number: str,
    starts_on: date,
    actor: Actor,
    now: datetime,
    ends_on: date | None = None,
    is_head: bool = False,
    service_id: int | None = None,
    share: Decimal = Decimal(1),
) -> Assignment:
    """Give somebody a post from one day to another; where there is feedback, `people.posts` asks before it does.

    Raises
    ------
    OverlappingAssignmentError
        The database holds the rules of who may overlap whom; the message says which one was met.
    InvalidAssignmentError
        The row contradicts itself: its dates, its share, or a title that only a head can have.
    """
    post = Assignment(
        agency_id=agency_id, employee_id=employee_id, unit_id=unit_id, service_id=service_id, position=position,
        is_head=is_head, kind=kind, share=share, decree_number=decree_number, starts_on=starts_on, ends_on=ends_on,
        recorded_at=now, recorded_by=actor.user_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(post)
    except IntegrityError as error:
        raise post_refusal(str(error.orig)) from error
    record(
        session, agency_id=agency_id, actor=actor, action="organisation.assign", subject_type="assignment",
        subject_id=post.id, now=now, employee_id=employee_id, unit_id=unit_id,
    )  # fmt: skip
    return post


_OVERLAPS = {
    "ex_assignments_one_definitive_post": "Pegawai ini sudah memegang jabatan definitif lain pada tanggal itu.",
    "ex_assignments_definitive_or_vacant_head": "Unit ini sudah dipimpin pejabat definitif atau Plt pada tanggal itu.",
    "ex_assignments_one_acting_head": "Unit ini sudah memiliki Plt atau Plh pada tanggal itu.",
    "ex_assignments_not_twice_the_same": "Pegawai ini sudah ditugaskan pada unit dan layanan yang sama.",
}


_CONTRADICTIONS = {
    "ends_after_start": "Hari terakhir jabatan harus sama dengan atau sesudah hari pertamanya.",
    "share_range": "Bagian tanggung jawab harus antara 0 dan 1.",
    "acting_is_head": "Plt dan Plh selalu memimpin unit; nyatakan penugasan ini sebagai kepala.",
    "head_of_whole_unit": "Kepala memimpin seluruh unit; jangan sebutkan layanan pada penugasan ini.",
}


def post_refusal(database_message: str) -> OverlappingAssignmentError | InvalidAssignmentError:
    """Return the refusal that the name of a violated constraint of posts stands for."""
    for constraint, sentence in _OVERLAPS.items():
        if constraint in database_message:
            return OverlappingAssignmentError(sentence)
    for constraint, sentence in _CONTRADICTIONS.items():
        if constraint in database_message:
            return InvalidAssignmentError(sentence)
    return OverlappingAssignmentError("Penugasan ini tidak dapat disimpan karena tidak memenuhi aturan data penugasan.")
