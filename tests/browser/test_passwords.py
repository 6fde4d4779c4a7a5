"""Accounts on a phone: the sign-in page, an invitation from its link to the first sign-in, and the pages around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.identity.account_links import invitation_token
from feedback_app.identity.rules import Role
from feedback_app.notifications.account_acts import RoleWanted, invite
from tests import factories as make
from tests.browser.sites import serving
from tests.browser.windows import Window, open_window
from tests.conftest import Live

NEW = "jangkrik kuning berenang jauh"


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    with open_window(browser, 360) as opened:
        yield opened


@pytest.mark.slow
def test_an_invited_colleague_comes_in_and_looks_after_the_password(live: Live, window: Window) -> None:
    with live.app.app_context():
        agency = make.agency(db.session(), name="Pemerintah Kota Kupang")
        unit, now = make.unit(db.session(), agency, name="Dinas Kependudukan"), clock.utcnow()
        chief = make.user(db.session())
        make.grant(db.session(), chief, Role.ADMINISTRATOR, agency)
        role = RoleWanted(Role.OFFICER, unit.id, clock.office_day(now))
        invited = invite(
            db.session(), agency_id=agency.id, email="yohana@kupang.go.id", name="Yohana Bessie", grants=(role,),
            actor=SYSTEM, today=clock.office_day(now), now=now,
        )  # fmt: skip
        assert invited.invitation is not None
        token = invitation_token(live.app.config["ACCOUNT_KEY"], invited.invitation)
        email, person = chief.email, f"{agency.id}/{invited.user.id}"
        db.session.commit()
    page = window.page
    with serving(live) as url:
        page.goto(f"{url}/undangan/{token}")
        assert token not in page.url
        expect(page.get_by_role("heading", level=1)).to_have_text("Selamat datang, Yohana Bessie")
        window.examine("undangan")
        box = page.get_by_label("Kata sandi baru", exact=True)
        box.fill("yohana bessie 1")
        page.get_by_role("button", name="Perlihatkan yang saya ketik").click()
        expect(box).to_have_attribute("type", "text")
        page.get_by_label("Ulangi kata sandi baru").fill("yohana bessie 1")
        page.get_by_role("button", name="Simpan dan lanjut masuk").click()
        expect(page.get_by_role("alert")).to_contain_text("mudah ditebak")
        window.examine("undangan-ditolak")
        # What was refused is not drawn again, and is hidden once more.
        expect(box).to_have_value("")
        expect(box).to_have_attribute("type", "password")
        box.fill(NEW)
        page.get_by_label("Ulangi kata sandi baru").fill(NEW)
        page.get_by_role("button", name="Simpan dan lanjut masuk").click()
        window.examine("masuk")
        page.get_by_label("Surel").fill("yohana@kupang.go.id")
        page.get_by_label("Kata sandi").fill(NEW)
        page.get_by_role("button", name="Masuk", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Selamat datang")
        page.goto(f"{url}/petugas/akun/kata-sandi")
        window.examine("ganti-kata-sandi")
        page.get_by_role("button", name="Keluar").click()
        for step, address in (("lupa", "/masuk/lupa"), ("lupa-terkirim", "/masuk/lupa/terkirim")):
            page.goto(f"{url}{address}")
            window.examine(step)
        window.sign_in(url, email)
        for step, address in (("akun", ""), ("akun-undang", "/undang"), ("akun-satu", f"/{person}")):
            page.goto(f"{url}/petugas/akun-staf{address}")
            window.examine(step)
