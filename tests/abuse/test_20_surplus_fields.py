"""Fields that a form does not have write nothing (CWE-915), and a value sent twice gains no right over the other one.

Of a parameter in the address and in the form a view reads one; whatever it reads is what its rights are asked for.
"""

from __future__ import annotations

import ast
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock, config
from feedback_app.audit.models import AuditEvent
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.publication.models import Improvement
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import RoleGrant, StaffSettings, User
from feedback_app.identity.rules import Role
from feedback_app.organisation.people.models import PeopleImport, SyncKey
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

WISHES = {
    "id": "1", "user_id": "1", "role": "administrator", "roles": "administrator", "is_operator": "y", "active": "",
    "is_active": "", "email": "lain@contoh.go.id", "name": "Nama Lain", "password_set_at": "2030-01-01",
    "fs_uniquifier": "x", "agency_id": "1", "unit_id": "1", "created_at": "2000-01-01", "status": "closed",
    "assigned_to": "1", "classification": "urgent", "version": "",
}  # fmt: skip
NEW = "jangkrik kuning berenang jauh"


def row(session: Session, table: type[Any], **which: Any) -> dict[str, Any]:
    """One row as it stands in the database."""
    found = session.execute(sa.select(table.__table__).filter_by(**which)).mappings().one()
    return dict(found)


def rights(session: Session) -> list[dict[str, Any]]:
    return [dict(one) for one in session.execute(sa.select(RoleGrant.__table__).order_by("id")).mappings()]


