"""Reply templates: who writes them, where they hold, and what a case fills in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.clock import office_day, utcnow
from feedback_app.handling.answers.filling import filled_for, templates_of_all, templates_of_case, values_of
from feedback_app.handling.answers.placeholders import UnknownPlaceholderError
from feedback_app.handling.answers.templates import (
    TemplateChangedError,
    TemplateLengthError,
    TemplateNameTakenError,
    UnknownTemplateError,
    managed,
    remove_template,
    rewrite_template,
    template_for,
    whole_agencies,
    write_template,
)
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Office, new_office

NOW = make.NOW
TODAY: date = office_day(utcnow())


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def head(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


def test_a_template_holds_for_its_unit_and_those_below_and_one_of_the_agency_for_all(
    session: Session, office: Office, head: User
) -> None:
    below = Office(session, office.agency, make.unit(session, office.agency, parent=office.unit))
    beside = Office(session, office.agency, make.unit(session, office.agency))
    write_template(session, office.agency.id, office.unit.id, "Dinas", "Halo.", user_id=head.id, now=NOW)
    write_template(session, office.agency.id, below.unit.id, "Bidang", "Halo.", user_id=head.id, now=NOW)
    write_template(session, office.agency.id, None, "Semua", "Halo.", user_id=head.id, now=NOW)

    def names(place: Office) -> list[str]:
        return [one.name for one in templates_of_case(session, place.report(), day=TODAY)]

    assert names(below) == ["Bidang", "Dinas", "Semua"]
    assert names(office) == ["Dinas", "Semua"]
    assert names(beside) == ["Semua"]
    assert names(new_office(session)) == []
    both = [below.report().id, beside.report().id]
    assert [one.name for one in templates_of_all(session, both, day=TODAY)] == ["Semua"]


def test_a_case_fills_in_what_it_knows_and_leaves_the_rest(session: Session, office: Office) -> None:
    case = office.report()
    officer = make.user(session, name="Rambu Ana")
    text = "{nomor_kasus}|{nama_unit}|{nama_petugas}|{layanan}|{tanggal_diterima}"
    template = write_template(session, office.agency.id, None, "Semua", text, user_id=officer.id, now=NOW)
    filled = filled_for(session, case, template.id, user_id=officer.id, day=TODAY)
    assert filled.startswith(f"{case.id}|Dinas Kependudukan|Rambu Ana|{{layanan}}|")


def test_days_are_written_in_indonesian_by_the_clock_of_the_agency(session: Session, office: Office) -> None:
    service = make.service(session, office.unit, name="KTP elektronik")
    case = office.report(service_id=service.id)
    # 17.30 UTC on the eleventh is half past one on the twelfth in Kupang.
    case.resolve_due_at = make.NOW.replace(day=11, hour=17, minute=30)
    values = values_of(session, case, user_id=make.user(session).id, day=date(2026, 5, 12))
    assert values["batas_penyelesaian"] == "12 Mei 2026"
    assert values["layanan"] == "KTP elektronik"
    case.resolve_due_at = None
    assert values_of(session, case, user_id=make.user(session).id, day=TODAY)["batas_penyelesaian"] is None


def test_a_deadline_that_is_over_fills_in_nothing(session: Session, office: Office, head: User) -> None:
    text = "Paling lambat {batas_penyelesaian} kami kabari."
    template = write_template(session, office.agency.id, office.unit.id, "Janji", text, user_id=head.id, now=NOW)
    case = office.report()
    # 23.00 on the eleventh in Kupang.
    case.resolve_due_at = make.NOW.replace(day=11, hour=15, minute=0)
    promised, left = (
        filled_for(session, case, template.id, user_id=head.id, day=date(2026, 5, day)) for day in (11, 12)
    )
    assert promised == "Paling lambat 11 Mei 2026 kami kabari."
    assert left == text


def test_a_template_of_another_place_is_none_for_a_case(session: Session, office: Office, head: User) -> None:
    foreign = new_office(session)
    template = write_template(session, foreign.agency.id, None, "Asing", "Halo.", user_id=head.id, now=NOW)
    with pytest.raises(UnknownTemplateError):
        filled_for(session, office.report(), template.id, user_id=head.id, day=TODAY)


def test_a_head_changes_those_of_the_units_within_reach_and_whoever_heads_all_those_of_the_agency(
    session: Session, office: Office, head: User
) -> None:
    top = office.staff(Role.UNIT_HEAD, everywhere=True)
    own = write_template(session, office.agency.id, office.unit.id, "Dinas", "Halo.", user_id=head.id, now=NOW)
    everybodys = write_template(session, office.agency.id, None, "Semua", "Halo.", user_id=top.id, now=NOW)
    assert [one.template.id for one in managed(session, head.id, day=TODAY)] == [own.id]
    assert [one.template.id for one in managed(session, top.id, day=TODAY)] == [everybodys.id, own.id]
    assert [one.id for one in whole_agencies(session, top.id, day=TODAY)] == [office.agency.id]
    assert not whole_agencies(session, head.id, day=TODAY)
    for stranger in (head, office.staff(Role.OFFICER, everywhere=True), new_office(session).staff(Role.UNIT_HEAD)):
        with pytest.raises(UnknownTemplateError):
            template_for(session, stranger.id, everybodys.id, day=TODAY)


def test_an_unknown_placeholder_a_missing_name_and_a_name_in_use_are_refused(
    session: Session, office: Office, head: User
) -> None:
    def write(name: str, text: str) -> None:
        write_template(session, office.agency.id, office.unit.id, name, text, user_id=head.id, now=NOW)

    with pytest.raises(UnknownPlaceholderError, match="nama_kepala"):
        write("Salam", "Salam, {nama_kepala}")
    with pytest.raises(TemplateLengthError):
        write("", "Halo.")
    write("Salam", "Halo.")
    with pytest.raises(TemplateNameTakenError):
        write("SALAM", "Halo lagi.")


def test_a_removed_template_frees_its_name_and_is_offered_no_more(session: Session, office: Office, head: User) -> None:
    template = write_template(session, office.agency.id, None, "Salam", "Halo.", user_id=head.id, now=NOW)
    remove_template(session, template, user_id=head.id, now=NOW)
    assert not templates_of_case(session, office.report(), day=TODAY)
    write_template(session, office.agency.id, None, "Salam", "Halo.", user_id=head.id, now=NOW)
    assert [act.subject_id for act in office.acts("handling.remove_template")] == [template.id]


def test_who_rewrites_an_older_state_is_told(session: Session, office: Office, head: User) -> None:
    template = write_template(session, office.agency.id, None, "Salam", "Halo.", user_id=head.id, now=NOW)
    later = NOW + timedelta(minutes=1)
    rewrite_template(session, template, "Salam", "Selamat pagi.", seen_at=NOW, user_id=head.id, now=later)
    with pytest.raises(TemplateChangedError):
        rewrite_template(session, template, "Salam", "Selamat siang.", seen_at=NOW, user_id=head.id, now=later)
    assert template.text == "Selamat pagi."
