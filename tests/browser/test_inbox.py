"""The inbox by keyboard alone, and what is left of it without its script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback_app.db import db
from tests import factories as make
from tests.browser.sites import furnish, serving
from tests.conftest import Live


@dataclass(frozen=True)
class Site:
    """A running site with an officer whose inbox holds a few cases."""

    url: str
    officer: str


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        office, accounts = furnish(db.session())
        for number in range(3):
            office.report(f"Laporan bernomor {number} tentang antrean panjang.")
        db.session.commit()
    with serving(live) as url:
        yield Site(url, str(accounts["officer"]))


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/masuk")
    page.get_by_label("Surel").fill(site.officer)
    page.get_by_label("Kata sandi").fill(make.PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.goto(f"{site.url}/petugas/kotak-masuk")


@pytest.mark.slow
def test_single_keys_walk_tick_search_and_open(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, site)
    lines = page.locator("[data-case]")
    page.keyboard.press("j")
    expect(lines.nth(0).locator("h3 a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(lines.nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_text("1 dicentang")).to_be_visible()
    page.keyboard.press("k")
    expect(lines.nth(0).locator("h3 a")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Cari kasus").last).to_be_focused()
    page.keyboard.type("jx antrean")
    expect(page.get_by_role("searchbox")).to_have_value("jx antrean")
    page.get_by_role("searchbox").fill("antrean")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="kasus ditemukan")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kasus")
    page.close()


@pytest.mark.slow
def test_whoever_turns_the_keys_off_types_no_act(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, site)
    page.keyboard.press("?")
    page.get_by_label("Pakai pintasan di perangkat ini").uncheck()
    for _ in range(2):
        page.locator("body").press("j")
        expect(page.locator("[data-case] :focus")).to_have_count(0)
        page.reload()
    page.close()


@pytest.mark.slow
def test_all_of_a_page_are_ticked_at_once_and_no_act_is_chosen_beforehand(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, site)
    everything = page.get_by_label("Pilih semua di halaman ini")
    boxes = page.get_by_role("checkbox", name="Pilih kasus")
    everything.check()
    assert all(box.is_checked() for box in boxes.all())
    boxes.first.uncheck()
    assert everything.evaluate("box => box.indeterminate")
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", name="Kotak masuk", level=1)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_text("Pintasan papan ketik")).to_be_hidden()
    page.close()


@pytest.mark.slow
def test_without_scripts_cases_are_ticked_looked_at_and_undone(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    expect(page.get_by_text("Pintasan papan ketik")).to_be_hidden()
    boxes = page.get_by_role("checkbox", name="Pilih kasus")
    for number in (1, 2):
        boxes.nth(number).check()
    page.get_by_label("Untuk kasus yang dicentang").select_option("verify")
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_text("2 kasus dipilih.")).to_be_visible()
    page.get_by_role("button", name="Verifikasi").click()
    expect(page.get_by_text("2 kasus diverifikasi.")).to_be_visible()
    page.get_by_role("button", name="Batalkan semuanya").click()
    expect(page.get_by_text("2 kasus dikembalikan.")).to_be_visible()
    context.close()
