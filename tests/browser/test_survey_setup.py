"""An administrator sets a survey up in a browser: from nothing to an open period, with nothing axe objects to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import new_office
from tests.browser.axe import SIZES, violations
from tests.browser.sites import serving
from tests.conftest import Live


@dataclass(frozen=True)
class Site:
    url: str
    email: str


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        office = new_office(db.session(), name="Dinas Kependudukan dan Pencatatan Sipil", code="dukcapil")
        for name in ("Penerbitan KTP elektronik", "Akta kelahiran", "Kartu identitas anak"):
            make.service(db.session(), office.unit, name=name)
        email = office.staff(Role.ADMINISTRATOR, everywhere=True).email
        db.session().commit()
        db.session.remove()
    with serving(live) as url:
        yield Site(url, email)


@dataclass
class Desk:
    """A browser at which the administrator sits; every page is looked at on a phone and at a desk."""

    page: Page
    url: str
    shots: Path | None = None
    looked: int = 0

    def look(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        found = violations(self.page)
        for size in SIZES:
            self.page.set_viewport_size(size)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                found.append(f"{wide} px wide in a window of {size['width']}")
            if self.shots:
                self.page.screenshot(path=self.shots / f"{self.looked:02}-{size['width']}.png", full_page=True)
        self.looked += 1
        assert not found, f"{self.page.url}: {found}"

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.look()

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()
        self.look()

    def follow(self, words: str) -> None:
        self.page.get_by_role("link", name=words).first.click()
        self.look()


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Desk]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{site.url}/masuk")
    page.locator("input[name=email]").fill(site.email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
    yield Desk(page, site.url)
    context.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_survey_is_set_up_from_nothing_by_following_the_next_step(desk: Desk) -> None:
    page, today = desk.page, clock.utcnow().date()
    desk.open("/petugas/skm/")
    desk.press("Buat kuesioner resmi")
    page.locator("h2", has_text="Daftar pertanyaan").first.wait_for()
    desk.follow("Lihat seperti responden")

    desk.open("/petugas/skm/")
    page.locator(".survey-step").get_by_role("link", name="Buat periode").click()
    desk.press("Simpan rancangan")
    page.locator(".error-summary").wait_for()
    page.get_by_label("Nama periode").fill("Semester ini")
    page.get_by_label("Kode").fill("semester-ini")
    page.get_by_label("Tanggal mulai").fill((today - timedelta(days=20)).isoformat())
    page.get_by_label("Tanggal akhir").fill((today + timedelta(days=20)).isoformat())
    desk.press("Simpan rancangan")

    page.get_by_label("Semua unit instansi").check()
    desk.press("Tambahkan")
    desk.follow("Atur")
    for place in page.locator("input[name^=population-]").all()[1:]:
        place.fill("500")
    desk.press("Simpan sasaran unit")
    assert "1.500" in page.locator("table").inner_text()

    desk.open("/petugas/skm/")
    desk.follow("Periksa dan buka")
    desk.press("Buka periode")
    page.locator(".notice-success").wait_for()
    desk.open("/petugas/skm/")
    assert "0 kuesioner masuk dari paling sedikit 306" in page.locator(".survey-step").inner_text()
