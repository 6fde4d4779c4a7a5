"""Officers and evaluators at work in a real browser, on a phone and a desk, with the keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER
from tests.browser.sites import evaluated, furnish, serving
from tests.conftest import Live

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
A4_WIDTH_PX = 700  # at 96 px to the inch, margins off
SMALLEST_TARGET_PX = 24  # WCAG 2.2, 2.5.8; what stands alone has 44


@dataclass(frozen=True)
class Site:
    """A running site with an office in the middle of its work."""

    url: str
    live: Live
    officer: str
    evaluator: str
    urgent_case: int
    cycle: int = 0
    employee: int = 0


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        _, accounts = furnish(db.session())
    with serving(live) as url:
        yield Site(url, live, **accounts)  # type: ignore[arg-type]


@pytest.fixture
def evaluated_site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        office, accounts = furnish(db.session())
        figures = evaluated(office)
    with serving(live) as url:
        yield Site(url, live, **accounts, **figures)  # type: ignore[arg-type]


@dataclass
class Window:
    """A page, the width it has, and whatever the browser complained about."""

    page: Page
    width: int
    complaints: list[str]

    def sign_in(self, site: Site, email: str) -> None:
        self.page.goto(f"{site.url}/masuk")
        self.page.get_by_label("Surel").fill(email)
        self.page.get_by_label("Kata sandi").fill(make.PASSWORD)
        self.page.get_by_role("button", name="Masuk").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Selamat datang")

    def print(self, step: str) -> None:
        """Take a picture of what a printer gets on A4."""
        self.page.emulate_media(media="print")
        self.page.set_viewport_size({"width": A4_WIDTH_PX, "height": 1100})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH_PX, step
        self.page.screenshot(path=SCREENSHOTS / f"staff-print-{step}.png", full_page=True)

    def keep(self, step: str) -> None:
        """Take a picture; nothing is wider than the window, every control has a name and size, ids are unique."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"staff-{self.width}-{step}.png", full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, step
        assert self.page.evaluate(_TOO_SMALL, SMALLEST_TARGET_PX) == [], step
        assert self.page.evaluate(_NAMELESS) == [], step
        assert self.page.evaluate(_SKIPPED_HEADINGS) == [], step
        assert self.complaints == [], step


_TOO_SMALL = """least => [
    ...document.querySelectorAll("main a, main button, main select, main input:not([type=hidden])")
].filter(e => e.offsetParent && e.getBoundingClientRect().height < least).map(e => e.outerHTML)"""
_NAMELESS = """[
    ...[...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
        .filter(e => !e.labels.length).map(e => e.outerHTML),
    ...[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, at, all) => all.indexOf(id) !== at),
    ...[...document.querySelectorAll("[aria-labelledby], [aria-describedby]")]
        .flatMap(e => (e.getAttribute("aria-labelledby") || e.getAttribute("aria-describedby")).trim().split(/\\s+/))
        .filter(id => !document.getElementById(id)),
]"""
_SKIPPED_HEADINGS = """[...document.querySelectorAll("h1, h2:not(.error-summary *), h3, h4")]
    .map(e => Number(e.tagName[1])).filter((level, at, all) => at === 0 ? level !== 1 : level > all[at - 1] + 1)"""


@pytest.fixture(params=[pytest.param(360, id="phone", marks=pytest.mark.exhaustive), pytest.param(1280, id="desk")])
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Window]:
    context = browser.new_context(viewport={"width": request.param, "height": 800}, java_script_enabled=True)
    opened = Window(context.new_page(), request.param, [])
    opened.page.on(
        "console",
        # A refused form answers 422 or 409, which the browser notes as a resource that failed to load.
        lambda said: (
            opened.complaints.append(said.text)
            if said.type in {"error", "warning"} and "422" not in said.text and "409" not in said.text
            else None
        ),
    )
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    context.close()


def status_of(site: Site, case_id: int) -> CaseStatus:
    with site.live.app.app_context():
        return db.session.scalars(sa.select(Case).where(Case.id == case_id)).one().status


