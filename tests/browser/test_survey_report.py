"""An officer in a real browser: from signing in to a report that is printed, on a phone and at a desk."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.reporting.files import CHECKSUMS, ReportFile
from feedback_app.survey.stored import latest
from tests import factories as make
from tests.browser.axe import violations
from tests.browser.sites import serving
from tests.conftest import Live
from tests.reporting.pdf_text import pages_of
from tests.reporting.surveys import held

UNIT = "Dinas Kependudukan dan Pencatatan Sipil"
PERIOD = "Semester I Tahun 2026"


@dataclass(frozen=True)
class Site:
    """A running agency with one survey that is closed; `index` is its unit's, as printed."""

    url: str
    email: str
    index: str


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, name="Pemerintah Kota Kupang", code="kupang")
        unit = make.unit(session, agency, name=UNIT, code="dukcapil")
        services = [make.service(session, unit, name=name) for name in ("Penerbitan KTP-el", "Akta kelahiran")]
        period = held(session, agency, services, 30, name=PERIOD, code="2026-s1")
        officer = make.user(session)
        make.grant(session, officer, Role.OFFICER, agency, unit)
        session.commit()
        results = latest(session, period)
        assert results
        index, email = str(results.units[0].value).replace(".", ","), officer.email
        db.session.remove()
    with serving(live) as url:
        yield Site(url, email, index)


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/masuk")
    page.locator("input[name=email]").fill(site.email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")


def to_the_report(page: Page, site: Site) -> None:
    """From the start of surveys to the report of the unit, by the links that are there."""
    page.goto(f"{site.url}/petugas/skm/")
    page.get_by_role("link", name=PERIOD).click()
    page.get_by_role("link", name="Laporan SKM").click()
    page.get_by_role("link", name=f"Buat laporan {UNIT}").click()


def fetched(page: Page, button: str) -> Download:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value


@pytest.mark.slow
def test_an_officer_makes_the_report_and_finds_the_index_in_it(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, site)
    to_the_report(page, site)
    page.get_by_label("Tempat penandatanganan").fill("Kupang")
    page.get_by_label("Nama penanda tangan").fill("Rambu Ana Kaka")
    began = time.monotonic()
    got = fetched(page, "Laporan lengkap (PDF)")
    assert got.suggested_filename == f"skm-kupang-dukcapil-2026-s1-{ReportFile.REPORT}"
    got.save_as(tmp_path / "laporan.pdf")
    assert time.monotonic() - began < 10
    pages = pages_of((tmp_path / "laporan.pdf").read_bytes())
    assert len(pages) > 10
    words = " ".join(pages)
    assert f"adalah {site.index}, dengan mutu pelayanan" in words
    for told in (UNIT, PERIOD, "BAB V", "Penerbitan KTP-el", "Rambu Ana Kaka", "Lampiran 3"):
        assert told in words
    expect(page.get_by_label("Nama penanda tangan")).to_have_value("Rambu Ana Kaka")
    assert complaints == []
    page.close()


@pytest.mark.slow
def test_all_files_come_together_without_any_script(browser: Browser, site: Site, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, site)
    to_the_report(page, site)
    page.get_by_label("Untuk diumumkan").check()
    got = fetched(page, "Unduh semua berkas (ZIP)")
    got.save_as(tmp_path / "semua.zip")
    with zipfile.ZipFile(tmp_path / "semua.zip") as pack:
        assert len(pack.namelist()) == len(ReportFile) + 1
        assert pack.namelist()[-1].endswith(CHECKSUMS)
        (wall,) = pages_of(pack.read(f"skm-kupang-dukcapil-2026-s1-publik-{ReportFile.SHEET}"))
    assert site.index in wall
    assert "60 responden" in wall
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["id", pytest.param("en", marks=pytest.mark.exhaustive)])
def test_axe_objects_to_nothing_on_the_pages_of_the_report(browser: Browser, site: Site, language: str) -> None:
    page = browser.new_page()
    page.goto(site.url)
    if language == "en":
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == language
    sign_in(page, site)
    page.goto(f"{site.url}/petugas/skm/")
    page.locator("a.row-link").first.click()
    period = page.url
    page.goto(f"{period}/laporan")
    found = violations(page)
    page.locator("main a.btn").first.click()
    found += violations(page)
    page.locator("input[name=signed_on]").fill("kemarin")
    page.locator("button[value=zip]").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    found += violations(page)
    assert found == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
