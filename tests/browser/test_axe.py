"""Every page before axe-core, on a phone and at a desk, in both languages: nothing to object to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import Outcome
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.codes import UNKNOWN_UNIT
from tests import factories as make
from tests.blueprints.office import Office
from tests.browser.axe import violations
from tests.browser.sites import furnish, serving
from tests.conftest import Live

REPLY = "Kami mohon maaf; KTP Anda sudah dicetak dan dapat diambil di loket 3."


@dataclass(frozen=True)
class Site:
    """A running site; `codes` open reports in every state."""

    url: str
    place: str
    officer: str
    case: int
    ended_case: int
    codes: dict[str, str]


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        office, accounts = furnish(session)
        make.agency(session, name="Pemerintah Kota Mataram")
        codes = reports_in_every_state(session, office, standing.app.config["TRACKING_KEY"])
        ended = case_of(session, "confirmed").id
        place = f"{office.agency.code}/{office.unit.code}"
    with serving(standing) as url:
        yield Site(url, place, str(accounts["officer"]), int(str(accounts["urgent_case"])), ended, codes)


def reports_in_every_state(session: Session, office: Office, key: bytes) -> dict[str, str]:
    """Send a report for each state a citizen may find theirs in; return the codes by the state."""
    states = ["waiting", "new", "taken", "answered", "disputed", "confirmed", "rating"]
    codes = {state: sent(session, office, state, key) for state in states[1:]}
    session.flush()
    office.drain()
    officer, now = make.user(session).id, clock.utcnow()
    for state in states[2:-1]:
        case = case_of(session, state)
        take(session, case, user_id=officer, now=now)
        if state != "taken":
            respond(session, case, REPLY, user_id=officer, now=now)
    judge(session, case_of(session, "disputed"), Outcome.DISPUTED, "Loket 3 tutup sepanjang hari.", now=now)
    judge(session, case_of(session, "confirmed"), Outcome.CONFIRMED, None, now=now)
    codes["waiting"] = sent(session, office, "waiting", key)
    session.commit()
    return codes


def sent(session: Session, office: Office, state: str, key: bytes) -> str:
    """Send a report whose words name its state; return its code."""
    now = clock.utcnow() - timedelta(hours=1)
    is_rating = state == "rating"
    draft = Draft(
        agency_id=office.agency.id, unit_id=office.unit.id, occurred_on=now.date(), rating=4 if is_rating else None,
        kind=SubmissionKind.RATING if is_rating else SubmissionKind.COMPLAINT,
        text=f"Tiga minggu menunggu KTP, {state}.",
    )  # fmt: skip
    return submit(session, draft, key=key, now=now, today=now.date()).code


def case_of(session: Session, state: str) -> Case:
    joined = sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id)
    query = sa.select(Case).join(Submission, joined).where(Submission.text.endswith(f", {state}."))
    return session.scalars(query).one()


@dataclass
class Visitor:
    """A browser in one language, and what axe objected to on the pages it saw."""

    page: Page
    url: str
    found: dict[str, list[str]]

    def see(self, name: str) -> None:
        """Note what axe says about the page that is open."""
        if objections := violations(self.page):
            self.found[name] = objections

    def visit(self, path: str, *, status: int = 200) -> None:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        if answer.status == status:
            self.see(path)
        else:
            self.found[path] = [f"answered {answer.status}, not {status}"]

    def open_report(self, code: str) -> None:
        self.page.goto(f"{self.url}/lacak")
        self.page.locator("input[name=code]").fill(code)
        self.page.locator("main button[type=submit]").first.click()
        self.page.wait_for_url("**/lacak/status")


@pytest.fixture(params=["id", "en"])
def visitor(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Visitor]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(site.url)
    if request.param == "en":
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == request.param
    yield Visitor(page, site.url, {})
    context.close()


def test_axe_objects_to_nothing_a_citizen_opens(site: Site, visitor: Visitor) -> None:
    place, agency = site.place, site.place.partition("/")[0]
    for path in (
        "/", f"/instansi/{agency}", f"/instansi/{agency}?q=zzzz", f"/nilai/{place}", f"/unit/{place}", "/lapor",
        f"/lapor/{agency}", f"/lapor/{place}", f"/lapor/{agency}/{UNKNOWN_UNIT}", "/lacak", "/periksa-kode",
        "/privasi", "/masuk",
    ):  # fmt: skip
        visitor.visit(path)
    visitor.visit("/nilai/tidak/ada", status=404)
    visitor.visit("/k/0000000000000000000000000000", status=404)
    visitor.visit("/q/0000000000", status=404)
    assert visitor.found == {}


@pytest.mark.slow
def test_axe_objects_to_nothing_on_the_way_of_a_rating(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{site.url}/nilai/{site.place}")
    page.locator("input[name=rating][value='2']").check()
    page.locator("input[name=wants_reply]").check()
    visitor.see("rating chosen")
    page.locator("main button[type=submit]").click()
    page.locator(".error-summary").wait_for()
    visitor.see("rating refused")
    page.locator("textarea[name=text]").fill("Menunggu empat jam di loket tanpa kabar.")
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/diterima")
    visitor.see("receipt of a rating")
    assert visitor.found == {}


@pytest.mark.slow
def test_axe_objects_to_nothing_on_the_way_of_a_report(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{site.url}/lapor/{site.place}")
    page.locator("main .btn-send").click()
    page.locator(".error-summary").wait_for()
    visitor.see("report refused")
    page.locator("textarea[name=happened]").fill(
        "Pak Budi meminta uang untuk KTP. Hubungi saya di 081234567890 atau warga@contoh.id."
    )
    page.locator("[data-coach-answer] h3").first.wait_for()
    visitor.see("report with the coach beside it")
    page.locator("main .btn-send").click()
    page.get_by_role("heading", level=1, name=re.compile("^(Periksa sebelum mengirim|Check before)")).wait_for()
    visitor.see("review of a report")
    page.locator("main button[name=kind]").first.click()
    page.wait_for_url("**/diterima")
    visitor.see("receipt of a report")
    assert visitor.found == {}


@pytest.mark.slow
def test_axe_objects_to_nothing_about_a_report_in_any_state(site: Site, visitor: Visitor) -> None:
    for state, code in site.codes.items():
        visitor.open_report(code)
        visitor.see(f"tracking {state}")
    visitor.open_report(site.codes["new"])
    for path in ("/lacak/tarik", "/lacak/hapus", "/lacak/perbaiki", "/lacak/batasi"):
        visitor.visit(path)
    visitor.page.goto(f"{site.url}/lacak/status")
    visitor.page.locator("form[action$='/lacak/data'] button").first.click()
    visitor.page.wait_for_url("**/lacak/data")
    visitor.see("all that is held")
    visitor.page.goto(f"{site.url}/lacak")
    visitor.page.locator("input[name=code]").fill("salah")
    visitor.page.locator("main button[type=submit]").first.click()
    visitor.see("wrong code")
    assert visitor.found == {}


def test_axe_objects_to_nothing_at_the_kiosk(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    visitor = Visitor(page, site.url, {})
    visitor.visit(f"/kios/{site.place}")
    page.locator("button[value='2']").click()
    page.locator("fieldset.reasons").wait_for()
    visitor.see("thanks with reasons")
    page.context.close()
    assert visitor.found == {}


@pytest.mark.slow
def test_axe_objects_to_nothing_an_officer_opens(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{site.url}/masuk")
    page.locator("input[name=email]").fill(site.officer)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
    visitor.see("welcome")
    for path in (
        "kotak-masuk", "masukan", f"kasus/{site.case}", f"kasus/{site.ended_case}/terbitkan", "perbaikan", "token",
        "loket", "loket/kunci", "loket/dinding", "kejanggalan",
    ):  # fmt: skip
        visitor.visit(f"/petugas/{path}")
    assert visitor.found == {}
