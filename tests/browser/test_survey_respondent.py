"""A respondent in a real browser: on a phone with a bad line, with and without scripts, from first tap to thanks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey.actions import Planned, plan
from feedback_app.survey.models import Period, Response
from feedback_app.survey.results import publish, store_period
from feedback_app.survey.rules import PeriodState
from tests import factories as make
from tests.blueprints.surveyed import MONTH, today
from tests.browser.axe import violations
from tests.browser.conftest import in_production
from tests.browser.sites import serving
from tests.browser.test_page_weight import FIRST_VIEW_BYTES, weigh
from tests.conftest import Live
from tests.survey import makers

PHONE = {"width": 360, "height": 740}
WORDS = ("Sesuai", "Mudah", "Cepat", "Murah", "Sesuai", "Kompeten", "Sopan dan ramah", "Baik", "Dikelola dengan baik")
NINE_AND_FOUR = 13
# A tap needs a look: nobody reads a question and taps in less than this, and two minutes are promised.
LOOK_SECONDS = 8.0
HUMAN_PAUSE_MS = 3200


@dataclass(frozen=True)
class Site:
    """A running site; `period` is open for `unit` and for two services of `office`."""

    url: str
    live: Live
    agency: str
    unit: str
    office: str
    idle: str

    @property
    def address(self) -> str:
        return f"{self.url}/skm/{self.agency}/{self.unit}"

    def rows(self) -> int:
        """How many questionnaires are stored."""
        with self.live.app.app_context():
            of_now = sa.select(sa.func.count()).select_from(Response).join(
                Period, sa.and_(Period.agency_id == Response.agency_id, Period.id == Response.period_id)
            )  # fmt: skip
            return db.session().scalar(of_now.where(Period.state == PeriodState.OPEN)) or 0


def planned(session: Session, period: Period, unit: Unit) -> None:
    """One row of a plan."""
    row = Planned("waktu", "Menambah satu loket pada jam sibuk.", today().year, (1, 2), "Kepala Bidang")
    plan(session, period, unit.id, row, user_id=make.user(session).id, now=clock.utcnow())


def published_before(session: Session, agency: Agency, unit: Unit) -> None:
    """Two periods that are over: their results published, with a plan."""
    for number in (3, 2):
        starts_on = today() - number * 3 * MONTH
        period = makers.open_period(
            session, agency, [unit], name=f"Semester {number}", starts_on=starts_on, ends_on=starts_on + MONTH
        )
        makers.respond_all(
            session, period, unit, [(3, 3, 1 + turn % 4, 4, 3, 3, 4, 3, 2) for turn in range(24)],
            answered_on=starts_on,
        )  # fmt: skip
        makers.shut(session, period)
        store_period(session, period, now=clock.utcnow(), actor=SYSTEM)
        publish(session, period, now=clock.utcnow(), actor=SYSTEM)
        planned(session, period, unit)


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        agency = make.agency(session, name="Pemerintah Kota Kupang")
        unit = make.unit(session, agency, name="Dinas Kependudukan dan Pencatatan Sipil")
        office = make.unit(session, agency, name="Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu")
        services = [make.service(session, office, name=name) for name in ("Izin usaha", "Izin bangunan")]
        idle = make.unit(session, agency, name="Dinas Pertanian")
        published_before(session, agency, unit)
        makers.open_period(
            session, agency, [unit, *services], name="Semester ini", starts_on=today() - MONTH, ends_on=today() + MONTH
        )
        session.commit()
        codes = agency.code, unit.code, office.code, idle.code
    with serving(standing) as url:
        yield Site(url, standing, *codes)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context
    context.close()


def question(page: Page, number: int) -> None:
    """Wait until one of the nine questions is the one on the page."""
    expect(page.get_by_text(f"Pertanyaan {number} dari 9", exact=True)).to_be_visible()


def tap_through(page: Page) -> int:
    """Tap an answer to each of the nine questions; return how many taps that took."""
    for number, words in enumerate(WORDS, start=1):
        question(page, number)
        page.get_by_role("radio", name=words, exact=True).tap()
    expect(page.get_by_text("Terakhir: tentang Anda")).to_be_visible()
    return len(WORDS)


def send(page: Page) -> None:
    page.get_by_role("button", name="Kirim survei").tap()


def thanked(page: Page) -> None:
    words = "Terima kasih, jawaban Anda sudah kami terima"
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible(timeout=15_000)


def nothing_is_kept(page: Page) -> bool:
    return bool(page.evaluate("Object.keys(localStorage).length === 0"))


def test_a_respondent_taps_thirteen_answers_on_a_phone(site: Site, phone: BrowserContext) -> None:
    page, before, began = phone.new_page(), site.rows(), time.monotonic()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.address)
    taps = tap_through(page)
    page.get_by_role("radio", name="Perempuan").tap()
    page.get_by_label("Usia (tahun)").tap()
    page.get_by_label("Usia (tahun)").fill("34")
    page.get_by_role("radio", name="SMA", exact=True).tap()
    page.get_by_role("radio", name="Wirausaha").tap()
    taps += 4
    send(page)
    thanked(page)
    seconds = time.monotonic() - began
    assert taps == NINE_AND_FOUR
    assert seconds + (taps + 1) * LOOK_SECONDS <= 120 + seconds
    assert seconds < 30
    assert site.rows() == before + 1
    assert nothing_is_kept(page)
    assert complaints == []


@pytest.mark.slow
def test_every_step_fits_a_phone_and_has_large_targets(site: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(site.address)
    for number, words in enumerate(WORDS, start=1):
        question(page, number)
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
        heights = page.locator(".survey-question:visible .survey-answer span").evaluate_all(
            "labels => labels.map(label => label.getBoundingClientRect().height)"
        )
        assert len(heights) == 5
        assert min(heights) >= 48
        page.get_by_role("radio", name=words, exact=True).tap()


def test_one_can_go_back_and_change_ones_mind(site: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(site.address)
    page.get_by_role("radio", name="Sesuai", exact=True).tap()
    question(page, 2)
    page.get_by_role("button", name="Lanjut").tap()
    expect(page.get_by_role("alert").filter(has_text="Pilih satu jawaban")).to_be_visible()
    page.get_by_role("radio", name="Tidak tahu / tidak berlaku").tap()
    question(page, 3)
    page.get_by_role("button", name="Kembali").tap()
    question(page, 2)
    expect(page.get_by_role("radio", name="Tidak tahu / tidak berlaku")).to_be_checked()
    page.go_back()
    question(page, 1)
    expect(page.get_by_role("radio", name="Sesuai", exact=True)).to_be_checked()


@pytest.mark.slow
def test_the_keyboard_is_enough_and_arrows_carry_nobody_away(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.address)
    page.get_by_role("radio", name="Tidak sesuai").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(600)
    question(page, 1)
    expect(page.get_by_role("radio", name="Kurang sesuai")).to_be_checked()
    for number in range(1, 10):
        question(page, number)
        page.keyboard.press("4")
    expect(page.get_by_text("Terakhir: tentang Anda")).to_be_visible()
    page.get_by_role("link", name="Langsung ke isi halaman").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#isi$"))
    expect(page.get_by_text("Terakhir: tentang Anda")).to_be_visible()
    page.context.close()


@pytest.mark.slow
def test_a_page_that_was_left_comes_back_with_its_answers(site: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(site.address)
    for words in WORDS[:4]:
        page.get_by_role("radio", name=words, exact=True).tap()
    question(page, 5)
    page.close()
    page = phone.new_page()
    page.goto(site.address)
    question(page, 5)
    expect(page.get_by_text("Jawaban yang belum terkirim dikembalikan.")).to_be_visible()
    page.get_by_role("button", name="Mulai dari awal").tap()
    question(page, 1)
    assert page.locator("input:checked").count() == 0
    page.evaluate(
        "for (const key of Object.keys(localStorage)) localStorage.setItem(key, localStorage.getItem(key)"
        '.replace(/"at":\\d+/, \'"at":\' + (Date.now() - 25 * 3600 * 1000)))'
    )
    page.reload()
    question(page, 1)
    assert nothing_is_kept(page)


@pytest.mark.slow
def test_a_line_that_is_gone_at_the_moment_of_sending_costs_nothing(site: Site, phone: BrowserContext) -> None:
    page, before = phone.new_page(), site.rows()
    page.goto(site.address)
    tap_through(page)
    phone.set_offline(True)
    send(page)
    expect(page.get_by_text("Anda sedang luring.")).to_be_visible()
    assert site.rows() == before
    phone.set_offline(False)
    thanked(page)
    assert site.rows() == before + 1


@pytest.mark.slow
def test_an_answer_of_the_server_that_is_lost_counts_once(site: Site, phone: BrowserContext) -> None:
    page, before = phone.new_page(), site.rows()
    arrivals: list[int] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not arrivals:
            arrivals.append(route.fetch(max_redirects=0).status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/skm/**", lose_the_first)
    page.goto(site.address)
    tap_through(page)
    send(page)
    expect(page.get_by_text("Jawaban belum terkirim karena sambungan terputus.")).to_be_visible()
    assert (arrivals, site.rows()) == ([303], before + 1)
    thanked(page)
    assert site.rows() == before + 1


@pytest.mark.slow
def test_what_waited_when_the_page_was_closed_is_sent_when_it_opens(site: Site, phone: BrowserContext) -> None:
    page, before = phone.new_page(), site.rows()
    page.goto(site.address)
    tap_through(page)
    phone.set_offline(True)
    send(page)
    expect(page.get_by_text("Anda sedang luring.")).to_be_visible()
    page.close()
    phone.set_offline(False)
    page = phone.new_page()
    page.goto(site.address)
    thanked(page)
    assert site.rows() == before + 1


@pytest.mark.slow
def test_without_scripts_it_is_one_page(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page, before = context.new_page(), site.rows()
    page.goto(f"{site.url}/skm/{site.agency}/{site.office}")
    page.get_by_role("link", name="Izin bangunan").click()
    expect(page.get_by_role("button", name="Lanjut")).to_be_hidden()
    groups = page.locator(".survey-question")
    for number, words in enumerate(WORDS[:-1]):
        groups.nth(number).get_by_role("radio", name=words, exact=True).check()
    page.wait_for_timeout(HUMAN_PAUSE_MS)
    page.get_by_role("button", name="Kirim survei").click()
    page.get_by_role("alert").get_by_role("link", name=re.compile("Pertanyaan 9 belum dijawab")).click()
    groups.nth(8).get_by_role("radio", name="Tidak tahu / tidak berlaku").check()
    page.wait_for_timeout(HUMAN_PAUSE_MS)
    page.get_by_role("button", name="Kirim survei").click()
    thanked(page)
    assert site.rows() == before + 1
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_objects_to_nothing_on_the_pages_of_the_survey(site: Site, browser: Browser, language: str) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(10_000)
    found: dict[str, list[str]] = {}

    def see(name: str) -> None:
        if objections := violations(page):
            found[name] = objections

    page.goto(site.url)
    if language == "en":
        page.get_by_role("button", name="English").click()
    survey = f"{site.url}/skm/{site.agency}"
    for path in ("", f"/{site.office}", f"/{site.idle}", f"/{site.unit}/hasil", f"/{site.idle}/hasil", f"/{site.unit}"):
        page.goto(survey + path)
        see(path)
    page.goto(f"{site.url}/unit/{site.agency}/{site.unit}")
    see("unit")
    page.goto(f"{site.address}?k={'0' * 26}")
    see("unknown visit")
    page.locator("[data-survey-next]").click()
    see("unanswered")
    for _ in WORDS:
        page.locator(".survey-question:visible .survey-pass input").click()
        page.wait_for_timeout(350)
    see("about")
    page.wait_for_timeout(HUMAN_PAUSE_MS)
    page.locator("[data-survey-send]").click()
    page.locator(".error-summary").wait_for()
    see("refused")
    page.goto(f"{site.address}/terima-kasih")
    see("thanks")
    page.context.close()
    assert found == {}


@pytest.mark.slow
def test_first_view_of_a_questionnaire_is_light(site: Site, browser: Browser) -> None:
    with in_production(site.live) as url:
        weight = weigh(browser, f"{url}/skm/{site.agency}/{site.unit}")
        assert weight.total <= FIRST_VIEW_BYTES, weight
        assert weigh(browser, f"{url}/skm/{site.agency}/{site.unit}/hasil").total <= FIRST_VIEW_BYTES
