"""Offices in the middle of their work, and a server in this process to show them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.rules import CycleKind
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import Outcome
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, NumberHider, Office
from tests.conftest import Live

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def reports(office: Office) -> list[Case]:
    """Four complaints: one very late, one with personal data, one whose label is unknown, one confidential."""
    now = clock.utcnow()
    found = [
        office.report(
            "Akta kelahiran anak saya diajukan dua bulan lalu dan belum ada kabar.", at=now - timedelta(days=30)
        ),
        office.report(f"KTP saya belum jadi sejak Maret, blangko katanya habis. Hubungi {SECRET_NUMBER}.", at=now),
    ]
    office.reader = NumberHider(aspect=None)
    found.append(office.report("Mengapa loket tutup sebelum jam dua belas? Saya sudah antre dari pagi.", at=now))
    office.reader = NumberHider(aspect="conduct")
    found.append(
        office.report("Petugas membentak ibu saya yang sudah tua.", at=now - timedelta(days=7), is_confidential=True)
    )
    return found


def ratings(office: Office) -> int:
    """A quarter of ratings for six people at two counters, in turn by the month; return the id of the best."""
    session, dice = office.session, random.Random(7)
    card = make.service(session, office.unit, name="Penerbitan KTP-el")
    birth = make.service(session, office.unit, name="Akta kelahiran")
    people = [
        ("Rambu Ana Kaka", card, 4, (2, 3, 15, 80)), ("Umbu Tara Njuka", card, 5, (5, 10, 50, 35)),
        ("Yohana Lende", card, 6, (30, 35, 25, 10)), ("Petrus Bili Dapa", birth, 4, (5, 15, 50, 30)),
        ("Magdalena Kodi", birth, 5, (10, 15, 45, 30)),
    ]  # fmt: skip
    hired = [
        office.servant(
            name, service_id=service.id, position=f"Petugas loket {service.name}", decree_number=f"800/{month}/2026",
            starts_on=date(2026, month, 1), ends_on=date(2026, month, 30),
        )
        for name, service, month, _ in people
    ]  # fmt: skip
    office.servant("Markus Wora Heo", service_id=birth.id, position="Petugas loket akta", starts_on=date(2026, 6, 29))
    for _, service, month, weights in people:
        for turn in range(70):
            rating = dice.choices((1, 2, 3, 4), weights)[0]
            office.rate(
                rating, date(2026, month, 1 + turn % 28), service, text=f"Kunjungan ke-{turn}, dilayani di loket."
            )
    for turn in range(12):
        office.rate(1, date(2026, 4, 1 + turn), card, visited=False)
    office.rate(3, date(2026, 6, 29), birth)
    office.drain()
    return hired[0].id


def furnish(session: Session) -> tuple[Office, dict[str, object]]:
    """Fill an agency with cases in every state; return the office, and the accounts and the case to look at."""
    agency = make.agency(session, name="Pemerintah Kota Kupang")
    office = Office(session, agency, make.unit(session, agency, name="Dinas Kependudukan dan Pencatatan Sipil"))
    Office(session, agency, make.unit(session, agency, parent=office.unit, name="Bidang Pencatatan Sipil")).report(
        "Syarat pindah datang ditanyakan berulang-ulang di setiap meja."
    )
    make.service(session, office.unit, name="Penerbitan kartu keluarga")
    officer = make.user(session, name="Maria Bano")
    make.grant(session, officer, Role.UNIT_HEAD, agency, office.unit)
    evaluator = make.user(session, name="Petrus Kelen")
    make.grant(session, evaluator, Role.EVALUATOR, agency)
    now, cases = clock.utcnow(), reports(office)
    take(session, cases[2], user_id=officer.id, now=now)
    respond(session, cases[3], "Kami mohon maaf; petugas itu sudah ditegur.", user_id=officer.id, now=now)
    judge(session, cases[3], Outcome.DISPUTED, "Ibu saya belum menerima permintaan maaf.", now=now)
    session.commit()
    return Office(session, agency, office.unit), {
        "officer": officer.email, "evaluator": evaluator.email, "urgent_case": cases[1].id,
    }  # fmt: skip


def evaluated(office: Office) -> dict[str, int]:
    """Add a quarter of ratings and compute it."""
    employee = ratings(office)
    cycle = open_cycle(
        office.session, agency_id=office.agency.id, name="Triwulan II 2026", kind=CycleKind.QUARTERLY,
        starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30), actor=SYSTEM, now=clock.utcnow(),
    )  # fmt: skip
    compute(office.session, cycle, actor=SYSTEM, now=clock.utcnow())
    office.session.commit()
    return {"cycle": cycle.id, "employee": employee}


@contextmanager
def serving(live: Live) -> Iterator[str]:
    """Serve the application in this process; give its address."""
    server = make_server("127.0.0.1", 0, _closing(live.app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with live.app.app_context():
            _let_finish(db.engine)


def _closing(app: WSGIApplication) -> WSGIApplication:
    """Close every answer before it is sent: a browser that hangs up makes this server forget to."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if close := getattr(body, "close", None):
                close()

    return answer


def _let_finish(engine: sa.Engine) -> None:
    """Wait for requests still under way, whose connections nobody would close once the pool is gone."""
    ends_at = time.monotonic() + 5
    while isinstance(engine.pool, sa.QueuePool) and engine.pool.checkedout() and time.monotonic() < ends_at:
        time.sleep(0.02)
