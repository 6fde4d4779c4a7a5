"""The whole line with real parts: from a citizen's form, through Redis and a worker, to the evidence for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState
from feedback_app.measures.operations import recount
from tests import factories as make
from tests.conftest import Live
from tests.journeys.processes import wait_for, worker


@dataclass
class City:
    """A small city with one unit, one counter, one civil servant and its staff accounts."""

    code: str
    unit: str
    employee_id: int
    officer: str
    evaluator: str


@pytest.fixture
def city(live: Live) -> City:
    with live.app.app_context():
        session: Session = db.session()
        agency = make.agency(session, code="kupang", name="Pemerintah Kota Kupang")
        unit = make.unit(session, agency, code="dukcapil", name="Dinas Kependudukan dan Pencatatan Sipil")
        counter = make.service(session, unit, name="Kartu Tanda Penduduk")
        servant = make.employee(session, agency)
        make.assignment(session, servant, unit, service_id=counter.id, position="Petugas loket KTP")
        officer, evaluator = make.user(session), make.user(session)
        make.grant(session, officer, Role.OFFICER, agency, unit)
        make.grant(session, evaluator, Role.EVALUATOR, agency)
        session.commit()
        # Read inside, given outside: requests of several browsers must not share one application context.
        servant_id, names = servant.id, (officer.email, evaluator.email)
    return City("kupang", "dukcapil", servant_id, *names)


def token_of(page: str) -> str:
    """Return the CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def hidden_of(page: str, address: str) -> dict[str, str]:
    """Return the hidden fields of the page's form that is sent to an address; of several the first."""
    form = re.search(rf'<form[^>]*action="{re.escape(address)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*>', form[1] if form else "")
    named = [(re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)) for field in fields]
    return {name[1]: value[1] for name, value in named if name and value}


