"""The pages about roles: listed, given, asked for, decided, ended, renewed, reviewed."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS, required_permissions
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import PERMISSIONS, RequestOutcome, Role
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.blueprints.office import Login
from tests.gates.world import signed_in

DAY = timedelta(days=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session, name="Pemerintah Kota Uji")


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Dinas Uji")


def administrator(session: Session, agency: Agency, over: Unit | None = None) -> User:
    who = make.user(session, name="Pengelola Uji")
    make.grant(session, who, Role.ADMINISTRATOR, agency, over)
    return who


def today() -> str:
    return clock.office_day(clock.utcnow()).isoformat()


def form(unit: Unit, email: str, role: Role = Role.OFFICER, **other: str) -> dict[str, str]:
    return {
        "email": email, "name": "", "role": role.value, "unit_id": str(unit.id), "starts_on": today(), "ends_on": "",
        "reason": "Surat tugas 800/12/2026.", **other,
    }  # fmt: skip


def test_a_role_is_given_and_its_holder_told(session: Session, agency: Agency, unit: Unit, login: Login) -> None:
    who, browser = make.user(session, name="Ina Loket"), login(administrator(session, agency))
    answer = browser.post("/petugas/akses/beri", data=form(unit, who.email))
    assert answer.status_code == 303
    page = browser.get(answer.location).get_data(as_text=True)
    assert "Surat tugas 800/12/2026." in page
    assert "Pengelola Uji" in page
    told = session.scalars(sa.select(Message).where(Message.user_id == who.id)).one()
    assert told.template == "grant_given"
    assert "Surat" not in str(told.params)
    assert "Ina Loket" in browser.get("/petugas/akses?q=ina").get_data(as_text=True)
    assert "Ina Loket" not in browser.get("/petugas/akses?q=tidak-ada").get_data(as_text=True)
    assert "Ina Loket" not in browser.get("/petugas/akses?wewenang=evaluator").get_data(as_text=True)


def test_who_has_no_account_is_invited_and_a_name_is_asked_for(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    browser = login(administrator(session, agency))
    answer = browser.post("/petugas/akses/beri", data=form(unit, "baru@uji.go.id"))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Belum ada akun dengan surel ini" in page
    # Nothing typed is lost.
    assert "Surat tugas 800/12/2026." in page
    assert browser.post("/petugas/akses/beri", data=form(unit, "baru@uji.go.id", name="Baru Uji")).status_code == 303
    who = session.scalars(sa.select(User).where(User.email == "baru@uji.go.id")).one()
    assert not who.active
    assert session.scalars(sa.select(Invitation.user_id)).all() == [who.id]
    assert session.scalars(sa.select(RoleGrant.source).where(RoleGrant.user_id == who.id)).one() == "invitation"


def test_a_role_of_weight_waits_until_another_administrator_agrees(
    app: Flask, session: Session, agency: Agency, unit: Unit
) -> None:
    asker, second, who = administrator(session, agency), administrator(session, agency), make.user(session)
    session.commit()
    first = signed_in(app, asker)
    assert first.post("/petugas/akses/beri", data=form(unit, who.email, Role.EVALUATOR)).status_code == 303
    asked = session.scalars(sa.select(GrantRequest)).one()
    assert session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == who.id)).all() == []
    assert session.scalars(sa.select(Message.user_id).where(Message.template == "grant_waits")).all() == [second.id]
    path = f"/petugas/akses/{agency.id}/permintaan/{asked.id}"
    assert "Anda yang meminta" in first.get("/petugas/akses").get_data(as_text=True)
    assert first.post(f"{path}/setujui").status_code == 403
    other = signed_in(app, second)
    assert "1 permintaan wewenang menunggu Anda" in other.get("/petugas/").get_data(as_text=True)
    assert "permintaan wewenang menunggu" not in first.get("/petugas/").get_data(as_text=True)
    refused = other.post(f"{path}/tolak", data={"reason": "tidak"})
    assert refused.status_code == 422
    assert "tidak</textarea>" in refused.get_data(as_text=True)
    assert other.post(f"{path}/setujui").status_code == 303
    session.refresh(asked)
    assert (asked.outcome, asked.decided_by) == (RequestOutcome.APPROVED, second.id)
    held = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == who.id)).one()
    assert (held.granted_by, held.approved_by) == (asker.id, second.id)


def test_nobody_gives_themselves_a_role_nor_one_beyond_their_reach(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    me, beside = administrator(session, agency, unit), make.unit(session, agency)
    browser, who = login(me), make.user(session)
    own = browser.post("/petugas/akses/beri", data=form(unit, me.email))
    assert own.status_code == 422
    assert "diri sendiri" in own.get_data(as_text=True)
    for place in (str(beside.id), ""):
        assert browser.post("/petugas/akses/beri", data=form(unit, who.email, unit_id=place)).status_code == 422
    assert session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == who.id)).all() == []


def test_a_role_is_ended_at_once_and_the_last_administrator_stays(
    app: Flask, session: Session, agency: Agency, unit: Unit
) -> None:
    me, who = administrator(session, agency), make.user(session)
    held = make.grant(session, who, Role.OFFICER, agency, unit)
    mine = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == me.id)).one()
    session.commit()
    browser, ended = signed_in(app, me), signed_in(app, who)
    assert ended.get("/petugas/kotak-masuk").status_code == 200
    path = f"/petugas/akses/{agency.id}/{held.id}/akhiri"
    assert browser.post(path, data={"reason": ""}).status_code == 422
    assert browser.post(path, data={"reason": "Pindah tugas bulan ini."}).status_code == 303
    assert ended.get("/petugas/kotak-masuk").status_code == 403
    last = browser.post(f"/petugas/akses/{agency.id}/{mine.id}/akhiri", data={"reason": "Saya pensiun besok."})
    assert last.status_code == 422
    assert "pengelola terakhir" in last.get_data(as_text=True)
    history = browser.get(f"/petugas/akses/{agency.id}/orang/{who.id}").get_data(as_text=True)
    assert "Pindah tugas bulan ini." in history


def test_what_ends_soon_is_shown_and_renewed_after_its_last_day(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    day = clock.office_day(clock.utcnow())
    who = make.user(session)
    held = make.grant(session, who, Role.OFFICER, agency, unit, ends_on=day + 3 * DAY)
    browser = login(administrator(session, agency))
    assert "1 wewenang berakhir dalam 14 hari" in browser.get("/petugas/akses").get_data(as_text=True)
    path = f"/petugas/akses/{agency.id}/{held.id}/perpanjang"
    more = {"ends_on": (day + 30 * DAY).isoformat(), "reason": "Tugas diperpanjang sebulan."}
    assert browser.post(path, data=more).status_code == 303
    found = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == who.id).order_by(RoleGrant.id)).all()
    assert [(one.starts_on, one.ends_on) for one in found[1:]] == [(day + 4 * DAY, day + 30 * DAY)]


def test_the_review_is_of_any_day_gone_by_and_its_sheet_runs_no_formula(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    who = make.user(session, name="=HYPERLINK(1)")
    make.grant(session, who, Role.OFFICER, agency, unit, starts_on=make.TODAY, ends_on=make.TODAY)
    browser = login(administrator(session, agency))
    asked = f"?hari={make.TODAY.isoformat()}"
    assert "HYPERLINK" in browser.get(f"/petugas/akses/tinjauan{asked}").get_data(as_text=True)
    assert "HYPERLINK" not in browser.get("/petugas/akses/tinjauan").get_data(as_text=True)
    sheet = browser.get(f"/petugas/akses/tinjauan.csv{asked}").get_data(as_text=True)
    row = next(one for one in csv.DictReader(sheet.splitlines()) if one["surel"] == who.email)
    assert row["nama"] == "'=HYPERLINK(1)"
    assert row["izin"].split() == sorted(PERMISSIONS[Role.OFFICER])
    for wrong in ("kemarin", (clock.office_day(clock.utcnow()) + 9 * DAY).isoformat()):
        assert browser.get(f"/petugas/akses/tinjauan?hari={wrong}").status_code == 422


# What somebody does with their own account, and what leads to their own pages; nobody else's data is there.
OF_THEIR_OWN = (
    "account.", "factors.", "sign_ins.", "step_up.", "factor_passkeys.", "account_password.", "security.",
)  # fmt: skip


def test_an_auditor_changes_nothing(app: Flask, session: Session, agency: Agency, client: FlaskClient) -> None:
    carried = PERMISSIONS[Role.AUDITOR]
    posts = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set())
        and rule.endpoint not in PUBLIC_ENDPOINTS
        and not rule.endpoint.startswith(OF_THEIR_OWN)
    ]
    assert len(posts) > 100
    opened = {rule.endpoint for rule in posts if required_permissions(app.view_functions[rule.endpoint]) & carried}
    # A file of what may be read anyway, asked for by a form because it asks who it is once more.
    assert opened <= {"audit_trail.export"}
    who = make.user(session)
    make.grant(session, who, Role.AUDITOR, agency)
    session.commit()
    browser = signed_in(app, who)
    adapter = app.url_map.bind("localhost")
    for rule in posts:
        if rule.endpoint in opened:
            continue
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST")
        assert browser.post(path, data={"reason": "Mencoba mengubah."}).status_code == 403, rule.endpoint


def test_an_auditor_reads_roles_and_their_history_without_a_button(
    app: Flask, session: Session, agency: Agency, unit: Unit
) -> None:
    holder, who = make.user(session, name="Ina Loket"), make.user(session)
    make.grant(session, holder, Role.OFFICER, agency, unit)
    make.grant(session, who, Role.AUDITOR, agency)
    session.commit()
    browser = signed_in(app, who)
    rules = browser.get("/petugas/akses/aturan").get_data(as_text=True)
    assert "Tingkat pertanggungjawaban" in rules
    assert "Dinas Uji" in rules
    assert 'method="post" action="/petugas/' not in rules.replace('action="/petugas/akun', "")
    for path in ("/petugas/akses", f"/petugas/akses/{agency.id}/orang/{holder.id}", "/petugas/akses/tinjauan"):
        page = browser.get(path).get_data(as_text=True)
        assert "Ina Loket" in page
        assert "Beri wewenang" not in page
        assert "/akhiri" not in page
    assert browser.get("/petugas/akses/beri").status_code == 403
