"""The leaders' board before axe, on a phone and at a desk, in both languages; the charts stay within the page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.browser.axe import SIZES, violations
from tests.browser.sites import serving
from tests.conftest import Live
from tests.evaluation.board.worlds import busy_agency

Site = tuple[str, str, int]


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        busy = busy_agency(session, clock.utcnow())
        leader = make.user(session, name="Bupati")
        make.grant(session, leader, Role.EVALUATOR, busy.agency)
        email, unit_id = leader.email, busy.fallen.id
        session.commit()
    with serving(standing) as url:
        yield url, email, unit_id


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/masuk")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_and_nothing_is_too_wide(browser: Browser, site: Site, language: str) -> None:
    url, email, unit_id = site
    page = browser.new_page()
    sign_in(page, url, email)
    if language == "en":
        page.locator("form.language button").click()
    for name, address in (("papan", "/petugas/papan"), ("papan-unit", f"/petugas/papan?unit={unit_id}")):
        page.goto(url + address)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert violations(page) == []
        for size in SIZES:
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, f"{address} at {size['width']} px is {wide} px too wide"
            _keep(page, f"{name}-{language}-{size['width']}")
    page.close()


def test_a_leader_finds_the_unit_that_fell_and_opens_it(browser: Browser, site: Site) -> None:
    url, email, _ = site
    page = browser.new_page()
    sign_in(page, url, email)
    page.get_by_role("navigation", name="Menu petugas").get_by_role("link", name="Papan pimpinan").click()
    row = page.get_by_role("row", name="Kelurahan Fatululi")
    assert "di bawah batas bawah" in row.inner_text()
    row.get_by_role("link").click()
    assert page.locator("h1").inner_text() == "Papan pimpinan"
    assert "Kelurahan Fatululi" in page.locator(".lead").inner_text()
    page.locator("summary", has_text="Angka grafik ini dalam tabel").first.click()
    assert page.get_by_text("pembanding").first.is_visible()
    page.close()


def test_a_leader_goes_from_what_changed_to_the_evidence_of_who_may_need_support(browser: Browser, site: Site) -> None:
    url, email, _ = site
    page = browser.new_page()
    sign_in(page, url, email)
    page.goto(f"{url}/petugas/papan")
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSV").click()
    assert kept.value.suggested_filename.endswith(".csv")
    support = page.get_by_role("region", name="Pegawai: penghargaan dan pendampingan")
    support.get_by_role("link", name="Umbu Tara").click()
    assert page.locator("h1").inner_text() == "Umbu Tara"
    assert "bukan predikat kinerja" in page.locator("main").inner_text()
    page.get_by_role("link", name="Paket bukti dan teks e-Kinerja").click()
    assert "Umbu Tara" in page.locator("main").inner_text()
    assert violations(page) == []
    page.close()


def _keep(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("BOARD_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
