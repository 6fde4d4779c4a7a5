"""The pages of an import before axe, on a phone and at a desk, from the file to the preview."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from feedback_app.db import db
from tests import factories as make
from tests.browser.axe import SIZES, violations
from tests.browser.sites import serving
from tests.conftest import Live
from tests.organisation.people.imports.lists import MARIA, YOSEF, new_town

LIST = f"""NIP;Nama;Unit Kerja;Jabatan;TMT Jabatan;Nomor SK
{MARIA};Maria Bere;Loket KTP;Petugas Loket;01/06/2027;800/1
{YOSEF};Yosef Tefa;Loket Akta Kelahiran;Petugas Loket;01/06/2027;800/2
131234567;Ana Lopo;Loket KK;Petugas Loket;01/06/2027;800/3
"""


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[tuple[str, str]]:
    with standing.app.app_context():
        email = new_town(db.session()).clerk.email
        db.session.commit()
    with serving(standing) as url:
        yield url, email


@pytest.mark.slow
def test_axe_finds_nothing_from_the_file_to_the_preview(
    browser: Browser, site: tuple[str, str], tmp_path: Path
) -> None:
    url, email = site
    file = tmp_path / "pegawai.csv"
    file.write_text(LIST, encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{url}/masuk")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
    page.goto(f"{url}/petugas/pegawai/impor")
    _look(page, "impor-unggah")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Baca berkas").click()
    page.wait_for_url("**/kolom")
    _look(page, "impor-kolom")
    page.get_by_role("button", name="Bandingkan dengan data sekarang").click()
    page.get_by_role("heading", name="Pratinjau impor").wait_for()
    _look(page, "impor-pratinjau")
    page.get_by_label("Terapkan yang benar saja").check()
    page.get_by_role("button", name="Terapkan impor").click()
    page.get_by_role("heading", name="Impor diterapkan").wait_for()
    _look(page, "impor-diterapkan")
    page.goto(f"{url}/petugas/pegawai/impor/kunci")
    _look(page, "impor-kunci")
    page.close()


def _look(page: Page, name: str) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert violations(page) == []
    for size in SIZES:
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{name} at {size['width']} px is {wide} px too wide"
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