def test_an_officer_goes_from_the_welcome_page_to_an_answer(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site, site.officer)
    window.keep("home")
    page.get_by_role("link", name="Buka kotak masuk").click()
    expect(page.locator(".case-line").first).to_contain_text("Terlambat")
    window.keep("inbox")
    page.get_by_role("link", name="Semua masukan").click()
    window.keep("feedback")
    page.goto(f"{site.url}/petugas/kasus/{site.urgent_case}")
    window.keep("case")
    page.get_by_role("button", name="Ambil kasus ini").click()
    expect(page.get_by_role("status")).to_contain_text("ada di tangan Anda")
    page.get_by_label("Tanggapan untuk pelapor").fill("Siap.")
    page.get_by_role("button", name="Kirim tanggapan").click()
    expect(page.get_by_role("alert")).to_contain_text("Tanggapan harus 10 sampai 4.000 huruf")
    expect(page.get_by_label("Tanggapan untuk pelapor")).to_have_value("Siap.")
    window.keep("case-error")
    page.get_by_text("Perlu tulisan aslinya?").click()
    page.get_by_role("button", name="Tampilkan tulisan asli").click()
    expect(page.locator("#tulisan")).to_contain_text(SECRET_NUMBER)
    window.keep("case-original")
    page.get_by_role("link", name="Samarkan kembali").click()
    page.get_by_label("Tanggapan untuk pelapor").fill(
        "Blangko tiba hari ini; KTP Anda dapat diambil besok pukul 09.00."
    )
    page.get_by_role("button", name="Kirim tanggapan").click()
    expect(page.get_by_text("giliran pelapor menilai tanggapan Anda")).to_be_visible()
    window.keep("case-answered")
    assert status_of(site, site.urgent_case) is CaseStatus.ANSWERED


def test_a_counter_prints_a_sheet_of_tokens(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site, site.officer)
    page.get_by_role("link", name="Cetak token kunjungan").click()
    window.keep("tokens")
    page.get_by_label("Layanan", exact=True).select_option(label="Penerbitan kartu keluarga")
    page.get_by_label("Banyaknya").fill("4")
    page.get_by_role("button", name="Buat lembar token").click()
    expect(page.locator(".slip")).to_have_count(4)
    window.keep("sheet")
    window.print("sheet")
    expect(page.get_by_text("Cetak sekarang")).to_be_hidden()
    expect(page.locator(".slip svg").first).to_be_visible()


def test_an_evaluator_opens_a_figure_down_to_its_ratings(evaluated_site: Site, window: Window) -> None:
    site, page = evaluated_site, window.page
    window.sign_in(site, site.evaluator)
    window.keep("evaluator-home")
    page.get_by_role("navigation", name="Menu petugas").get_by_role("link", name="Evaluasi").click()
    window.keep("cycles")
    page.get_by_role("link", name="Triwulan II 2026").click()
    window.keep("cycle")
    page.get_by_role("link", name="Rambu Ana Kaka").click()
    expect(page.get_by_text("bukan predikat kinerja")).to_be_visible()
    window.keep("evidence")
    page.get_by_role("link", name="Buka April 2026, Penerbitan KTP-el, Token kunjungan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penilaian April 2026")
    window.keep("rows")
    page.goto(f"{site.url}/petugas/evaluasi/{site.cycle}/pegawai/{site.employee}")
    window.print("evidence")
    expect(page.get_by_role("navigation", name="Menu petugas")).to_be_hidden()


def test_an_answer_is_sent_with_the_keyboard_alone(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site, site.officer)
    page.goto(f"{site.url}/petugas/kasus/{site.urgent_case}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi halaman")).to_be_focused()
    page.keyboard.press("Enter")
    text = page.get_by_label("Tanggapan untuk pelapor")
    for _presses in range(12):
        page.keyboard.press("Tab")
        if text.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.type("Blangko tiba hari ini; KTP Anda dapat diambil besok.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Tanggapan terkirim")
    assert status_of(site, site.urgent_case) is CaseStatus.ANSWERED


def test_the_work_of_an_officer_needs_no_script(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    window = Window(context.new_page(), 360, [])
    window.sign_in(site, site.officer)
    window.page.goto(f"{site.url}/petugas/kasus/{site.urgent_case}")
    window.page.get_by_label("Tanggapan untuk pelapor").fill("Blangko tiba hari ini; KTP Anda dapat diambil besok.")
    window.page.get_by_role("button", name="Kirim tanggapan").click()
    expect(window.page.get_by_role("status")).to_contain_text("Tanggapan terkirim")
    context.close()
    assert status_of(site, site.urgent_case) is CaseStatus.ANSWERED
