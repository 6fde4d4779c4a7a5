"""The pages of people on a phone: labels stay whole words, and a cut menu shows that it goes on."""

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
from tests.organisation.people.town import town

LABEL_LINES = """() => [...document.querySelectorAll('.as-cards td[data-label]')].filter((cell) => {
  const style = getComputedStyle(cell, '::before');
  return style.content !== 'none' && parseFloat(style.height) > 2.2 * parseFloat(style.lineHeight);
}).map((cell) => cell.dataset.label)"""


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[tuple[str, str]]:
    with standing.app.app_context():
        made = town(db.session())
        long_title = "Pengelola Administrasi Kependudukan dan Pencatatan Sipil Ahli Muda pada Bidang Pelayanan"
        make.assignment(db.session(), made.budi, made.unit, position=long_title)
        email = made.asker.email
        db.session.commit()
    with serving(standing) as url:
        yield url, email


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pegawai", "celah"])
def test_labels_are_not_broken_letter_by_letter(browser: Browser, site: tuple[str, str], name: str) -> None:
    url, email = site
    page = browser.new_page(viewport={"width": 360, "height": 740})
    _sign_in(page, url, email)
    page.goto(f"{url}/petugas/pegawai{'/celah' if name == 'celah' else ''}")
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(LABEL_LINES) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.sub-menu')).backgroundImage") != "none"
    if folder := os.environ.get("SCREENSHOTS"):
        for size in SIZES:
            page.set_viewport_size(size)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
    page.close()


def _sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/masuk")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