def test_an_account_keeps_what_its_forms_do_not_ask(session: Session, login: Login) -> None:
    who = make.user(session)
    make.grant(session, who, Role.EMPLOYEE, make.agency(session))
    client = login(who)
    before, granted = row(session, User, id=who.id), rights(session)
    wishes = {**WISHES, "id": str(make.user(session).id)}
    assert client.post("/petugas/akun", data={**wishes, "wants_digest": "y", "language": "id"}).status_code == 303
    assert row(session, User, id=who.id) == before
    assert row(session, StaffSettings, user_id=who.id)["wants_digest"] is True
    changed = {"present": make.PASSWORD, "password": NEW, "again": NEW}
    client.post("/petugas/akun/kata-sandi", data={**wishes, **changed})
    after = row(session, User, id=who.id)
    assert after["password"] != before["password"]
    # What a change of the password is meant to change, and nothing else.
    kept = before.keys() - {"password", "password_set_at", "fs_uniquifier"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert abs((after["password_set_at"] - clock.utcnow()).total_seconds()) < 600
    assert after["fs_uniquifier"] != "x"
    assert rights(session) == granted


def test_a_case_keeps_what_its_forms_do_not_ask(session: Session, login: Login) -> None:
    office = new_office(session)
    case, elsewhere = office.report(), new_office(session)
    before = row(session, Case, id=case.id)
    client = login(office.staff(Role.OFFICER))
    wishes = {**WISHES, "unit_id": str(elsewhere.unit.id), "agency_id": str(elsewhere.agency.id)}
    sent = {**wishes, "version": str(case.version), "text": "KTP Anda sudah dapat diambil di loket 3."}
    assert client.post(f"/petugas/kasus/{case.id}/tanggapi", data=sent).status_code == 303
    after = row(session, Case, id=case.id)
    assert after["status"] == CaseStatus.ANSWERED
    for name in ("agency_id", "unit_id", "classification", "submission_id", "assigned_to"):
        assert after[name] == before[name] or (name == "assigned_to" and after[name] != 1), name


def test_a_citizen_writes_no_more_than_the_form_asks(session: Session, client: FlaskClient) -> None:
    office = new_office(session)
    sent = {
        "kind": "complaint", "happened": "Sudah tiga minggu berkas saya belum diproses.", "reviewed": "1",
        "occurred_on": clock.utcnow().date().isoformat(), "analysis": "done", "is_withdrawn": "y", "channel": "import",
        "received_at": "2000-01-01", "rating": "5", "text": "Teks lain.", **WISHES,
    }  # fmt: skip
    assert client.post(f"/lapor/{office.agency.code}/{office.unit.code}", data=sent).status_code == 303
    found = dict(session.execute(sa.text("SELECT * FROM submissions")).mappings().one())
    assert (found["agency_id"], found["unit_id"]) == (office.agency.id, office.unit.id)
    assert (found["analysis"], found["rating"], found["channel"]) != ("done", 5, "import")
    assert found["rating"] is None
    assert found["received_at"].year > 2000
    assert "Teks lain" not in found["text"]


@pytest.fixture
def here(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def there(session: Session) -> Office:
    return new_office(session)


def both(mine: str, theirs: str) -> list[tuple[str, str]]:
    """What stands in the address and what in the form, in both orders."""
    return [(mine, theirs), (theirs, mine)]


def test_an_agency_named_twice(session: Session, login: Login, here: Office, there: Office) -> None:
    client = login(here.staff(Role.PERSONNEL, everywhere=True))
    for asked, sent in both(str(here.agency.id), str(there.agency.id)):
        file = (io.BytesIO(b"NIP;Nama\n198609262015051001;Maria Bere"), "pegawai.csv")
        client.post(
            f"/petugas/pegawai/impor?instansi={asked}", data={"instansi": sent, "file": file},
            content_type="multipart/form-data",
        )  # fmt: skip
        client.post(f"/petugas/pegawai/impor/kunci?instansi={asked}", data={"instansi": sent, "name": "kunci"})
        client.post(f"/petugas/pegawai/baru?instansi={asked}", data={"instansi": sent, "name": "Maria Bere"})
    for table in (PeopleImport, SyncKey):
        agencies = session.scalars(sa.select(table.agency_id)).all()
        assert set(agencies) == {here.agency.id}, table
    touched = session.scalars(sa.select(AuditEvent.agency_id).where(AuditEvent.agency_id == there.agency.id)).all()
    assert touched == []


def test_a_case_named_twice(session: Session, login: Login, here: Office, there: Office) -> None:
    ours, theirs = here.report(), there.report()
    named = f"{ours.id}:{ours.version}", f"{theirs.id}:{theirs.version}"
    untouched = row(session, Case, id=ours.id)
    client = login(here.staff(Role.OFFICER))
    before = row(session, Case, id=theirs.id)
    for asked, sent in both(*named):
        client.post(f"/petugas/sekaligus?case={asked}&act=verify", data={"case": sent, "act": "verify"})
        client.post(
            f"/petugas/tanggapi-bersama?case={asked}",
            data={"case": sent, "step": "send", "text": "KTP Anda sudah dapat diambil di loket 3."},
        )
        client.post(
            f"/petugas/perbaikan?case={asked.partition(':')[0]}",
            data={
                "case": sent.partition(":")[0], "unit": f"{here.agency.id}-{here.unit.id}",
                "improvement": "Loket dibuka lebih pagi mulai bulan depan.",
            },
        )  # fmt: skip
    assert row(session, Case, id=theirs.id) == before
    events = session.scalars(sa.select(CaseEvent.case_id).where(CaseEvent.case_id == theirs.id)).all()
    # Opened when it was read, and nothing since.
    assert len(events) <= 1
    assert row(session, Case, id=ours.id) != untouched
    linked = session.execute(sa.select(Improvement.agency_id, Improvement.case_id)).all()
    assert linked
    assert {tuple(one) for one in linked} <= {(here.agency.id, ours.id), (here.agency.id, None)}


def test_an_agency_of_ones_own_named_beside_a_foreign_one_in_giving_rights(
    session: Session, login: Login, here: Office, there: Office
) -> None:
    head, colleague = here.staff(Role.ADMINISTRATOR, everywhere=True), make.user(session)
    client, before = login(head), rights(session)
    for asked, sent in both(str(here.agency.id), str(there.agency.id)):
        for unit in (here.unit.id, there.unit.id):
            client.post(
                f"/petugas/akses/beri?instansi={asked}",
                data={
                    "instansi": sent, "email": colleague.email, "role": "officer", "unit_id": str(unit),
                    "starts_on": clock.utcnow().date().isoformat(), "reason": "Bertugas di loket mulai hari ini.",
                },
            )  # fmt: skip
    given = [(one["agency_id"], one["unit_id"]) for one in rights(session) if one not in before]
    assert given == [(here.agency.id, here.unit.id)]


# Views that read a parameter wherever it stands: tried above, or by the same way to an agency (`sso_setup`), or it
# only chooses what is shown.
READS_BOTH = {
    "bulk_pages.py", "collective.py", "grants_frame.py", "people_frame.py", "people_import.py", "people_sync_keys.py",
    "publishing.py", "sso_setup.py",
    # A period to show first, a week to show, the service of a questionnaire, the language of a screen.
    "survey_paper.py", "people_rosters.py", "survey_sheet.py", "kiosk.py",
}  # fmt: skip


def test_no_further_view_reads_address_and_form_alike() -> None:
    folder = config.project_root() / "feedback_app" / "blueprints"
    reading = {path.name for path in folder.rglob("*.py") if "request.values" in path.read_text()}
    assert reading == READS_BOTH


def test_no_form_is_poured_into_a_row() -> None:
    for path in (config.project_root() / "feedback_app").rglob("*.py"):
        source = path.read_text()
        assert "populate_obj" not in source, path
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.keyword) and node.arg is None:
                poured = ast.unparse(node.value)
                assert not re.search(r"request\.(form|values|args|json)|get_json\(", poured), (path, node.lineno)