def post(client: FlaskClient, page: str, to: str | None = None, **data: object) -> str:
    """Fill the form of a page as a browser would, hidden fields too; return the page it leads to."""
    shown = client.get(page).get_data(as_text=True)
    sent = {"csrf_token": token_of(shown), **hidden_of(shown, to or page), **data}
    answer = client.post(to or page, data=sent, follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def sign_in(live: Live, email: str) -> FlaskClient:
    client = live.app.test_client()
    post(client, "/masuk", email=email, password=make.PASSWORD)
    return client


def code_on(page: str) -> str:
    found = re.search(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b", page)
    assert found, page
    return found[0]


def all_read(live: Live) -> bool:
    with live.app.app_context():
        pending = sa.select(Submission.id).where(Submission.analysis == AnalysisState.PENDING)
        return db.session.scalar(pending.limit(1)) is None


def case_now(live: Live) -> Case:
    with live.app.app_context():
        return db.session.scalars(sa.select(Case)).one()


def test_a_complaint_is_read_answered_disputed_answered_again_and_confirmed(
    live: Live, city: City, redis: Redis
) -> None:
    citizen = live.app.test_client()
    with worker(live):
        advised = post(
            citizen, f"/lapor/{city.code}/{city.unit}", kind="complaint", occurred_on=clock.utcnow().date().isoformat(),
            happened="KTP saya belum jadi sejak Maret, setiap ditanya jawabnya blangko habis. Hubungi 081234567890.",
            expected="Mohon kepastian kapan selesai.",
        )  # fmt: skip
        assert "Nomor telepon" in advised
        address = f"/lapor/{city.code}/{city.unit}"
        sent = citizen.post(address, data=hidden_of(advised, address), follow_redirects=True)
        code = code_on(sent.get_data(as_text=True))
        # The wish goes to Redis after the commit; the worker reads it from there, not from a sweep.
        seconds = wait_for(lambda: all_read(live), seconds=30, why="the worker reads the complaint")
    assert seconds < 30

    officer = sign_in(live, city.officer)
    inbox = officer.get("/petugas/kotak-masuk").get_data(as_text=True)
    case = case_now(live)
    assert f"/petugas/kasus/{case.id}" in inbox
    page = officer.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "081234567890" not in page
    assert "blangko habis" in page
    post(officer, f"/petugas/kasus/{case.id}", f"/petugas/kasus/{case.id}/ambil")
    answer = "Blangko tiba hari ini; KTP Anda dapat diambil besok pukul 09.00."
    post(officer, f"/petugas/kasus/{case.id}", f"/petugas/kasus/{case.id}/tanggapi", text=answer)
    assert case_now(live).status is CaseStatus.ANSWERED

    tracking = live.app.test_client()
    status = post(tracking, "/lacak", code=code.lower())
    assert answer in status
    post(
        tracking, "/lacak/status", "/lacak/putusan", outcome="disputed",
        words="Saya datang pukul 09.00 dan KTP belum ada.",
    )  # fmt: skip
    again = case_now(live)
    assert (again.status, again.reopened_count) == (CaseStatus.IN_PROGRESS, 1)
    post(
        officer, f"/petugas/kasus/{case.id}", f"/petugas/kasus/{case.id}/tanggapi",
        text="Mohon maaf. KTP sudah kami antar ke kelurahan dan siap diambil.",
    )  # fmt: skip
    post(tracking, "/lacak/status", "/lacak/putusan", outcome="confirmed")
    ended = case_now(live)
    assert (ended.status, ended.outcome) == (CaseStatus.CLOSED, Outcome.CONFIRMED)


def test_ratings_of_real_visits_become_the_evidence_for_the_person_at_the_counter(
    live: Live, city: City, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in(live, city.officer)
    sheet = officer.get("/petugas/token").get_data(as_text=True)
    service_id = re.search(r'<option value="(\d+)"[^>]*>\s*Kartu Tanda Penduduk', sheet)
    unit_id = re.search(r'<option[^>]*value="(\d+)"[^>]*>\s*Dinas Kependudukan', sheet)
    assert unit_id, sheet
    printed = post(
        officer, "/petugas/token", unit_id=unit_id[1], service_id=service_id[1] if service_id else "",
        visited_on=clock.utcnow().date().isoformat(), count=12,
    )  # fmt: skip
    tokens = sorted(set(re.findall(r"/k/([0-9A-Z]{26})", printed)))
    assert len(tokens) == 12
    with worker(live):
        for number, token in enumerate(tokens):
            visitor = live.app.test_client()
            page = visitor.get(f"/k/{token}", follow_redirects=True)
            assert token not in page.request.path
            post(visitor, page.request.path, rating=str(2 + number % 3))
        wait_for(lambda: all_read(live), seconds=30, why="the worker reads the ratings")
    with live.app.app_context():
        assert recount(db.session()) == []

    # Two months on, when the last token of this month has run out.
    today, later = clock.utcnow().date(), clock.utcnow() + timedelta(days=60)
    monkeypatch.setattr(clock, "utcnow", lambda: later)
    evaluator = sign_in(live, city.evaluator)
    opened = post(
        evaluator, "/petugas/evaluasi", name="Siklus uji", period=f"monthly-{today.year}-{today.month}",
        method="fair-score/2", delta_in_tau="0.5",
    )  # fmt: skip
    cycle = re.search(r"/petugas/evaluasi/(\d+)", opened)
    assert cycle
    computed = post(evaluator, f"/petugas/evaluasi/{cycle[1]}", f"/petugas/evaluasi/{cycle[1]}/hitung")
    evidence_path = f"/petugas/evaluasi/{cycle[1]}/pegawai/{city.employee_id}"
    assert evidence_path in computed
    evidence = evaluator.get(evidence_path).get_data(as_text=True)
    assert "belum cukup bukti" in evidence.lower()
    group = re.search(rf'href="({evidence_path}/kelompok/[^"]+)"', evidence)
    assert group
    assert "Mengapa dibebankan kepada pegawai ini" in evaluator.get(group[1]).get_data(as_text=True)
