"""Officers and evaluators at work in a real browser, on a phone and a desk, with the keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus
from tests.blueprints.office import SECRET_NUMBER
from tests.browser.sites import evaluated, furnish, serving
from tests.browser.windows import Window, open_window
from tests.conftest import Live


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


@pytest.fixture(params=[pytest.param(360, id="phone", marks=pytest.mark.exhaustive), pytest.param(1280, id="desk")])
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Window]:
    with open_window(browser, request.param) as opened:
        yield opened


def status_of(site: Site, case_id: int) -> CaseStatus:
    with site.live.app.app_context():
        return db.session.scalars(sa.select(Case).where(Case.id == case_id)).one().status


def test_an_officer_goes_from_the_welcome_page_to_an_answer(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site.url, site.officer)
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


@pytest.mark.slow
def test_a_counter_prints_a_sheet_of_tokens(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site.url, site.officer)
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
    window.sign_in(site.url, site.evaluator)
    window.keep("evaluator-home")
    page.get_by_role("navigation", name="Menu petugas").get_by_role("link", name="Evaluasi").click()
    window.keep("cycles")
    page.get_by_role("link", name="Triwulan II 2026").click()
    window.keep("cycle")
    page.get_by_role("link", name="Rambu Ana Kaka").click()
    expect(page.get_by_text("bukan predikat kinerja")).to_be_visible()
    window.keep("evidence")
    page.get_by_role("link", name="Penerbitan KTP-el, Token kunjungan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penilaian Penerbitan KTP-el")
    expect(page.get_by_role("row", name="April 2026")).to_contain_text("70")
    window.keep("rows")
    page.goto(f"{site.url}/petugas/evaluasi/{site.cycle}/pegawai/{site.employee}")
    window.print("evidence")
    expect(page.get_by_role("navigation", name="Menu petugas")).to_be_hidden()


def test_an_answer_is_sent_with_the_keyboard_alone(site: Site, window: Window) -> None:
    page = window.page
    window.sign_in(site.url, site.officer)
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


@pytest.mark.slow
def test_the_work_of_an_officer_needs_no_script(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    window = Window(context.new_page(), 360, [])
    window.sign_in(site.url, site.officer)
    window.page.goto(f"{site.url}/petugas/kasus/{site.urgent_case}")
    window.page.get_by_label("Tanggapan untuk pelapor").fill("Blangko tiba hari ini; KTP Anda dapat diambil besok.")
    window.page.get_by_role("button", name="Kirim tanggapan").click()
    expect(window.page.get_by_role("status")).to_contain_text("Tanggapan terkirim")
    context.close()
    assert status_of(site, site.urgent_case) is CaseStatus.ANSWERED
