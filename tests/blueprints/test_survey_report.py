"""The pages on which a survey report is made and downloaded."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.audit.models import AuditEvent
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting import files
from feedback_app.reporting.addresses import results_address
from feedback_app.reporting.files import CHECKSUMS, ReportFile
from feedback_app.reporting.gathering import gather
from feedback_app.reporting.report_data import Signing
from feedback_app.survey.models import Period
from tests import factories as make
from tests.blueprints.office import Login
from tests.reporting.surveys import held
from tests.survey import makers


@dataclass
class Held:
    """A survey that was held in two units, and who reads it where."""

    session: Session
    login: Login
    agency: Agency
    unit: Unit
    other: Unit
    period: Period

    def reader(self, role: Role = Role.OFFICER, unit: Unit | None = None) -> FlaskClient:
        who = make.user(self.session)
        make.grant(self.session, who, role, self.agency, unit)
        return self.login(who)

    def address(self, *further: object) -> str:
        return "/".join(["/petugas/skm/periode", str(self.period.id), "laporan", *map(str, further)])


@pytest.fixture
def survey(session: Session, login: Login) -> Held:
    agency = make.agency(session, code="kupang")
    unit, other = make.unit(session, agency, name="Dinas Kependudukan"), make.unit(session, agency, name="RSUD")
    return Held(session, login, agency, unit, other, held(session, agency, [unit, other]))


def asked(client: FlaskClient, address: str, file: str = "zip", **values: str) -> TestResponse:
    wanted = {"place": "Kupang", "signed_on": "3-7-2026", "version": "internal", "file": file, **values}
    return client.post(address, data=wanted)


@pytest.mark.parametrize("kind", list(ReportFile))
def test_each_file_of_a_unit_comes_by_its_button(survey: Held, kind: ReportFile) -> None:
    answer = asked(survey.reader(unit=survey.unit), survey.address(survey.unit.id), kind.value)
    assert answer.status_code == 200
    assert f"skm-kupang-{survey.unit.code}-{survey.period.code}-{kind.value}" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) > 100


def test_all_files_come_in_one_archive_that_is_the_same_the_next_time(survey: Held) -> None:
    client = survey.reader(unit=survey.unit)
    first, again = (asked(client, survey.address(survey.unit.id)) for _ in range(2))
    assert first.data == again.data
    with zipfile.ZipFile(io.BytesIO(first.data)) as pack:
        names = pack.namelist()
        sums = pack.read(names[-1]).decode()
        for name in names[:-1]:
            assert f"{hashlib.sha256(pack.read(name)).hexdigest()}  {name}" in sums
    assert len(names) == len(ReportFile) + 1
    assert names[-1].endswith(CHECKSUMS)


def test_an_officer_of_one_unit_finds_that_unit_alone(survey: Held) -> None:
    client = survey.reader(unit=survey.unit)
    page = client.get(survey.address()).text
    assert "Dinas Kependudukan" in page
    assert "RSUD" not in page
    for address in (survey.address(survey.other.id), survey.address("instansi")):
        assert client.get(address).status_code == 404
        assert asked(client, address).status_code == 404


def test_who_reads_the_whole_agency_makes_its_report_too(survey: Held) -> None:
    client = survey.reader(Role.ADMINISTRATOR)
    assert survey.address("instansi") in client.get(survey.address()).text
    answer = asked(client, survey.address("instansi"), "data.json")
    assert {row["tingkat"] for row in (answer.json or {})["data"]} == {"agency", "unit"}


def test_a_period_of_another_agency_does_not_exist(survey: Held) -> None:
    stranger = make.user(survey.session)
    make.grant(survey.session, stranger, Role.ADMINISTRATOR, make.agency(survey.session))
    client = survey.login(stranger)
    assert client.get(survey.address()).status_code == 404
    assert client.get(survey.address(survey.unit.id)).status_code == 404


def test_an_open_period_offers_no_report_and_says_what_to_do(survey: Held) -> None:
    period = makers.open_period(
        survey.session, survey.agency, [survey.unit], starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31)
    )
    client = survey.reader(unit=survey.unit)
    assert "setelah periode ditutup" in client.get(f"/petugas/skm/periode/{period.id}/laporan").text
    assert client.get(f"/petugas/skm/periode/{period.id}/laporan/{survey.unit.id}").status_code == 409


def test_a_day_that_is_none_is_told_at_its_field_and_what_was_typed_stays(survey: Held) -> None:
    client = survey.reader(unit=survey.unit)
    answer = asked(client, survey.address(survey.unit.id), signed_on="kemarin", name="Rambu Ana")
    assert answer.status_code == 422
    assert 'href="#signed_on"' in answer.text
    assert 'value="Rambu Ana"' in answer.text


def test_a_file_there_is_not_is_refused(survey: Held) -> None:
    answer = asked(survey.reader(unit=survey.unit), survey.address(survey.unit.id), "../rahasia")
    assert answer.status_code == 422


def test_a_version_for_everybody_needs_ten_respondents(survey: Held, session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = held(session, agency, [unit], 9)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, agency, unit)
    address = f"/petugas/skm/periode/{period.id}/laporan/{unit.id}"
    client = survey.login(who)
    assert asked(client, address, "data.xlsx").status_code == 200
    assert asked(client, address).status_code == 200
    assert "lembar publikasi dan data terbuka tidak dapat dibuat" in client.get(address).text
    for kind, version in (("data.xlsx", "public"), ("data.csv", "internal"), ("lembar-publikasi.pdf", "internal")):
        assert asked(client, address, kind, version=version).status_code == 422


def test_open_data_by_the_button_for_the_staff_tells_no_more_than_to_everybody(survey: Held) -> None:
    client = survey.reader(unit=survey.unit)
    for kind in ("data.csv", "data.json"):
        mine, public = (
            asked(client, survey.address(survey.unit.id), kind, version=version) for version in ("internal", "public")
        )
        assert mine.data == public.data


def test_the_page_says_when_the_sheet_has_no_address_and_the_browsers_own_is_never_printed(
    survey: Held, app: Flask
) -> None:
    client, address = survey.reader(unit=survey.unit), survey.address(survey.unit.id)
    known = app.extensions["suara_settings"]
    sheets = []
    for public_url in (None, "https://suara.contoh.go.id"):
        app.extensions["suara_settings"] = replace(known, public_url=public_url)
        try:
            told = client.get(address).text
            sheets.append(asked(client, address, "lembar-publikasi.pdf").data)
        finally:
            app.extensions["suara_settings"] = known
        assert ("lembar tanpa QR" in told) is (public_url is None)
    code, day = survey.unit.code, date(2026, 7, 3)
    for public_url, made in zip((None, "https://suara.contoh.go.id"), sheets, strict=True):
        gathered = gather(
            survey.session, survey.period, survey.unit.id, signing=Signing("Kupang", day),
            public_address=results_address(public_url, "kupang", code),
        )  # fmt: skip
        assert made == files.make(gathered, ReportFile.SHEET).content


def test_a_report_that_was_made_stands_in_the_trail_without_the_signature(survey: Held, session: Session) -> None:
    asked(survey.reader(unit=survey.unit), survey.address(survey.unit.id), "data.csv", name="Rambu Ana")
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "reporting.make")).one()
    assert event.subject_id == survey.period.id
    assert event.detail["file"] == "data.csv"
    assert "Rambu" not in str(event.detail)
