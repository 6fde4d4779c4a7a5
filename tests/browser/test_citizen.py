"""A citizen rates, reports, follows and judges in a real browser, on a phone and a desk, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.operations import NewCase, open_cases, respond
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState
from tests import factories
from tests.browser.sites import serving
from tests.conftest import Live

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
SMALLEST_TARGET_PX = 44


@dataclass(frozen=True)
class Site:
    """A running site with two agencies, of which one has units."""

    url: str
    live: Live
    agency_code: str
    officer_id: int


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        session = db.session()
        agency = factories.agency(session, name="Pemerintah Kota Kupang")
        factories.agency(session, name="Pemerintah Kota Mataram")
        office = factories.unit(session, agency, name="Dinas Kependudukan dan Pencatatan Sipil", code="dukcapil")
        factories.service(session, office, name="Penerbitan KTP-el")
        factories.unit(session, agency, name="Puskesmas Oebobo")
        officer = factories.user(session)
        session.commit()
        codes = agency.code, officer.id
    with serving(live) as url:
        yield Site(url, live, *codes)


@dataclass
class Window:
    """A page, its name for screenshots, and whatever the browser complained about."""

    page: Page
    name: str
    complaints: list[str]

    def shot(self, step: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"citizen-{self.name}-{step}.png", full_page=True)

    def check(self) -> None:
        """Nothing wider than the window, every target large enough, nothing refused by the content policy."""
        # A click returns when the answer begins to come, and a page that has just begun has no element to measure.
        self.page.wait_for_load_state()
        width = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
        small = self.page.evaluate(
            """least => [...document.querySelectorAll("button, .btn, nav a, select, label[for]")]
                .filter(e => !e.matches(".field > *, .field [data-photos-with] > *, .search *"))
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < least)
                .map(e => e.outerHTML)""",
            SMALLEST_TARGET_PX,
        )
        assert small == []
        assert self.complaints == []


@pytest.fixture(
    params=[
        pytest.param((360, True), id="phone"),
        pytest.param((360, False), id="phone without scripts", marks=pytest.mark.exhaustive),
        pytest.param((1280, True), id="desk", marks=pytest.mark.exhaustive),
        pytest.param((1280, False), id="desk without scripts"),
    ],
)
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Window]:
    width, has_scripts = request.param
    context = browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=has_scripts)
    opened = Window(context.new_page(), f"{width}{'' if has_scripts else '-noscript'}", [])
    opened.page.on(
        "console",
        # A refused form answers 422, which the browser notes as a resource that failed to load.
        lambda said: opened.complaints.append(said.text) if said.type == "error" and "422" not in said.text else None,
    )
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    context.close()


def answer_the_newest(site: Site, text: str) -> None:
    """What the drain and an officer do: open the case of the newest submission and answer it."""
    with site.live.app.app_context():
        session, now = db.session(), clock.utcnow()
        sent = session.scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
        assert sent is not None
        sent.analysis = AnalysisState.DONE
        new = NewCase(
            agency_id=sent.agency_id, submission_id=sent.id, unit_id=sent.unit_id,
            classification=Classification.NO_OVERSIGHT, is_confidential=False, clock_starts_at=sent.received_at,
        )  # fmt: skip
        open_cases(session, [new], now=now)
        case = session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()
        respond(session, case, text, user_id=site.officer_id, now=now)
        session.commit()


def test_rating_from_the_front_page_to_the_receipt(site: Site, window: Window) -> None:
    page = window.page
    page.goto(site.url)
    window.check()
    window.shot("1-front")
    page.get_by_role("link", name="Pemerintah Kota Kupang").click()
    page.get_by_label("Cari unit atau layanan").fill("kependudkan")
    page.get_by_role("button", name="Cari").click()
    window.check()
    window.shot("2-search")
    page.get_by_role("link", name="Nilai Dinas Kependudukan").click()

    good, bad = page.get_by_label("Petugas ramah", exact=True), page.get_by_label("Lama", exact=True)
    page.get_by_label("Kurang baik", exact=True).check()
    bad.check()
    if "noscript" in window.name:
        expect(page.get_by_text("Jika nilai Anda “Baik” atau “Sangat baik”:")).to_be_visible()
    else:
        expect(good).to_be_hidden()
    page.get_by_label("Saya butuh balasan").check()
    page.get_by_label("Ceritakan lebih lanjut").fill("lama")
    window.check()
    window.shot("3-rate")
    page.get_by_role("button", name="Kirim penilaian").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(bad).to_be_checked()
    window.check()
    window.shot("4-error")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Ceritakan lebih lanjut")).to_be_focused()
    page.get_by_label("Ceritakan lebih lanjut").fill("Menunggu empat jam di loket tanpa kabar.")
    page.get_by_role("button", name="Kirim penilaian").click()

    expect(page).to_have_url(f"{site.url}/diterima")
    expect(page.locator("#kode")).to_have_text(re.compile(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$"))
    expect(page.get_by_text("Dijawab paling lambat")).to_be_visible()
    window.check()
    window.shot("5-receipt")


def test_change_of_mind_leaves_no_reason_of_the_other_half(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.url}/nilai/{site.agency_code}/dukcapil")
    page.get_by_label("Tidak baik", exact=True).check()
    page.get_by_label("Lama", exact=True).check()
    page.get_by_label("Sangat baik", exact=True).check()
    page.get_by_label("Cepat", exact=True).check()
    page.get_by_role("button", name="Kirim penilaian").click()
    expect(page).to_have_url(f"{site.url}/diterima")
    with site.live.app.app_context():
        assert db.session.scalars(sa.select(Submission.reasons)).all() == [["fast"]]
    page.context.close()


def test_rating_by_keyboard_alone(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.url}/nilai/{site.agency_code}/dukcapil")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi halaman")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Kurang baik", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/diterima")
    page.context.close()


def test_report_is_followed_to_the_citizens_own_verdict(site: Site, window: Window) -> None:
    page = window.page
    page.goto(f"{site.url}/lapor")
    page.get_by_role("link", name="Pemerintah Kota Kupang").click()
    page.get_by_role("link", name="Lapor Dinas Kependudukan").click()
    page.get_by_label("Pengaduan", exact=True).check()
    page.get_by_label("Apa yang terjadi?").fill("Sudah tiga minggu KTP saya belum jadi.")
    page.get_by_label("Apa yang Anda harapkan?").fill("KTP selesai minggu ini.")
    page.get_by_label("Rahasia").check()
    window.check()
    window.shot("6-report")
    page.get_by_role("button", name="Kirim laporan").click()
    code = page.locator("#kode").inner_text()
    answer_the_newest(site, "KTP Anda sudah dicetak dan dapat diambil di loket 3.")

    page.context.clear_cookies()
    page.goto(f"{site.url}/lacak")
    page.get_by_label("Kode pelacakan").fill("salah")
    page.get_by_role("button", name="Buka laporan").click()
    window.check()
    window.shot("7-wrong-code")
    page.get_by_label("Kode pelacakan").fill(code.lower())
    page.get_by_role("button", name="Buka laporan").click()
    expect(page.get_by_text("dapat diambil di loket 3")).to_be_visible()
    window.check()
    window.shot("8-answered")
    page.get_by_role("button", name="Belum selesai", exact=True).click()
    box = page.get_by_label("Apa yang masih kurang?")
    expect(box).to_be_focused()
    window.check()
    window.shot("8-asked-for-words")
    box.fill("Loket 3 tutup sepanjang hari.")
    page.get_by_role("button", name="Kirim: belum selesai").click()
    expect(page.get_by_text("Penilaian Anda sudah dicatat")).to_be_visible()
    window.check()
    window.shot("9-disputed")
    page.get_by_role("button", name="Lihat semua data saya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Semua data Anda pada laporan ini")
    expect(page.get_by_text("Loket 3 tutup sepanjang hari.")).to_be_visible()
    window.check()
    window.shot("10-everything-held")
    with site.live.app.app_context():
        assert db.session.scalars(sa.select(Case.status)).all() == [CaseStatus.IN_PROGRESS]
