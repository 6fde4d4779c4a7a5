"""A report gathered from what is stored, not from the moment it is printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting.files import ReportFile
from feedback_app.reporting.files import make as make_file
from feedback_app.reporting.gathering import AnswersDifferError, NothingToReportError, gather
from feedback_app.reporting.places import THE_REST
from feedback_app.reporting.report_data import Report, Signing
from feedback_app.survey.index import Index, Total, index_of_totals
from feedback_app.survey.models import Period, Response
from feedback_app.survey.official import Variant
from feedback_app.survey.rules import PeriodState, ResultLevel
from tests import factories as make
from tests.reporting.surveys import SEMESTERS, closed, held
from tests.reporting.test_workbook import formulas
from tests.survey import makers

SIGNING = Signing("Kupang", date(2026, 7, 3))


def index_of_blocks(report: Report) -> Index:
    totals: dict[str, list[Total]] = {}
    (block,) = report.blocks
    for at, column in enumerate(block.columns):
        given = [(p.answers[at], p.count) for p in block.patterns if p.answers[at]]
        totals[column.element] = [Total(sum(n for _, n in given), sum((a or 0) * n for a, n in given))]
    return index_of_totals(totals, ruleset=report.method.ruleset, weight=report.method.weight)


def test_the_matrix_gives_the_index_that_is_printed(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    report = gather(session, held(session, agency, [unit], 20), unit.id, signing=SIGNING)
    again = index_of_blocks(report)
    assert (again.value, again.grade) == (report.place.value, report.place.grade)
    assert report.place.respondents == report.blocks[0].respondents == 20


def test_a_report_of_a_unit_holds_its_services_and_of_an_agency_its_units(session: Session) -> None:
    agency = make.agency(session)
    unit, other = make.unit(session, agency), make.unit(session, agency)
    services = [make.service(session, unit) for _ in range(2)]
    period = held(session, agency, [*services, other])
    of_unit = gather(session, period, unit.id, signing=SIGNING)
    of_agency = gather(session, period, None, signing=SIGNING)
    assert sorted(part.code for part in of_unit.place.parts) == sorted(service.code for service in services)
    assert {part.code for part in of_agency.place.parts} == {unit.code, other.code}
    assert of_agency.place.level is ResultLevel.AGENCY
    assert sum(block.respondents for block in of_agency.blocks) == 36


def test_answers_that_no_longer_give_the_stored_counts_make_no_report(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = held(session, agency, [unit])
    makers.unguard(session, Response)
    one = makers.responses(session, period)[0]
    one.answers = [1 if answer != 1 else 2 for answer in one.answers]
    session.flush()
    with pytest.raises(AnswersDifferError):
        gather(session, period, unit.id, signing=SIGNING)


def test_an_open_period_has_no_report(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond(session, period, unit)
    with pytest.raises(NothingToReportError):
        gather(session, period, unit.id, signing=SIGNING)


def test_a_unit_nobody_answered_about_has_no_report(session: Session) -> None:
    agency = make.agency(session)
    unit, silent = make.unit(session, agency), make.unit(session, agency)
    period = held(session, agency, [unit])
    with pytest.raises(NothingToReportError):
        gather(session, period, silent.id, signing=SIGNING)


def test_two_periods_are_compared_in_the_later_report(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    earlier, later = (period_of(session, agency, unit, at) for at in (0, 1))
    report = gather(session, later, unit.id, signing=SIGNING)
    assert [one.name for one in report.past] == [earlier.name, later.name]
    assert report.change is not None
    assert report.change.before == earlier.name
    assert gather(session, earlier, unit.id, signing=SIGNING).change is None


def period_of(session: Session, agency: Agency, unit: Unit, at: int) -> Period:
    """A semester, answered about on one of its days."""
    values = SEMESTERS[at]
    return held(session, agency, [unit], seed=at, answered_on=values["starts_on"], **values)


def test_what_people_said_outside_the_survey_stands_beside_its_elements(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = held(session, agency, [unit])
    for confidential in (False, True):
        sent = make.submission(
            session, unit, kind=SubmissionKind.COMPLAINT, text="Antre empat jam.", rating=None, analysis="done",
            is_confidential=confidential,
        )  # fmt: skip
        make.labels(session, sent, kind="complaint", aspect="queue_hours")
    (voice,) = gather(session, period, unit.id, signing=SIGNING).voices
    assert (voice.element, voice.complaints, voice.topics) == ("waktu", 1, ("Antrean dan jam layanan",))


def test_what_of_a_unit_is_none_of_its_services_is_a_part_of_its_own(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    service = make.service(session, unit)
    period = makers.open_period(session, agency, [unit, service])
    makers.respond_all(session, period, unit, [(3, 3, 3, 4, 3, 3, 3, 3, 4), (2,) * 9], service)
    makers.respond_all(session, period, unit, [(4,) * 9, (3,) * 9])
    report = gather(session, closed(session, period), unit.id, signing=SIGNING)
    rest, known = report.place.parts
    assert (rest.name, rest.value) == (THE_REST, Decimal("87.50"))
    assert known.code == service.code
    assert {(block.service_code, block.respondents) for block in report.blocks} == {("", 2), (service.code, 2)}
    assert_formulas_agree(report)


def test_a_service_with_another_questionnaire_stands_beside_the_others(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    counter, web = (make.service(session, unit) for _ in range(2))
    usual, online = makers.instrument(session, agency), makers.instrument(session, agency, Variant.WEB)
    period = makers.draft_period(session, agency, usual)
    makers.target(session, period, unit, counter)
    makers.target(session, period, unit, web, instrument_id=online.id)
    period.state, period.opened_at = PeriodState.OPEN, make.NOW
    makers.respond_all(session, period, unit, [(3,) * 9, (4,) * 9], counter)
    makers.respond_all(session, period, unit, [(2,) * 9, (3,) * 9], web)
    report = gather(session, closed(session, period), unit.id, signing=SIGNING)
    assert any(one.partly for one in report.place.elements)
    assert report.place.value == Decimal("75.00")
    assert_formulas_agree(report)


def assert_formulas_agree(report: Report) -> None:
    found = list(formulas(report))
    assert found
    for cell, computed, written in found:
        assert computed == pytest.approx(written, abs=1e-9), cell
    assert Decimal(f"{found[-1][1]:.2f}") == report.place.value
    assert make_file(report, ReportFile.REPORT).content.startswith(b"%PDF-")
