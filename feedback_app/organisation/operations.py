"""Set up agencies, units, services, people and posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Final

import holidays as holiday_calendars
import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.models import (
    Agency,
    Assignment,
    Employee,
    Holiday,
    PublicService,
    Unit,
    UnitKind,
    UnitVersion,
)
from feedback_app.organisation.rules import UNIT_CODE_MAX, AssignmentKind, InvalidUnitCodeError, parse_nip, parse_unit_code


_REGION_CODE: Final = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


class CodeTakenError(ConflictError):
    """The agency, unit or service of this code, or the civil servant of this number, is there already."""

    code = "code_taken"


class InvalidRegionCodeError(InvalidInputError):
    """The text is not a code of Kemendagri for a region."""

    code = "invalid_region_code"


class InvalidCodeError(InvalidInputError):
    """The text cannot be the code of an agency, a unit or a service."""

    code = "invalid_code"


class MissingNameError(InvalidInputError):
    """A name is empty."""

    code = "missing_name"


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
        code=_code(code, "pemerintah daerah", "kupang"), name=_name(name), region_code=_region_code(region_code),
        time_zone=time_zone, created_at=now,
    )  # fmt: skip
    with _no_second(session, f"Pemerintah daerah dengan kode {agency.code} sudah ada. Pakai kode lain."):
        session.add(agency)
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
    InvalidCodeError, MissingNameError, CodeTakenError
    """
    unit = Unit(agency_id=agency_id, code=_code(code, "unit", "dinas-dukcapil"), created_at=now)
    name = _name(name)
    with _no_second(session, f"Unit dengan kode {unit.code} sudah ada. Pakai kode lain."):
        session.add(unit)
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
        agency_id=agency_id, unit_id=unit_id, code=_code(code, "layanan", "ktp-el"), name=_name(name), sector=sector,
        is_active=True,
    )  # fmt: skip
    with _no_second(session, f"Layanan dengan kode {service.code} sudah ada di unit ini. Pakai kode lain."):
        session.add(service)
    return service


def create_employee(
    session: Session, *, agency_id: int, nip: str, name: str, now: datetime, user_id: int | None = None
) -> Employee:
    """Add a civil servant.

    Raises
    ------
    feedback_app.errors.InvalidInputError
        The number is not a NIP or NI PPPK, or the name is empty.
    CodeTakenError
        The agency knows the number already, or the account belongs to another of its employees.
    """
    number = parse_nip(nip, today=now.date())
    employee = Employee(agency_id=agency_id, nip=number.digits, name=_name(name), user_id=user_id, created_at=now)
    with _no_second(session, "Pegawai dengan NIP atau akun itu sudah tercatat di pemerintah daerah ini."):
        session.add(employee)
    return employee


def _code(raw: str, of: str, example: str) -> str:
    try:
        return parse_unit_code(raw)
    except InvalidUnitCodeError as error:
        raise InvalidCodeError(
            f"Kode {of} terdiri atas 1 sampai {UNIT_CODE_MAX} huruf kecil, angka, dan tanda hubung tunggal "
            f"di antaranya, misalnya {example}."
        ) from error


def _name(raw: str) -> str:
    name = " ".join(raw.split())
    if not name:
        raise MissingNameError("Nama belum diisi.")
    return name


def _region_code(raw: str) -> str:
    if _REGION_CODE.fullmatch(raw.strip()):
        return raw.strip()
    raise InvalidRegionCodeError(
        "Kode wilayah Kemendagri terdiri atas dua angka per tingkat yang dipisah titik, misalnya 53.71 untuk kota "
        "atau 53.71.01.1001 untuk kelurahan."
    )


@contextmanager
def _no_second(session: Session, sentence: str) -> Iterator[None]:
    """Store what the block adds; where such a row is there already, say so in the sentence."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        # The database's message quotes the row; it must not travel on with the sentence.
        raise CodeTakenError(sentence) from None


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
    """Give somebody a post from one day to another.

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
        recorded_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(post)
    except IntegrityError as error:
        raise _refusal(str(error.orig)) from error
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


def _refusal(database_message: str) -> OverlappingAssignmentError | InvalidAssignmentError:
    for constraint, sentence in _OVERLAPS.items():
        if constraint in database_message:
            return OverlappingAssignmentError(sentence)
    for constraint, sentence in _CONTRADICTIONS.items():
        if constraint in database_message:
            return InvalidAssignmentError(sentence)
    return InvalidAssignmentError("Penugasan ini tidak dapat disimpan karena tidak memenuhi aturan data penugasan.")


def import_holidays(session: Session, *, agency_id: int, years: Iterable[int]) -> int:
    """Add the national holidays and cuti bersama of the years; rows an officer edited stay. Return how many came.

    Both categories are asked for: the default one leaves cuti bersama out, and a deadline would come days too early.
    """
    calendar = holiday_calendars.country_holidays(
        "ID", years=list(years), categories=("public", "government"), language="id"
    )
    source = f"holidays {version('holidays')}"
    rows = [
        {"agency_id": agency_id, "on_date": day, "name": name, "source": source}
        for day, name in sorted(calendar.items())
    ]
    if not rows:
        return 0
    statement = insert(Holiday).values(rows).on_conflict_do_nothing().returning(Holiday.on_date)
    return len(session.execute(statement).all())


def holidays_of(session: Session, agency_id: int) -> frozenset[date]:
    """Return the days on which an agency does not work, besides its weekly days off."""
    return frozenset(session.scalars(sa.select(Holiday.on_date).where(Holiday.agency_id == agency_id)))
