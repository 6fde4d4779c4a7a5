"""A cycle from its computation to frozen, and an objection to its final decision, at desks of several people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from feedback_app import clock
from feedback_app.db import db
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_queries import DAYS_UNTIL_CLOSED
from tests import factories as make
from tests.browser.sites import serving
from tests.browser.windows import SignIn, Window, signing_in
from tests.conftest import Live
from tests.evaluation import closed
from tests.evaluation.evidence.rated import rated

OBJECTION = "Tiga minggu itu saya cuti, suratnya ada pada kepegawaian."
EXPLANATION = "Cutinya tercatat; hari-hari itu tidak dihitung untuk pegawai ini."
DECISION = "Penjelasan Pejabat Penilai sesuai dengan catatan cuti."


@dataclass(frozen=True)
class Site:
    """A running site with a rated quarter, and the accounts that have a part in its cycle."""

    url: str
    live: Live
    cycle: int
    emails: dict[str, str] = field(default_factory=dict)

    def changed(self, **values: object) -> None:
        """Let something of the cycle be otherwise, as time would."""
        with self.live.app.app_context():
            db.session().execute(sa.update(Cycle).where(Cycle.id == self.cycle).values(**values))
            db.session().commit()

    def status(self) -> CycleStatus:
        """Return where the cycle stands."""
        with self.live.app.app_context():
            return db.session().scalars(sa.select(Cycle.status).where(Cycle.id == self.cycle)).one()


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        session = db.session()
        world = rated(session, 45)
        world.drain()
        account = make.user(session, name="Rambu Ana")
        make.grant(session, account, Role.EMPLOYEE, world.office.agency)
        make.linked(session, world.good, account.id)
        superior = world.office.staff(Role.SUPERIOR, everywhere=True)
        people: dict[str, User] = {
            "evaluator": world.office.staff(Role.EVALUATOR, everywhere=True),
            "second": world.office.staff(Role.EVALUATOR, everywhere=True), "superior": superior, "employee": account,
        }  # fmt: skip
        cycle = closed.opened(session, world.office.agency.id, "Triwulan II 2026")
        cycle_id, emails = cycle.id, {name: user.email for name, user in people.items()}
        session.commit()
    with serving(live) as url:
        yield Site(url, live, cycle_id, emails)


@pytest.fixture(params=[pytest.param(360, id="phone", marks=pytest.mark.exhaustive), pytest.param(1280, id="desk")])
def sign_in(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[SignIn]:
    """Sign somebody in, in a window of their own."""
    with signing_in(browser, request.param, site.url, site.emails) as sign_in:
        yield sign_in


def sign(window: Window) -> None:
    page = window.page
    page.get_by_role("link", name="Periksa dan tandatangani").click()
    page.get_by_role("checkbox").last.check()
    page.get_by_role("textbox", name="Kata sandi").fill(make.PASSWORD)
    page.get_by_role("button", name="Tandatangani").click()


def test_two_evaluators_take_a_cycle_from_its_computation_to_frozen(site: Site, sign_in: SignIn) -> None:
    window = sign_in("evaluator")
    page = window.page
    page.get_by_role("navigation", name="Menu petugas").get_by_role("link", name="Evaluasi").click()
    window.keep("cycles-running")
    page.get_by_role("link", name="Triwulan II 2026").click()
    page.get_by_role("button", name="Hitung siklus ini").click()
    expect(page.get_by_role("link", name="Rambu Ana")).to_be_visible()
    window.keep("cycle-computed")
    page.get_by_role("button", name="Buka hak jawab").click()
    expect(page.get_by_role("status")).to_contain_text("Hak jawab dibuka sampai")
    site.changed(reply_until=clock.office_day(clock.utcnow()) - timedelta(days=1))
    page.reload()
    page.get_by_role("button", name="Tutup telaah").click()
    sign(window)
    expect(page.get_by_text("Menunggu tanda tangan kedua.")).to_be_visible()
    window.keep("cycle-signed-once")
    other = sign_in("second")
    other.page.goto(f"{site.url}/petugas/evaluasi/{site.cycle}")
    other.page.get_by_role("link", name="Periksa dan tandatangani").click()
    other.examine("cycle-sign")
    other.page.go_back()
    sign(other)
    other.page.get_by_role("button", name="Bekukan").click()
    expect(other.page.get_by_role("status")).to_contain_text("hasilnya final")
    expect(other.page.get_by_role("listitem").filter(has_text="Dibekukan").first).to_have_attribute(
        "aria-current", "step"
    )
    other.keep("cycle-frozen")
    assert site.status() is CycleStatus.FROZEN


def test_a_superior_decides_the_objection_of_an_employee(site: Site, sign_in: SignIn) -> None:
    with site.live.app.app_context():
        session = db.session()
        cycle = session.scalars(sa.select(Cycle)).one()
        closed.computed(session, cycle)
        now = clock.utcnow() - timedelta(days=DAYS_UNTIL_CLOSED)
        closed.frozen(session, cycle, now=now)
        session.commit()
    window = sign_in("employee")
    window.page.goto(f"{site.url}/petugas/saya/{site.cycle}")
    window.page.get_by_role("button", name="Ajukan keberatan").scroll_into_view_if_needed()
    window.page.locator("#keberatan ~ form textarea").fill(OBJECTION)
    window.page.get_by_role("button", name="Ajukan keberatan").click()
    expect(window.page.get_by_role("status")).to_contain_text("Keberatan Anda diterima")
    window.examine("own-objection")
    evaluator = sign_in("evaluator").page
    evaluator.goto(f"{site.url}/petugas/keberatan")
    evaluator.get_by_role("link", name="Rambu Ana").click()
    evaluator.get_by_role("textbox", name="Penjelasan").fill(EXPLANATION)
    evaluator.get_by_role("button", name="Simpan penjelasan").click()
    expect(evaluator.get_by_role("status")).to_contain_text("Penjelasan tersimpan")
    superior = sign_in("superior")
    page = superior.page
    page.get_by_role("link", name="keberatan menunggu").click()
    page.get_by_role("link", name="Rambu Ana").first.click()
    expect(page.get_by_text(EXPLANATION)).to_be_visible()
    superior.examine("objection")
    page.get_by_label("Tidak diterima").check()
    page.locator("section[aria-labelledby=putuskan] textarea").fill(DECISION)
    page.get_by_role("button", name="Simpan keputusan").click()
    expect(page.get_by_role("status")).to_contain_text("bersifat final")
    superior.keep("objection-decided")
    window.page.reload()
    expect(window.page.get_by_text(DECISION)).to_be_visible()
